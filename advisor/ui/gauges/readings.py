"""What the gauges show: a machine's sizes, and the last live sample where there is one."""

import re
from collections.abc import Iterator

from advisor.i18n import Translator
from advisor.machine import Gpu, Machine
from advisor.probes.live import LiveGpu, LiveSample
from advisor.ui.base import texts
from advisor.ui.gauges.gauge import Reading

DISKS = {"nvme": "NVMe", "ssd": "SSD", "hdd": "HDD", "usb": "USB", "emmc": "eMMC"}


def of(_: Translator, machine: Machine, live: LiveSample | None) -> list[Reading]:
    """CPU, RAM, each GPU, the disk with most free space."""
    return [_cpu(_, machine, live), _ram(_, machine, live), *_gpus(_, machine, live), *_disk(_, machine, live)]


def short_name(name: str | None) -> str:
    """A processor's name as people say it: "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz" -> "i5-3210M"."""
    if not name:
        return ""
    for noise in ("(R)", "(TM)", "(r)", "(tm)", "Intel ", "AMD ", "NVIDIA ", "Core ", "GeForce ", " CPU", " Processor"):
        name = name.replace(noise, " " if noise[0] == " " else "")
    # "11th Gen" says no more than the number does, and "with Radeon Graphics" leaves no room for it.
    name = re.sub(r"^\d+th Gen | (?:with|w/) .*$", "", name.split(" @ ")[0])
    return " ".join(name.split())


def _cpu(_: Translator, machine: Machine, live: LiveSample | None) -> Reading:
    cpu = machine.cpu
    note = "" if cpu.cores is None else _("{cores} cores", cores=cpu.cores)
    percent = live.cpu_percent if live else None
    figure = "–" if percent is None else f"{percent:.0f}"
    share = None if percent is None else percent / 100
    return Reading(short_name(cpu.name) or _("CPU"), figure, _("% CPU"), share, note=note)


def _ram(_: Translator, machine: Machine, live: LiveSample | None) -> Reading:
    memory = machine.memory
    total = machine.memory_budget_bytes
    free = memory.available_bytes
    used = None if total is None or free is None else max(0, total - free)
    if live is not None and live.ram_used_bytes is not None:
        used, total = live.ram_used_bytes, live.ram_total_bytes or total
    share = used / total if used is not None and total else None
    kind = "-".join(filter(None, (memory.kind, str(memory.speed_mts) if memory.speed_mts else "")))
    figure = texts.gib_figure(_, used if used is not None else total)
    unit = _("of {total}", total=_.gib(total)) if used is not None else _("GiB")
    return Reading(_("RAM"), figure, unit, share, note=kind)


def _gpus(_: Translator, machine: Machine, live: LiveSample | None) -> Iterator[Reading]:
    for number, gpu in enumerate(machine.gpus):
        yield _gpu(_, gpu, _live_gpu(gpu, number, live))


def _gpu(_: Translator, gpu: Gpu, live: LiveGpu | None) -> Reading:
    name = short_name(gpu.name) or _("GPU")
    total = gpu.vram_bytes
    if gpu.usable is False:
        # The reason itself stands below the gauges, where there is room for a sentence.
        return Reading(name, "–", _.gib(total) if total else _("shares RAM"), note=_("not usable"), off=True)
    if not total:
        note = "" if gpu.usable else _("not known to be usable")
        return Reading(name, "–", _("shares RAM"), note=note, off=not gpu.usable)
    used = None if gpu.vram_available_bytes is None else max(0, total - gpu.vram_available_bytes)
    load, more = None, ""
    if live is not None:
        used = live.vram_used_bytes if live.vram_used_bytes is not None else used
        load = None if live.load_percent is None else live.load_percent / 100
        more = "" if live.reason is None else texts.why_not(_, live.reason)
    figure = texts.gib_figure(_, used if used is not None else total)
    unit = _("of {total}", total=_.gib(total)) if used is not None else _("GiB")
    return Reading(name, figure, unit, used / total if used is not None else None, load, more=more)


def _live_gpu(gpu: Gpu, number: int, live: LiveSample | None) -> LiveGpu | None:
    if live is None:
        return None
    for one in live.gpus:
        if one.bus_address and one.bus_address == gpu.bus_address:
            return one
    return live.gpus[number] if number < len(live.gpus) and not live.gpus[number].bus_address else None


def _disk(_: Translator, machine: Machine, live: LiveSample | None) -> Iterator[Reading]:
    disks = [disk for disk in machine.disks if disk.free_bytes is not None and disk.total_bytes]
    disk = max(disks, key=lambda one: one.free_bytes or 0) if disks else None
    free, total = (disk.free_bytes, disk.total_bytes) if disk else (None, None)
    name = " ".join(filter(None, (_("Disk"), disk.mount, DISKS.get(disk.kind or "")))) if disk else _("Disk")
    # The live sample counts the volume that holds the user's home, where models are downloaded to.
    if live is not None and live.disk_free_bytes is not None and (disk is None or live.disk_total_bytes == total):
        free, total = live.disk_free_bytes, live.disk_total_bytes
    if free is not None and total:
        yield Reading(name, texts.gib_figure(_, free), _("GiB free"), 1 - free / total)
