"""A Mac out of system_profiler's answer, in the shape of its JSON, whichever format it was printed in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.dumps.localised import rounded
from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Disk, DiskKind, Gpu, Machine, Memory
from advisor.sources import ram, system_profiler
from advisor.sources.facts import Facts
from advisor.sources.units import mhz, one_line

NAME = "system_profiler"
Answer = Mapping[str, Any]
_VERSION = re.compile(r"^((?:Mac OS X|OS X|macOS)(?: Server)? (\d+(?:\.\d+)*))")
_KEY_NAME = re.compile(r"^kHW_(Apple\w+?)Item$")
_VIRTUAL = ("VirtualMac", "VMware", "Parallels", "QEMU")
_MEDIA: dict[str, DiskKind] = {"ssd": "ssd", "solidstate": "ssd", "rotational": "hdd", "hdd": "hdd"}
# Parts of one container on newer systems, all as large as it, and what programs mount for a while.
_INNER_MOUNTS = ("/System/Volumes/", "/private/", "/Library/Developer/")


def machine(answer: Answer) -> Machine:
    """Everything that `answer` tells. Serial numbers, UUIDs, names of the computer and its user are never read."""
    base = system_profiler.machine(answer)
    hardware = next(_entries(answer, "SPHardwareDataType"), {})
    facts = Facts(
        {n: v for n in ("manufacturer", "model", "chassis") if (v := getattr(base, n)) is not None}, dict(base.origins)
    )
    facts.add("os_family", "macos", NAME)
    identifier = _text(hardware, "machine_model")
    facts.add("model", identifier, NAME)
    if identifier:
        facts.add("environment", ("vm",) if identifier.startswith(_VIRTUAL) else (), NAME)
    for entry in _entries(answer, "SPSoftwareDataType"):
        if found := _VERSION.match(_text(entry, "os_version") or ""):
            facts.add("os_name", found.group(1), NAME)
            facts.add("os_version", found.group(2), NAME)
    return facts.part(
        Machine,
        cpu=_cpu(hardware),
        memory=_memory(answer, hardware, base.memory),
        gpus=(*_own_gpus(answer, hardware), *base.gpus),
        disks=tuple(_disks(answer)),
        battery=_battery(answer),
    )


def _entries(answer: Answer, name: str) -> Iterator[Answer]:
    found = answer.get(name)
    return (entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else iter(())


def _text(entry: Answer, name: str) -> str | None:
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return one_line(value) if isinstance(value, str) else None


def _whole(entry: Answer, name: str) -> int | None:
    value = entry.get(name)
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"\d{1,18}", value.strip()) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _cpu(hardware: Answer) -> Cpu:
    facts = Facts()
    chip, family = _text(hardware, "chip_type"), _text(hardware, "cpu_type")
    if chip and chip.startswith("Apple"):
        facts.add("name", chip, NAME)
        facts.add("vendor", "Apple", NAME)
        facts.add("architecture", "arm64", NAME)
    elif family or chip:
        # "6-Core Intel Core i7" is a family: hundreds of processors are called so.
        reason = N_("{source} names the family only: {name}")
        facts.unknown("name", reason, source=NAME, name=family or chip or "")
        if "intel" in (family or chip or "").lower():
            facts.add("vendor", "Intel", NAME)
            facts.add("architecture", "x86_64", NAME)
    _add_cores(facts, hardware)
    facts.add("sockets", _whole(hardware, "packages") or None, NAME)
    facts.add("base_mhz", mhz(_text(hardware, "current_processor_speed")), NAME)
    facts.add("l3_bytes", rounded(_text(hardware, "l3_cache")), NAME)
    if facts.values:
        for field in ("base_mhz", "max_mhz"):
            facts.unknown(field, N_("macOS does not tell the clocks"))
    return facts.part(Cpu)


def _add_cores(facts: Facts, hardware: Answer) -> None:
    """ "proc 8:4:4" (JSON) and "8 (4 performance and 4 efficiency)" (text): all, the fastest, the slower ones.

    macOS 26 writes "proc 18:6:0:12" for M5 Pro and Max: super, efficiency and performance cores.
    """
    counts = [int(digits) for digits in re.findall(r"\d{1,4}", _text(hardware, "number_processors") or "")]
    if not counts or not counts[0]:
        return
    facts.add("cores", counts[0], NAME)
    if facts.values.get("vendor") == "Apple":
        facts.add("threads", counts[0], NAME)
    elif _text(hardware, "platform_cpu_htt") == "htt_enabled":
        facts.add("threads", 2 * counts[0], NAME, "computed")
    fast, slow = (counts[1], sum(counts[2:])) if len(counts) > 2 else (0, 0)
    if fast and slow and fast + slow == counts[0]:
        facts.add("performance_cores", fast, NAME)
        facts.add("efficiency_cores", slow, NAME)


def _memory(answer: Answer, hardware: Answer, base: Memory) -> Memory:
    entries = list(_entries(answer, "SPMemoryDataType"))
    modules = [module for entry in entries for item in _items(entry) if (module := _module(item)) is not None]
    read = ram.memory(modules, NAME) if modules else base
    facts = Facts()
    for name in ("kind", "speed_mts", "channels", "bandwidth_bytes_per_s"):
        if (value := getattr(read, name)) is not None:
            facts.values[name] = value
    facts.origins |= read.origins
    total = rounded(_text(hardware, "physical_memory"))
    total = total or next((size for e in entries if (size := rounded(_text(e, "SPMemoryDataType")))), None)
    total = total or read.installed_bytes
    facts.add("total_bytes", total, NAME)
    facts.add("installed_bytes", total, NAME)
    if total:
        facts.origins["installed_bytes"] = facts.origins["total_bytes"]
        facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory, modules=read.modules)


def _items(entry: Answer) -> Sequence[Answer]:
    items = entry.get("_items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else [entry]


def _module(item: Answer) -> ram.Module | None:
    size = rounded(_text(item, "dimm_size"))
    if not size:
        return None
    speed = mhz(_text(item, "dimm_speed"))
    kind = (_text(item, "dimm_type") or "").upper().replace(" SDRAM", "").replace("_", "")
    maker = _text(item, "dimm_manufacturer")
    return ram.Module(
        slot=_text(item, "_name"),
        size_bytes=size,
        kind=kind if re.fullmatch(r"(LP)?DDR\dX?|(LP)?DDR", kind) else None,
        speed_mts=round(speed) if speed else None,
        maker=None if (maker or "").startswith("0x") else maker,
    )


def _own_gpus(answer: Answer, hardware: Answer) -> Iterator[Gpu]:
    """The Mac's own GPU. Its name is the chip's, with the number of its cores, which differs within one chip."""
    chip = _text(hardware, "chip_type")
    entries = [entry for entry in _entries(answer, "SPDisplaysDataType") if _is_own(entry)]
    if chip and chip.startswith("Apple") and not entries:
        entries = [{}]
    for entry in entries[:1]:
        facts = Facts()
        name = chip or _unkeyed(_text(entry, "sppci_model")) or _unkeyed(_text(entry, "_name"))
        cores = _whole(entry, "sppci_cores")
        facts.add("name", f"{name} {cores}-core GPU" if name and cores else name, NAME)
        facts.add("vendor", "Apple", NAME)
        facts.add("kind", "unified", NAME)
        facts.add("vram_bytes", 0, N_("one memory for processor and graphics"), "computed")
        facts.unknown("driver", N_("part of macOS"))
        facts.unknown("pci_id", N_("not on a PCI bus"))
        facts.unknown("bus_address", N_("not on a PCI bus"))
        yield facts.part(Gpu)


def _is_own(entry: Answer) -> bool:
    texts = [_text(entry, key) or "" for key in ("spdisplays_vendor", "sppci_model", "_name")]
    return "apple" in texts[0].lower() or any(t.startswith(("Apple ", "kHW_Apple")) for t in texts[1:])


def _unkeyed(name: str | None) -> str | None:
    """ "kHW_AppleM1ProItem", a key whose translation was missing, as "Apple M1 Pro"."""
    found = _KEY_NAME.match(name or "")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", found.group(1)) if found else name


def _disks(answer: Answer) -> Iterator[Disk]:
    for entry in _entries(answer, "SPStorageDataType"):
        drive = entry.get("physical_drive")
        drive = drive if isinstance(drive, dict) else {}
        mount, total = _text(entry, "mount_point"), _whole(entry, "size_in_bytes")
        protocol = (_text(drive, "protocol") or "").lower()
        if not mount or not total or mount.startswith(_INNER_MOUNTS) or "disk image" in protocol:
            continue
        facts = Facts()
        facts.add("name", _text(drive, "device_name"), NAME)
        if mount.startswith("/Volumes/"):
            facts.unknown("mount", N_("left out: it may hold its user's name"))
        facts.add("mount", None if mount.startswith("/Volumes/") else mount, NAME)
        facts.add("kind", _disk_kind(protocol, _text(drive, "medium_type")), NAME)
        facts.add("total_bytes", total, NAME)
        facts.add("free_bytes", _whole(entry, "free_space_in_bytes"), NAME)
        yield facts.part(Disk)


def _disk_kind(protocol: str, medium: str | None) -> DiskKind | None:
    if "usb" in protocol:
        return "usb"
    if "nvm" in protocol:
        return "nvme"
    return _MEDIA.get(re.sub(r"[^a-z]", "", (medium or "").lower()))


def _battery(answer: Answer) -> Battery:
    facts = Facts()
    entries = list(_entries(answer, "SPPowerDataType"))
    for entry in entries:
        charge = entry.get("sppower_battery_charge_info")
        if isinstance(charge, dict) and _text(entry, "installed") != "No":
            facts.add("present", True, NAME)
            percent = _whole(charge, "sppower_battery_state_of_charge")
            now, full = (_whole(charge, f"sppower_battery_{name}_capacity") for name in ("current", "max"))
            facts.add("percent", float(percent) if percent is not None and percent <= 100 else None, NAME)
            facts.add("percent", min(100.0, 100 * now / full) if now is not None and full else None, NAME)
        connected = (_text(entry, "sppower_battery_charger_connected") or "").lower()
        facts.add("plugged", {"true": True, "yes": True, "false": False, "no": False}.get(connected), NAME)
    if entries:
        facts.add("present", any("sppower_battery_charge_info" in entry for entry in entries), NAME)
    if facts.values.get("present") is False:
        facts.values.pop("plugged", None)
        facts.origins.pop("plugged", None)
        facts.absent("percent", N_("there is no battery"))
        facts.absent("plugged", N_("there is no battery"))
    return facts.part(Battery)
