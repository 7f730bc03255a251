"""A computer's parts in words, as several sections write them."""

from collections import Counter

from advisor import words
from advisor.i18n import Translator
from advisor.machine import Disk, Gpu, Machine


def machine_name(machine: Machine, _: Translator) -> str:
    """The computer as its owner calls it, else what it is made of."""
    if machine.model:
        return " ".join(machine.model.split())
    chips = Counter(name for name in (machine.cpu.name, *(gpu.name for gpu in machine.gpus)) if name)
    if machine.cpu.name and any(gpu.kind == "unified" for gpu in machine.gpus):
        chips[machine.cpu.name] = 1  # one chip is both
    return " + ".join(name if n == 1 else f"{n} × {name}" for name, n in chips.items()) or _("A computer")


def joined_sentences(parts: list[str], _: Translator) -> str:
    """Several sentences as one text; a reason that lacks its full stop gets one."""
    stop, gap = ("。", "") if _.language.startswith("zh") else (".", " ")
    return gap.join(part if part.endswith((".", "。")) else part + stop for part in parts)


def joined(*parts: str | int | None) -> str | None:
    """Those of `parts` that are there, with dots between; None when nothing is."""
    return " · ".join(str(part) for part in parts if part) or None


def channels_text(machine: Machine, _: Translator) -> str | None:
    """How many memory channels are in use."""
    count = machine.memory.channels
    if count is None:
        return None
    return _("one channel") if count == 1 else _("{n} channels", n=count)


def vram_text(gpu: Gpu, _: Translator) -> str | None:
    """A GPU's memory in words."""
    if gpu.vram_bytes:
        return _("{size} VRAM", size=_.gib(gpu.vram_bytes))
    return _("shares system memory") if gpu.kind in ("integrated", "unified") else None


def disk_text(disk: Disk, _: Translator) -> str | None:
    """A volume in a line: its disk, kind, free space."""
    # The mount point is left out: on many systems it holds its user's name.
    kind = None if disk.kind is None else _(words.DISK_WORDS.get(disk.kind, disk.kind))
    size = None
    if disk.total_bytes is not None:
        size = _("{free} free of {total}", free=_.gib(disk.free_bytes), total=_.gib(disk.total_bytes))
    return joined(disk.name, kind, size)
