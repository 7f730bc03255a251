"""The text of "Hardware details": every fact of the machine with its value and where it comes from."""

from collections.abc import Iterator
from dataclasses import fields
from html import escape

from advisor import words
from advisor.i18n import N_, Translator
from advisor.machine import Machine, Part
from advisor.palette import Palette

LABELS = {
    "manufacturer": N_("manufacturer"), "model": N_("model"), "chassis": N_("kind of computer"),
    "os_name": N_("system"), "os_version": N_("system version"), "os_family": N_("system family"),
    "environment": N_("runs inside"), "name": N_("name"), "vendor": N_("vendor"),
    "architecture": N_("architecture"), "sockets": N_("sockets"), "cores": N_("cores"), "threads": N_("threads"),
    "performance_cores": N_("performance cores"), "efficiency_cores": N_("efficiency cores"),
    "base_mhz": N_("base clock"), "max_mhz": N_("highest clock"), "l1d_bytes": N_("L1 data cache"),
    "l2_bytes": N_("L2 cache"), "l3_bytes": N_("L3 cache"), "features": N_("instruction sets"),
    "total_bytes": N_("size"), "installed_bytes": N_("installed"), "available_bytes": N_("available"),
    "limit_bytes": N_("limit"), "kind": N_("kind"), "speed_mts": N_("speed"), "channels": N_("channels"),
    "bandwidth_bytes_per_s": N_("bandwidth"), "pci_id": N_("PCI id"), "bus_address": N_("bus address"),
    "vram_bytes": N_("own memory"), "vram_available_bytes": N_("own memory available"),
    "shared_bytes": N_("shared memory"), "driver": N_("driver"), "compute_capability": N_("compute capability"),
    "fp32_flops": N_("FP32 peak"), "fp16_flops": N_("FP16 peak"), "board_power_w": N_("board power"),
    "matrix_flops": N_("matrix products"),
    "engines": N_("engines"), "usable": N_("usable for AI"), "mount": N_("mounted at"), "free_bytes": N_("free"),
    "present": N_("present"), "percent": N_("charge"), "plugged": N_("plugged in"), "slot": N_("slot"),
    "size_bytes": N_("size"), "rated_mts": N_("rated speed"), "maker": N_("maker"),
}  # fmt: skip
_SKIPPED = ("origins", "cpu", "memory", "gpus", "disks", "battery", "notes", "modules", "source")


def html(_: Translator, colors: Palette, machine: Machine) -> str:
    """One table a part."""
    blocks = [_table(_, colors, title, part) for title, part in _parts(_, machine)]
    notes = "".join(f"<p>{escape(words.origin_text(_, note))}</p>" for note in machine.notes)
    return "".join(blocks) + (f"<h4>{escape(_('Worth knowing'))}</h4>{notes}" if notes else "")


def _parts(_: Translator, machine: Machine) -> Iterator[tuple[str, Part]]:
    yield _("Computer"), machine
    yield _("Processor"), machine.cpu
    yield _("Memory"), machine.memory
    for module in machine.memory.modules:
        yield _("Memory module"), module
    for number, gpu in enumerate(machine.gpus):
        yield _("Graphics processor {number}", number=number), gpu
    for disk in machine.disks:
        yield _("Disk"), disk
    yield _("Battery"), machine.battery


def _table(_: Translator, colors: Palette, title: str, part: Part) -> str:
    caption = f'style="color:{colors.caption}"'
    rows = []
    for field in fields(part):
        if field.name in _SKIPPED:
            continue
        value = getattr(part, field.name)
        text = "?" if value is None else value_text(_, field.name, value)
        source = words.origin_text(_, part.origin(field.name))
        rows.append(
            f"<tr><td {caption}>{escape(_(LABELS.get(field.name, field.name)))}&nbsp;&nbsp;</td>"
            f"<td>{escape(text)}&nbsp;&nbsp;</td><td {caption}>{escape(source)}</td></tr>"
        )
    return f'<h4>{escape(title)}</h4><table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


def value_text(_: Translator, name: str, value: object) -> str:
    """A fact as text, its unit told by its field's name."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (tuple, frozenset)):
        return words.names(_, sorted(_(words.ENVIRONMENT_WORDS.get(str(item), str(item))) for item in value)) or _(
            "none"
        )
    if isinstance(value, int | float):
        for ending, unit in (("_mhz", " MHz"), ("_mts", " MT/s"), ("_w", " W"), ("percent", " %")):
            if name.endswith(ending):
                return _.integer(round(value)) + unit
        if name.endswith("_flops"):
            return f"{_.number(value / 1e12)} TFLOP/s"
    if name == "kind" and isinstance(value, str):
        return _(words.DISK_WORDS.get(value, value))
    return words.figure(_, name, value)
