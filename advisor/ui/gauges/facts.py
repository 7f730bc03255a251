"""Where a gauge's figures come from, line by line, and why a card cannot be used in a word or two."""

from collections.abc import Mapping, Sequence

from advisor import words
from advisor.catalog.runtimes import REASONS
from advisor.i18n import N_, Translator
from advisor.machine import Disk, Origin, Part
from advisor.ui.machines.machine_text import LABELS, value_text

# The facts of each component that its figures rest on; "Hardware details" has all others.
_FACTS: Mapping[str, Sequence[str]] = {
    "cpu": ("name", "cores", "threads", "max_mhz", "features"),
    "ram": ("total_bytes", "available_bytes", "limit_bytes", "kind", "speed_mts", "channels", "bandwidth_bytes_per_s"),
    "gpu": (
        "name", "vram_bytes", "vram_available_bytes", "bandwidth_bytes_per_s", "compute_capability", "driver",
        "engines",
    ),
    "disk": ("mount", "kind", "total_bytes", "free_bytes"),
}  # fmt: skip

# What says nothing by being absent: most machines have no limit, and no CPU a compute capability.
_OPTIONAL = frozenset(("limit_bytes", "compute_capability", "driver", "engines", "features"))

# Why a GPU cannot be used, in the room below a dial, by the code of the whole reason.
_SHORT: Mapping[str, str] = {
    "compute_capability": N_("too old"),
    "driver": N_("driver too old"),
    "no_vendor_driver": N_("wrong driver"),
    "no_driver": N_("no driver"),
    "no_rocm": N_("no ROCm"),
    "no_vulkan": N_("no Vulkan"),
    "no_vulkan_driver": N_("no Vulkan"),
    "no_16_bit_storage": N_("no 16 bit"),
    "slower_than_cpu": N_("too slow"),
    "shares_memory": N_("no gain"),
    "virtual": N_("virtual display"),
    "own_builds": N_("not computed"),
    "no_engine": N_("no AI engine"),
    "not_listed": N_("not listed"),
}
_TOO_OLD = "too old: "  # how the sentence of catalog.too_old begins, which is no code's


def short_reason(_: Translator, reason: Origin) -> str:
    """A few words for `reason`; "" for a reason that is none of the catalogue's."""
    for code, sentence in REASONS.items():
        if sentence == reason.detail:
            return _(_SHORT[code]) if code in _SHORT else ""
    return _("too old") if reason.detail.startswith(_TOO_OLD) else ""


def facts_of(_: Translator, kind: str, part: Part) -> tuple[str, ...]:
    """A line a fact: what it is, its value, where it comes from; what is not known says why."""
    return tuple(_line(_, part, name) for name in _FACTS[kind] if _worth_saying(part, name))


def _worth_saying(part: Part, name: str) -> bool:
    return getattr(part, name) is not None or name not in _OPTIONAL


def _line(_: Translator, part: Part, name: str) -> str:
    value = getattr(part, name)
    label, origin = _(LABELS.get(name, name)), words.origin_text(_, part.origin(name))
    if value is None:
        return _("{fact}: unknown ({reason})", fact=label, reason=origin)
    return _("{fact}: {value} – {origin}", fact=label, value=value_text(_, name, value), origin=origin)


def disk_facts(_: Translator, disks: Sequence[Disk]) -> tuple[str, ...]:
    """All disks: each one's lines, the name first."""
    lines: list[str] = []
    for disk in disks:
        lines += ([disk.name] if disk.name else []) + list(facts_of(_, "disk", disk))
    return tuple(lines)
