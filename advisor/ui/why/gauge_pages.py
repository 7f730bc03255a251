"""Why a gauge shows what it shows: every fact of the part with its origin, and how it could be known better."""

from collections.abc import Mapping
from dataclasses import fields

from advisor import words
from advisor.i18n import N_, Translator
from advisor.machine import Machine, Origin, Part
from advisor.ui.machines import machine_text
from advisor.ui.why.lines import Line, Page

# What a reader can do about a fact that nobody read: by part and field. The commands are those whose output is read.
BETTER: Mapping[str, str] = {
    "memory.available_bytes": N_("Free memory is read where the program runs: start it on that computer."),
    "memory.bandwidth_bytes_per_s": N_("“Measure this computer” reads the bandwidth in a few seconds."),
    "memory.channels": N_("The modules tell: open the output of “sudo dmidecode -t memory”, or of CPU-Z."),
    "memory.speed_mts": N_("The modules tell: open the output of “sudo dmidecode -t memory”, or of CPU-Z."),
    "memory.kind": N_("The modules tell: open the output of “sudo dmidecode -t memory”, or of CPU-Z."),
    "cpu.features": N_("“lscpu” on Linux lists the instruction sets; open its output beside this one."),
    "cpu.cores": N_("“lscpu” on Linux, dxdiag.txt on Windows name the processor; open that beside this one."),
    "gpu.vram_bytes": N_("The driver tells: open the output of “nvidia-smi -q”, or dxdiag.txt of Windows."),
    "gpu.vram_available_bytes": N_("Free graphics memory is read where the program runs: start it on that computer."),
    "gpu.bandwidth_bytes_per_s": N_("The catalogue knows cards by name: a driver that names the card brings the rest."),
    "gpu.compute_capability": N_("The driver tells: open the output of “nvidia-smi -q”."),
    "disk.kind": N_("“lsblk -d -o name,rota” on Linux tells hard disks from solid-state disks."),
}
_SKIPPED = frozenset({"origins", "modules", "environment"})
_NAMES: Mapping[str, str] = {
    "cpu": N_("Processor"), "memory": N_("Memory"), "gpu": N_("Graphics processor"), "disk": N_("Disk"),
}  # fmt: skip


def page(_: Translator, machine: Machine, key: str) -> Page | None:
    """The page of "cpu", "ram", "gpu0", "disk0"; None of a part that the machine does not have."""
    kind, part = _part(machine, key)
    if part is None:
        return None
    title = _(_NAMES[kind])
    name = getattr(part, "name", None)
    facts: list[tuple[str, ...]] = []
    better: dict[str, None] = {}
    for field in fields(part):
        if field.name in _SKIPPED:
            continue
        value, origin = getattr(part, field.name), part.origin(field.name)
        facts.append(_fact(_, field.name, value, origin))
        if origin.kind in ("unknown", "assumed") and f"{kind}.{field.name}" in BETTER:
            better[BETTER[f"{kind}.{field.name}"]] = None
    said: list[str] = []
    unusable = part.origins.get("usable") if getattr(part, "usable", None) is False else None
    if unusable is not None:
        said.insert(0, _("Cannot be used: {reason}", reason=_(unusable.detail, **unusable.values)))
    if better:
        said.append(_("How more could be known:") + " " + " ".join(_(text) for text in better))
    return Page(
        f"{title} · {name}" if name else title,
        tuple(said),
        (Line(_("Each fact with where it comes from"), values=tuple(facts)),),
    )


def _fact(_: Translator, name: str, value: object, origin: Origin) -> tuple[str, ...]:
    label = _(machine_text.LABELS.get(name, name))
    shown = _("unknown") if value is None else machine_text.value_text(_, name, value)
    return label, shown, words.origin_text(_, origin)


def _part(machine: Machine, key: str) -> tuple[str, Part | None]:
    kind = key.rstrip("0123456789")
    number = int(key[len(kind) :] or 0)
    if kind == "cpu":
        return kind, machine.cpu
    if kind in ("ram", "memory"):
        return "memory", machine.memory
    found = {"gpu": machine.gpus, "disk": machine.disks}.get(kind, ())
    return kind, found[number] if number < len(found) else None
