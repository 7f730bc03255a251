"""What the gauges show: a machine's sizes, and the last live sample where there is one."""

from collections.abc import Iterator, Sequence

from advisor.i18n import Translator
from advisor.machine import Disk, Gpu, Machine
from advisor.probes.live import LiveGpu, LiveSample
from advisor.ui.base import texts
from advisor.ui.gauges.facts import disk_facts, facts_of, short_reason
from advisor.ui.gauges.gauge import Reading

DISKS = {"nvme": "NVMe", "ssd": "SSD", "hdd": "HDD", "usb": "USB", "emmc": "eMMC"}
GIGA = 1000.0  # MHz in a GHz


def of(_: Translator, machine: Machine, live: LiveSample | None) -> list[Reading]:
    """CPU, RAM, the disk with most free space, then each GPU: the first four stand where the placeholders stood."""
    return [_cpu(_, machine, live), _ram(_, machine, live), _disk(_, machine, live), *_gpus(_, machine, live)]


def placeholders(_: Translator, live: LiveSample | None) -> list[Reading]:
    """The same dials before the machine is known; what a live sample tells already is in them."""
    waiting = "…"
    named = (("cpu", _("CPU")), ("ram", _("RAM")), ("disk", _("Disk")), ("gpu0", _("GPU")))
    cpu, ram, disk, gpu = (Reading(name, waiting, "", off=True, key=key) for key, name in named)
    if live is not None and live.cpu_percent is not None:
        cpu = _load(_, cpu, live.cpu_percent)
    if live is not None and live.ram_used_bytes is not None and live.ram_total_bytes:
        ram = _taken(_, ram, live.ram_used_bytes, live.ram_total_bytes)
    if live is not None and live.disk_free_bytes is not None and live.disk_total_bytes:
        disk = _room(_, disk, live.disk_free_bytes, live.disk_total_bytes)
    return [cpu, ram, disk, gpu]


def _share(part: float, whole: float) -> float:
    """A share in hundredths: an arc that moves by less would be painted for nothing."""
    return round(min(1.0, max(0.0, part / whole)), 2)


def _load(_: Translator, reading: Reading, percent: float) -> Reading:
    """A processor's load: the thick arc stays empty, for nothing is used up."""
    return reading._replace(figure=f"{percent:.0f}", unit=_("% load"), load=_share(percent, 100), off=False)


def _taken(_: Translator, reading: Reading, used: float, total: float) -> Reading:
    """Memory: what is taken, of how much, and what is left."""
    return reading._replace(
        figure=texts.gib_figure(_, used), unit=_("of {total}", total=_.gib(total)), share=_share(used, total),
        note=_("{size} free", size=_.gib(max(0.0, total - used))), off=False,
    )  # fmt: skip


def _room(_: Translator, reading: Reading, free: float, total: float) -> Reading:
    """A disk: what is left, and of how much."""
    return reading._replace(
        figure=texts.gib_figure(_, free), unit=_("GiB free"), share=_share(total - free, total),
        note=_("of {total}", total=_.gib(total)), off=False,
    )  # fmt: skip


def _cpu(_: Translator, machine: Machine, live: LiveSample | None) -> Reading:
    cpu = machine.cpu
    cores = "" if cpu.cores is None else _("{cores} cores", cores=cpu.cores)
    name = texts.short_name(cpu.name) or _("CPU")
    mhz = cpu.max_mhz or cpu.base_mhz
    clock = "" if mhz is None else f"{_.number(mhz / GIGA, 2)} GHz"
    reading = Reading(name, "?", _("CPU"), note=clock, facts=facts_of(_, "cpu", cpu), key="cpu")
    if live is not None and live.cpu_percent is not None:
        return _load(_, reading, live.cpu_percent)._replace(note=cores)
    if cpu.cores is not None:
        return reading._replace(figure=str(cpu.cores), unit=_("cores"))
    return reading._replace(more=texts.why_not(_, cpu.origin("cores")))


