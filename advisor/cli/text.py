"""Plain-text answers for the terminal: a machine, an estimate, the matrix."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from advisor import words, workload
from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Estimate, Explanation, Range
from advisor.estimator.weakest import weakest, weakest_text
from advisor.i18n import Translator
from advisor.machine import Battery, Cpu, Disk, Gpu, Machine, MemoryModule, Part
from advisor.workload import METHODS, Workload


def machine_lines(machine: Machine, _: Translator) -> list[str]:
    """The machine as a table: part, value, where the value comes from."""
    cpu, memory = machine.cpu, machine.memory
    rows = [
        _row(_, _("Computer"), machine, "model", machine.model),
        _row(_, _("System"), machine, "os_name", _joined(machine.os_name, machine.os_version)),
        _row(_, _("Runs in"), machine, "environment", _environment(machine, _)),
        _row(_, _("Processor"), cpu, "name", cpu.name),
        _row(_, _("Cores / threads"), cpu, "cores", _slash(_, cpu.cores, cpu.threads)),
        _row(_, _("Base clock"), cpu, "base_mhz", _known(_mhz(_), cpu.base_mhz)),
        _row(_, _("Highest clock"), cpu, "max_mhz", _known(_mhz(_), cpu.max_mhz)),
        _row(_, _("Caches L1d / L2 / L3"), cpu, "l2_bytes", _caches(_, cpu)),
        _row(_, _("Instruction sets"), cpu, "features", _features(cpu.features)),
        *_products_row(cpu, _),
        _row(_, _("Memory"), memory, "total_bytes", _known(_.gib, memory.total_bytes)),
        _row(_, _("  available"), memory, "available_bytes", _known(_.gib, memory.available_bytes)),
        _row(_, _("  kind"), memory, "kind", _joined(memory.kind, _known(str, memory.speed_mts, " MT/s"))),
        _row(_, _("  channels"), memory, "channels", _known(str, memory.channels)),
        _row(_, _("  bandwidth"), memory, "bandwidth_bytes_per_s", _known(_.bandwidth, memory.bandwidth_bytes_per_s)),
    ]
    if memory.limit_bytes is not None:
        rows.append(_row(_, _("  limit"), memory, "limit_bytes", _.gib(memory.limit_bytes)))
    rows += [_module_row(module, _) for module in memory.modules]
    for index, gpu in enumerate(machine.gpus):
        rows += _gpu_rows(gpu, index, _)
    for disk in machine.disks:
        size = _("{free} free of {total}", free=_.gib(disk.free_bytes), total=_.gib(disk.total_bytes))
        rows.append(
            _row(
                _,
                _("Disk {mount}", mount=disk.mount or "?"),
                disk,
                "total_bytes",
                _joined(disk.name, _disk_kind(disk, _), size),
            )
        )
    rows.append(_row(_, _("Battery"), machine.battery, "present", _battery(machine.battery, _)))
    lines = table(rows)
    if not machine.gpus:
        # What a dump or a user does not name may be there all the same.
        stated = machine.source in ("dump", "catalogue")
        lines.append(_("No GPU is named there.") if stated else _("No GPU found."))
    return lines + [_("Note: {text}", text=words.origin_text(_, note)) for note in machine.notes]


def files_lines(files: Sequence[tuple[str, Sequence[str]]], _: Translator) -> list[str]:
    """Which files a machine was read from, and what was recognised in each; an empty line ends them."""
    rows = [
        (_("Read from"), name, words.names(_, (_(program) for program in programs)) or _("a saved profile"))
        for name, programs in files
    ]
    return [*table(rows), ""]


def _products_row(cpu: Cpu, _: Translator) -> list[Sequence[str]]:
    if cpu.matrix_flops is None:
        return []
    return [_row(_, _("Matrix products"), cpu, "matrix_flops", f"{_.number(cpu.matrix_flops / 1e9)} GFLOP/s")]


def _gpu_rows(gpu: Gpu, index: int, _: Translator) -> list[Sequence[str]]:
    label = f"GPU {index}"
    rows = [
        _row(_, label, gpu, "name", gpu.name),
        _row(_, _("  memory"), gpu, "vram_bytes", _known(_.gib, gpu.vram_bytes)),
    ]
    for label, field in ((_("  PCI id"), "pci_id"), (_("  shared memory"), "shared_bytes")):
        value = getattr(gpu, field)
        if value is not None:
            rows.append(_row(_, label, gpu, field, value if isinstance(value, str) else _.gib(value)))
    if gpu.bandwidth_bytes_per_s is not None:
        rows.append(_row(_, _("  bandwidth"), gpu, "bandwidth_bytes_per_s", _.bandwidth(gpu.bandwidth_bytes_per_s)))
    if gpu.driver is not None:
        rows.append(_row(_, _("  driver"), gpu, "driver", gpu.driver))
    if gpu.compute_capability is not None:
        rows.append(_row(_, _("  compute capability"), gpu, "compute_capability", gpu.compute_capability))
    usable = {True: _("yes, by {engines}", engines=words.names(_, gpu.engines or ())), False: _("no"), None: None}[
        gpu.usable
    ]
    rows.append(_row(_, _("  usable for AI"), gpu, "usable", usable))
    return rows


def estimate_lines(machine: Machine, estimate: Estimate, _: Translator) -> list[str]:
    """One estimate for a person: verdict first, then memory, placement, speed, reasons."""
    because = estimate.reasons[0].code if estimate.reasons else None
    verdict = f"{words.VERDICT_SYMBOLS[estimate.verdict]} {words.verdict_word(_, estimate.verdict, because)}"
    low, high = estimate.model.parameter_bounds or (estimate.parameters, estimate.parameters)
    size = _.parameters(estimate.parameters) if low == high > 0 else _("unknown")
    title = f"{estimate.model.name} ({size}) · {_task(estimate, _)}"
    lines = [words.titled(_, title, verdict)]
    lines += [f"  {words.sentence(_, reason.code, reason.values)}" for reason in estimate.reasons]
    memory = estimate.memory
    if memory is not None:
        rows = [(_(words.COMPONENT_WORDS[c.name]), _.gib(c.bytes)) for c in memory.components if c.bytes]
        rows.append((_("total"), _banded(_, _.gib(memory.total), f"{_.gib(memory.low)} – {_.gib(memory.high)}")))
        if memory.resident_needed is not None:
            rows.append((_("RAM of a CPU run"), _.gib(memory.resident_needed)))
        lines += ["", *table(rows)]
    placed = [
        (
            words.device(_, p.device),
            _("{used} of {available}", used=_.gib(p.used), available=_.gib(p.available)),
            _("{n} layers", n=p.layers) if estimate.model.layers else "",
        )
        for p in estimate.placements
    ]
    if placed:
        lines += ["", *table(placed)]
    lines += ["", *table(_speed_rows(estimate, _))]
    found = weakest(machine, estimate)
    if found is not None:
        lines += ["", _("Weakest input: {text}", text=weakest_text(_, machine, found))]
    return lines


def _speed_rows(estimate: Estimate, _: Translator) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    if estimate.speed is not None:
        rows.append((words.quantity(_, "decode"), _range(estimate.speed.decode, "tok/s", _)))
        rows.append((words.quantity(_, "prefill"), _range(estimate.speed.prefill, "tok/s", _)))
    training = estimate.training
    if training is not None:
        rows.append((words.quantity(_, "trainable_parameters"), _.integer(training.trainable_parameters)))
        rows.append((words.quantity(_, "tokens_per_s"), _range(training.tokens_per_s, "tok/s", _)))
        rows.append((words.quantity(_, "hours"), _hours(training.hours, _)))
        rows.append((words.quantity(_, "energy_kwh"), _range(training.energy_kwh, "kWh", _)))
    return rows


def explanation_lines(explanations: Iterable[Explanation], _: Translator) -> list[str]:
    """Every "why?" of an estimate: quantity, result, formula, values, sources."""
    lines = []
    for item in explanations:
        lines.append(f"{words.quantity(_, item.quantity)} = {words.amount(_, item.result, item.unit)}")
        lines.append(f"    {_(item.formula)}")
        if item.values:
            values = (f"{key} = {words.value(_, key, value)}" for key, value in item.values.items())
            lines.append("    " + words.clauses(_, values))
        lines += [f"    {_(source)}" for source in item.sources]
    return lines


def matrix_lines(rows: Iterable[tuple[Model, Sequence[Estimate]]], base: Workload, _: Translator) -> list[str]:
    """The matrix: a line per model, a column per method: symbol and memory."""
    header = [_("Model"), *(_(words.METHOD_WORDS[m], quant=workload.for_method(base, m).quant) for m in METHODS)]
    body = [[model.name, *(_cell(e, _) for e in estimates)] for model, estimates in rows]
    legend = "   ".join(f"{words.VERDICT_SYMBOLS[v]} {_(word)}" for v, word in words.VERDICT_WORDS.items())
    return [*table([header, *body]), "", legend]


def _cell(estimate: Estimate, _: Translator) -> str:
    symbol = words.VERDICT_SYMBOLS[estimate.verdict]
    return symbol if estimate.memory is None else f"{symbol} {_.gib(estimate.memory.total)}"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned columns; Chinese characters count as two columns."""
    if not rows:
        return []
    count = max(len(row) for row in rows)
    widths = [max((width(row[i]) for row in rows if i < len(row)), default=0) for i in range(count)]
    return ["  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)).rstrip() for row in rows]


def width(text: str) -> int:
    """How many terminal columns `text` takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _row(_: Translator, label: str, part: Part, field: str, value: str | None) -> Sequence[str]:
    origin = words.origin_text(_, part.origin(field))
    return (label, value, origin) if value else (label, _("unknown"), origin)


def _task(estimate: Estimate, _: Translator) -> str:
    settings = estimate.workload
    if isinstance(estimate.model, Network) and not settings.training:
        return _("Run in 16 bits")
    if settings.training:
        return _(words.METHOD_WORDS[settings.task])
    return _(words.METHOD_WORDS["run"], quant=settings.quant)


def _range(value: Range | None, unit: str, _: Translator) -> str:
    if value is None:
        return _("unknown")
    return _banded(_, f"{_.number(value.mid)} {unit}", f"{_.number(value.low)} – {_.number(value.high)}")


def _hours(value: Range | None, _: Translator) -> str:
    if value is None:
        return _("unknown")
    return _banded(_, _.duration(3600 * value.mid), _.duration_range(3600 * value.low, 3600 * value.high))


def _banded(_: Translator, figure: str, band: str) -> str:
    return _("{figure}  ({band})", figure=figure, band=band)


def _environment(machine: Machine, _: Translator) -> str | None:
    if machine.environment is None:
        return None
    return words.names(_, (_(words.ENVIRONMENT_WORDS.get(one, one)) for one in machine.environment)) or _("bare metal")


def _disk_kind(disk: Disk, _: Translator) -> str | None:
    return None if disk.kind is None else _(words.DISK_WORDS.get(disk.kind, disk.kind))


def _mhz(_: Translator) -> Callable[[float], str]:
    return lambda value: f"{_.integer(round(value))} MHz"


def _caches(_: Translator, cpu: Cpu) -> str | None:
    sizes = (cpu.l1d_bytes, cpu.l2_bytes, cpu.l3_bytes)
    if not any(sizes):
        return None
    return " / ".join("–" if size is None else f"{_.integer(size >> 10)} KiB" for size in sizes)


def _module_row(module: MemoryModule, _: Translator) -> Sequence[str]:
    speed = _known(str, module.speed_mts, " MT/s")
    value = _joined(module.slot, _known(_.gib, module.size_bytes), module.kind, speed, module.maker)
    return _row(_, _("  module"), module, "size_bytes", value)


def _battery(battery: Battery, _: Translator) -> str | None:
    if battery.present is None:
        return None
    if not battery.present:
        return _("none")
    return _("yes") if battery.percent is None else f"{_.number(battery.percent)} %"


def _features(features: frozenset[str] | None) -> str | None:
    if features is None:
        return None
    return " ".join(sorted(features)) or "–"


def _slash(_: Translator, cores: int | None, threads: int | None) -> str | None:
    return None if cores is None and threads is None else f"{_.integer(cores)} / {_.integer(threads)}"


def _joined(*parts: str | None) -> str | None:
    return " · ".join(part for part in parts if part) or None


def _known(show: object, value: object, unit: str = "") -> str | None:
    return None if value is None or not callable(show) else f"{show(value)}{unit}"
