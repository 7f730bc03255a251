"""What Linux is called: /etc/os-release, `uname -a`, /proc/version. The computer's own name in them is not read."""

import re

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Machine
from advisor.sources.facts import Facts
from advisor.sources.names import usable
from advisor.sources.units import one_line

OS_RELEASE, UNAME = "/etc/os-release", "uname"
_NAMES = re.compile(r"^(PRETTY_NAME|NAME|ID|VERSION_ID)=(.*)$", re.MULTILINE)
# uname -a: "Linux <host> <release> #1 SMP ..."; /proc/version: "Linux version <release> (".
_UNAME = re.compile(
    r"^Linux (?:version (?P<version>\d+\.\d+[\w.+~-]*) \(|\S+ (?P<all>\d+\.\d+[\w.+~-]*) #\d)", re.MULTILINE
)


def _assignments(document: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _NAMES.findall(document.text):
        found.setdefault(name, value.strip().strip("\"'"))
    return found


def recognise(document: Document) -> bool:
    """Whether the assignments that every os-release has are there (lsblk -P writes NAME= as well)."""
    names = _assignments(document)
    return "PRETTY_NAME" in names or {"NAME", "ID"} <= names.keys()


def read(document: Document) -> Machine:
    """The distribution's name."""
    names = _assignments(document)
    facts = Facts()
    facts.add("os_family", "linux", OS_RELEASE)
    name = one_line(names.get("PRETTY_NAME") or " ".join((names.get("NAME", ""), names.get("VERSION_ID", ""))))
    facts.add("os_name", name if usable(name) else None, OS_RELEASE)
    return facts.part(Machine)


def recognise_uname(document: Document) -> bool:
    """Whether a line of the kernel's release is there."""
    return bool(_UNAME.search(document.text))


def read_uname(document: Document) -> Machine:
    """The kernel's release, and WSL by it."""
    facts = Facts()
    if found := _UNAME.search(document.text):
        release = found.group("version") or found.group("all")
        facts.add("os_family", "linux", UNAME)
        facts.add("os_name", "Linux", UNAME)
        facts.add("os_version", release, UNAME)
        if "microsoft" in release.lower():
            facts.add("environment", ("wsl",), UNAME)
    return facts.part(Machine)


KIND = Kind(OS_RELEASE, recognise, read)
UNAME_KIND = Kind(UNAME, recognise_uname, read_uname)
