"""udev's copy of the firmware's table of memory modules: readable for all, unlike the table."""

import re

from advisor.sources import ram


def memory_modules(text: str) -> tuple[ram.Module, ...]:
    """The populated modules in udev's database entry of the firmware ("E:MEMORY_DEVICE_0_SIZE=...")."""
    devices: dict[int, dict[str, str]] = {}
    for number, name, value in re.findall(r"^E: ?MEMORY_DEVICE_(\d+)_(\w+)=(.*)$", text, re.MULTILINE):
        devices.setdefault(int(number), {})[name] = value.strip()
    return tuple(_module(devices[n]) for n in sorted(devices) if _positive(devices[n].get("SIZE")))


def _module(values: dict[str, str]) -> ram.Module:
    kind = values.get("TYPE")
    return ram.Module(
        slot=values.get("LOCATOR"),
        bank=values.get("BANK_LOCATOR"),
        size_bytes=_positive(values.get("SIZE")),
        kind=kind if kind and re.fullmatch(r"(LP)?DDR\d?|HBM\d?|SDRAM", kind) else None,
        speed_mts=_positive(values.get("CONFIGURED_SPEED_MTS")),
        rated_mts=_positive(values.get("SPEED_MTS")),
        maker=values.get("MANUFACTURER"),
        width_bits=_positive(values.get("DATA_WIDTH")),
    )


def _positive(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) > 0 else None