def _ram(_: Translator, machine: Machine, live: LiveSample | None) -> Reading:
    memory = machine.memory
    total, free = machine.memory_budget_bytes, memory.available_bytes
    kind = "-".join(filter(None, (memory.kind, str(memory.speed_mts) if memory.speed_mts else "")))
    reading = Reading(_("RAM"), "?", _("GiB"), note=kind, facts=facts_of(_, "ram", memory), key="ram")
    used = None if total is None or free is None else max(0, total - free)
    if live is not None and live.ram_used_bytes is not None:
        used, total = live.ram_used_bytes, live.ram_total_bytes or total
    if used is not None and total:
        return _taken(_, reading, used, total)
    if total is None:
        return reading._replace(more=texts.why_not(_, memory.origin("total_bytes")))
    return reading._replace(figure=texts.gib_figure(_, total))


def _gpus(_: Translator, machine: Machine, live: LiveSample | None) -> Iterator[Reading]:
    several = len(machine.gpus) > 1
    for number, gpu in enumerate(machine.gpus):
        name = texts.short_name(gpu.name) or _("GPU")
        reading = Reading(
            f"{number} · {name}" if several else name, "–", "", facts=facts_of(_, "gpu", gpu), key=f"gpu{number}"
        )
        yield _gpu(_, gpu, reading, _live_gpu(gpu, number, live))
    if not machine.gpus:
        yield Reading(_("GPU"), "–", "", note=_("none found"), off=True, key="gpu0")


def _gpu(_: Translator, gpu: Gpu, reading: Reading, live: LiveGpu | None) -> Reading:
    total = gpu.vram_bytes
    size = _.gib(total) if total else _("shares RAM")
    if gpu.usable is False:
        reason = gpu.origin("usable")
        note = short_reason(_, reason) or _("not usable")
        return reading._replace(unit=size, note=note, off=True, more=texts.why_not(_, reason))
    if not total:
        note = "" if gpu.usable else _("not known to be usable")
        return reading._replace(unit=size, note=note, off=not gpu.usable)
    used = None if gpu.vram_available_bytes is None else max(0, total - gpu.vram_available_bytes)
    if live is not None and live.vram_used_bytes is not None:
        used = live.vram_used_bytes
    if used is None:
        reading = reading._replace(figure=texts.gib_figure(_, total), unit=_("GiB"))
    else:
        reading = _taken(_, reading, used, total)
    if live is not None and live.load_percent is not None:
        load = _("{percent} % load", percent=f"{live.load_percent:.0f}")
        return reading._replace(load=_share(live.load_percent, 100), note=load)
    if live is not None and live.reason is not None:
        return reading._replace(more=texts.why_not(_, live.reason))
    return reading


def _live_gpu(gpu: Gpu, number: int, live: LiveSample | None) -> LiveGpu | None:
    if live is None:
        return None
    for one in live.gpus:
        if one.bus_address and one.bus_address == gpu.bus_address:
            return one
    return live.gpus[number] if number < len(live.gpus) and not live.gpus[number].bus_address else None


def _disk(_: Translator, machine: Machine, live: LiveSample | None) -> Reading:
    disk = largest(machine.disks)
    free, total = (disk.free_bytes, disk.total_bytes) if disk else (None, None)
    parts = (_("Disk"), disk.mount, DISKS.get(disk.kind or "")) if disk else (_("Disk"),)
    reading = Reading(" ".join(filter(None, parts)), "?", "", facts=disk_facts(_, machine.disks), key="disk")
    # The live sample counts the volume that holds the user's home, where models are downloaded to.
    if live is not None and live.disk_free_bytes is not None and (disk is None or live.disk_total_bytes == total):
        free, total = live.disk_free_bytes, live.disk_total_bytes
    if free is not None and total:
        return _room(_, reading, free, total)
    return reading._replace(figure="–", note=_("not stated"), off=True)


def largest(disks: Sequence[Disk]) -> Disk | None:
    """The disk with most free space, of those that tell."""
    known = [disk for disk in disks if disk.free_bytes is not None and disk.total_bytes]
    return max(known, key=lambda one: one.free_bytes or 0) if known else None
