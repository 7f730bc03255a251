"""Linux: the computer's names, the operating system, and whether this is a virtual machine, a container or WSL."""

import os
import platform
import re
from pathlib import Path

from advisor.i18n import N_
from advisor.machine import Machine, Origin
from advisor.probes.files import LIVE_ROOT, read
from advisor.sources.cpuinfo import parse
from advisor.sources.facts import Facts
from advisor.sources.names import Identity, describe, is_virtual

_DMI = "/sys/class/dmi/id"
_TREE = "/sys/firmware/devicetree/base/model"
_CONTAINER_FILES = (".dockerenv", "run/.containerenv", "run/systemd/container")
_CONTAINER_GROUPS = re.compile(r"/(docker|lxc|kubepods|libpod|containerd|podman|garden)\b|docker-[0-9a-f]{12}")


def identity(root: Path) -> Identity:
    """The firmware's names as the kernel shows them; it hides serial numbers from ordinary users, we read none."""
    folder = root / _DMI[1:]
    code = read(folder / "chassis_type")
    return Identity(
        manufacturer=read(folder / "sys_vendor"),
        product=read(folder / "product_name"),
        version=read(folder / "product_version"),
        board_manufacturer=read(folder / "board_vendor"),
        board=read(folder / "board_name"),
        chassis_code=int(code) if code and code.isdecimal() else None,
    )


def read_names(root: Path) -> Machine:
    """Manufacturer, model and chassis, from SMBIOS or, on ARM boards, from the device tree."""
    if (root / _DMI[1:]).is_dir():
        return describe(identity(root), _DMI)
    facts = Facts()
    if model := read(root / _TREE[1:]):
        facts.add("model", model, _TREE)
        # The tree's standard property; boards without a case do not have it.
        chassis = read(root / "sys/firmware/devicetree/base/chassis-type")
        known = chassis in ("laptop", "desktop", "server", "tablet")
        facts.add("chassis", chassis if known else "board", _TREE, "reported" if known else "assumed")
    for name in ("manufacturer", "model", "chassis"):
        facts.unknown(name, N_("the firmware shows this system no names"))
    return facts.part(Machine)


def read_os(root: Path) -> Machine:
    """Distribution and kernel release."""
    facts = Facts()
    facts.add("os_family", "linux", "Linux")
    for place in ("etc/os-release", "usr/lib/os-release"):
        names = _assignments(read(root / place) or "")
        facts.add("os_name", names.get("PRETTY_NAME") or names.get("NAME"), f"/{place}")
    release = platform.release() if root == LIVE_ROOT else read(root / "proc/sys/kernel/osrelease")
    facts.add("os_version", release, "uname" if root == LIVE_ROOT else "/proc/sys/kernel/osrelease")
    return facts.part(Machine)


def _assignments(text: str) -> dict[str, str]:
    """NAME=value lines of a shell-like file, quotes removed."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def read_environment(root: Path) -> Machine:
    """Which of virtual machine, container and WSL this system runs in; () is bare metal."""
    found: list[str] = []
    sources: list[str] = []
    for name, source in (("wsl", _wsl(root)), ("vm", _virtual(root)), ("container", _container(root))):
        # WSL 2 is a virtual machine too: saying so twice helps nobody.
        if source and not (name == "vm" and "wsl" in found):
            found.append(name)
            sources.append(source)
    facts = Facts()
    facts.add("environment", tuple(sorted(found, reverse=True)), ", ".join(sources) or f"{_DMI}, /proc/1")
    note = Origin("reported", N_("WSL: memory and disks are those of its virtual machine, not all of the computer's"))
    return facts.part(Machine, notes=(note,) if "wsl" in found else ())


def _wsl(root: Path) -> str | None:
    release = read(root / "proc/sys/kernel/osrelease") or ""
    if "microsoft" in release.lower():
        return "/proc/sys/kernel/osrelease"
    if root == LIVE_ROOT and ("WSL_DISTRO_NAME" in os.environ or "WSL_INTEROP" in os.environ):
        return "WSL_DISTRO_NAME"
    return None


def _virtual(root: Path) -> str | None:
    if is_virtual(identity(root)):
        return _DMI
    # A Linux guest sees the flag of its hypervisor; a Linux host does not show it to itself.
    processors = parse(read(root / "proc/cpuinfo") or "").processors
    if processors and "hypervisor" in processors[0].get("flags", "").split():
        return "/proc/cpuinfo"
    if read(root / "sys/hypervisor/type"):
        return "/sys/hypervisor/type"
    compatible = read(root / "sys/firmware/devicetree/base/compatible") or ""
    return "/sys/firmware/devicetree/base/compatible" if "dummy-virt" in compatible else None


def _container(root: Path) -> str | None:
    for place in _CONTAINER_FILES:
        if (root / place).exists():
            return f"/{place}"
    words = (read(root / "proc/1/environ") or "").split()
    if any(word.startswith("container=") for word in words):
        return "/proc/1/environ"
    if root == LIVE_ROOT and os.environ.get("container"):  # noqa: SIM112 (systemd and podman spell it so)
        return "$container"
    return "/proc/1/cgroup" if _CONTAINER_GROUPS.search(read(root / "proc/1/cgroup") or "") else None
