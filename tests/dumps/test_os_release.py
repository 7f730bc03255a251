"""os-release, uname, /proc/version: what Linux is called, and never what the computer is called."""

import pytest

from advisor.dumps import os_release
from advisor.dumps.document import Document


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n',
         "Debian GNU/Linux 12 (bookworm)"),
        ("NAME=Fedora\nVERSION_ID=20\nID=fedora\n", "Fedora 20"),
        ("NAME='Arch Linux'\nID=arch\n", "Arch Linux"),
    ],
)  # fmt: skip
def test_distributions(text: str, name: str) -> None:
    """With and without the long name, in any quotes."""
    document = Document("x", text)
    assert os_release.recognise(document)
    machine = os_release.read(document)
    assert (machine.os_name, machine.os_family) == (name, "linux")


@pytest.mark.parametrize(
    ("text", "release", "environment"),
    [
        ("Linux annas-laptop 5.15.0-91-generic #101-Ubuntu SMP Tue Nov 14 UTC 2023 x86_64 x86_64 x86_64 GNU/Linux",
         "5.15.0-91-generic", None),
        ("$ uname -a\nLinux annas-laptop 5.15.153.1-microsoft-standard-WSL2 #1 SMP x86_64 GNU/Linux",
         "5.15.153.1-microsoft-standard-WSL2", ("wsl",)),
        ("Linux version 6.1.0-18-amd64 (anna@annas-laptop) (gcc-12) #1 SMP", "6.1.0-18-amd64", None),
    ],
)  # fmt: skip
def test_kernels(text: str, release: str, environment: tuple[str, ...] | None) -> None:
    """The release and WSL by it; the computer's and the user's names are not kept."""
    document = Document("x", text)
    assert os_release.recognise_uname(document)
    machine = os_release.read_uname(document)
    assert (machine.os_version, machine.environment) == (release, environment)
    assert "anna" not in repr(machine)


@pytest.mark.parametrize(
    "text", ["", 'NAME="sda" TYPE="disk"\n', "Linux is a kernel\n", "Linux host 5.4 without more\n"]
)
def test_others_are_not_taken(text: str) -> None:
    """lsblk writes NAME= as well; sentences begin with Linux."""
    document = Document("x", text)
    assert not os_release.recognise(document)
    assert not os_release.recognise_uname(document)
