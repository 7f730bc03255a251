"""The waterfall of savings: from the plain job down, each time the technique that saves most of those left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from advisor.advice.perplexity import QualityLoss, quality_loss
from advisor.advice.survey import Survey, decode, hours
from advisor.advice.technique_rules import Quality, Rule, plain, rules_for, techniques_file
from advisor.catalog.model import Model
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.ground import Device, ground
from advisor.estimator.result import Estimate, Reason
from advisor.estimator.training_time import cpu_class
from advisor.machine import Machine
from advisor.workload import Workload

_ROOM = 1 << 46  # bytes: a device of the same speed on which every step fits, so that each has its time


class Step(NamedTuple):
    """One technique switched on: bytes before and after it, and what it costs.

    `alone` is what it saves on the plain job, None where it needs another one first. `time` is the factor on the
    time of a generated token or of the training (1.3: 30 % longer), None when unknown. `loss` is the published figure
    where `quality` is "perplexity". `chosen` says that the settings asked for have it on.
    """

    code: str
    before: int
    after: int
    alone: int | None
    time: float | None
    quality: Quality
    loss: QualityLoss | None
    chosen: bool
    workload: Workload
    source: str

    @property
    def saved(self) -> int:
        """Bytes that it saves after all the steps before it."""
        return self.before - self.after


class Idle(NamedTuple):
    """A technique that is no step here: `reason` of the estimator, or None where it saves nothing beside the others."""

    code: str
    reason: Reason | None
    alone: int | None
    chosen: bool


class Waterfall(NamedTuple):
    """All techniques for one job. Bytes. `capacity` is what the device offers, None when it does not say.

    `fits_after` counts the steps after which the job fits: 0 from the start, None never or unknown.
    """

    model: Model
    task: str
    device: str
    device_name: str | None
    start: int
    workload: Workload
    steps: tuple[Step, ...]
    idle: tuple[Idle, ...]
    capacity: int | None
    fits_after: int | None
    split: Estimate | None  # the job as asked for, where it runs on card and processor together

    @property
    def end(self) -> int:
        """Bytes with every step taken."""
        return self.steps[-1].after if self.steps else self.start


class _Job(NamedTuple):
    """One model on the device where it would run, as large as it must be."""

    machine: Machine
    model: Model
    engines: tuple[str, ...]  # of the device: "cuda"; () for the processor
    name: str  # of the device
    least: float  # bytes that a step must save

    def ask(self, w: Workload) -> Estimate:
        return estimate(self.machine, self.model, w, "total")

    def bytes(self, w: Workload) -> int | None:
        memory = self.ask(w).memory
        return None if memory is None else memory.total


def waterfall(found: Survey, model: Model, cell: Workload) -> Waterfall | None:
    """The waterfall of `model` for the job of `cell` on the surveyed machine; None when its memory is not known."""
    device = _device(found, cell)
    if device.name == "ram" and cell.training and cpu_class(found.machine.cpu, cell) == "cpu-emulated":
        cell = replace(cell, precision="fp32")
    base = plain(cell)
    job = _Job(_roomy(found.machine), model, _engines(found.machine, device), device.name, 0.0)
    start = job.bytes(base)
    if start is None:
        return None
    job = job._replace(least=techniques_file().least_share * start)
    capacity = _capacity(found, cell, device)
    steps, idle = _walk(job, base, cell, start, capacity)
    sizes = [start, *(step.after for step in steps)]
    fits = next((n for n, size in enumerate(sizes) if capacity is not None and size <= capacity), None)
    task = cell.task if cell.training else "inference"
    asked = found.ask(model, cell)
    split = asked if asked.verdict == "offload" else None
    return Waterfall(
        model,
        task,
        device.name,
        _called(found, cell, device),
        start,
        base,
        tuple(steps),
        tuple(idle),
        capacity,
        fits,
        split,
    )


def _walk(job: _Job, base: Workload, cell: Workload, start: int, capacity: int | None) -> tuple[list[Step], list[Idle]]:
    """Steps in the order that helps most, then what is left over."""
    rules = list(rules_for(cell))
    chosen = _chosen(rules, cell)
    alone = {rule.id: _alone(job, base, rule, start) for rule in rules}
    refused = {rule.id: why for rule in rules if (why := _refusal(job, base, rule)) is not None}
    left = [rule for rule in rules if rule.id not in refused]
    steps: list[Step] = []
    now, size = base, start
    done: set[str] = set()
    opened: list[Rule] = []
    while True:
        short = capacity is not None and size > capacity
        ready = [r for r in left if r.after in (None, *done)]
        best = _best(job, now, [r for r in ready if not r.only_if_short], size)
        if best is None and short:
            best = _best(job, now, [r for r in ready if r.only_if_short], size)
        if best is None:
            opener = next((r for r in ready if any(other.after == r.id for other in left)), None)
            if opener is None or opener.only_if_short:
                break
            # It saves nothing itself, and another technique needs it.
            now = opener.switched(now)
            done.add(opener.id)
            left.remove(opener)
            opened.append(opener)
            continue
        rule, after, less = best
        time = None if rule.time_unknown else _time(job, now, after)
        loss = quality_loss(after.quant) if rule.quality == "perplexity" else None
        steps.append(
            Step(rule.id, size, less, alone[rule.id], time, rule.quality, loss, rule.id in chosen, after, rule.source)
        )
        now, size = after, less
        left.remove(rule)
        done.add(rule.id)
    # Of a last resort that was not needed nothing is said.
    over = [r for r in rules if r.id in refused or r in opened or (r in left and not r.only_if_short)]
    return steps, [Idle(r.id, refused.get(r.id), alone[r.id], r.id in chosen) for r in over]


def _best(job: _Job, now: Workload, rules: Sequence[Rule], size: int) -> tuple[Rule, Workload, int] | None:
    """The rule that saves most from here, with its settings and bytes."""
    tried = [(rule, after) for rule in rules if (after := rule.switched(now)) != now]
    sized = [(rule, after, less) for rule, after in tried if (less := _size(job, after)) is not None]
    sized = [one for one in sized if size - one[2] >= job.least]
    return min(sized, key=lambda one: one[2], default=None)


def _size(job: _Job, w: Workload) -> int | None:
    try:
        answer = job.ask(w)
    except UserError:  # settings that contradict each other
        return None
    if answer.memory is None or _elsewhere(job, answer):
        return None
    return answer.memory.total


def _alone(job: _Job, base: Workload, rule: Rule, start: int) -> int | None:
    less = None if rule.after is not None else _size(job, rule.switched(base))
    return None if less is None else start - less


def _elsewhere(job: _Job, answer: Estimate) -> bool:
    """Whether the device cannot do it, so that the estimate refuses or moves to another one."""
    if answer.verdict == "no":
        return True
    return bool(answer.placements) and (answer.placements[0].device == "ram") != (job.name == "ram")


def _refusal(job: _Job, base: Workload, rule: Rule) -> Reason | None:
    """Why the device cannot do it; None where it can."""
    if rule.needs_engine and not set(job.engines) & set(rule.needs_engine):
        return Reason("needs_engine", {"engines": rule.needs_engine})
    answer = job.ask(rule.switched(base))
    if not _elsewhere(job, answer):
        return None
    of_device = [r for r in answer.reasons if r.code in ("stack_refused", "stack_not_computed", "kv_type_refused")]
    return next(iter(of_device), None) or Reason("not_on_device", {})


def _time(job: _Job, before: Workload, after: Workload) -> float | None:
    """The factor on the time, by the estimator, were there room for both."""
    first, second = job.ask(before), job.ask(after)
    if after.training:
        old, new = hours(first), hours(second)
        return new / old if old and new else None
    slow, fast = decode(first), decode(second)
    return slow / fast if slow and fast else None


def _chosen(rules: Sequence[Rule], cell: Workload) -> set[str]:
    """The techniques that the settings have on; who stands on a rung stands above those below it."""
    found = {rule.id for rule in rules if rule.on(cell)}
    for rule in reversed(rules):
        if rule.id in found and rule.after is not None:
            found.add(rule.after)
    return found


def _device(found: Survey, cell: Workload) -> Device:
    """Where the job would lie: the largest card that the stack can use, the shared pool, or RAM."""
    place = ground(found.machine, found.budget)
    if cell.resolved_stack == "llama.cpp":
        cards, pool = place.cards, place.pool
    else:
        stack = "vllm" if cell.resolved_stack == "vllm" else "transformers"
        cards, pool = place.torch_cards[stack], place.torch_pool[stack]
    return (cards[0] if cards else pool) or place.ram


def _engines(machine: Machine, device: Device) -> tuple[str, ...]:
    return () if device.name == "ram" else machine.gpus[int(device.name[3:])].engines or ()


def _called(found: Survey, cell: Workload, device: Device) -> str | None:
    """The names of all that `_capacity` counts: "2 × GeForce RTX 3090"; None where the device has none."""
    cards = ground(found.machine, found.budget).cards
    together = cards if cell.resolved_stack == "llama.cpp" and device in cards else (device,)
    named = Counter(card.title for card in together if card.title)
    return " + ".join(name if n == 1 else f"{n} × {name}" for name, n in named.items()) or None


def _capacity(found: Survey, cell: Workload, device: Device) -> int | None:
    """Bytes that the job may fill: llama.cpp divides a model among all cards, torch as computed here does not."""
    cards = ground(found.machine, found.budget).cards
    if cell.resolved_stack != "llama.cpp" or device not in cards:
        return device.available
    sizes = [card.available for card in cards]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _roomy(machine: Machine) -> Machine:
    """`machine` with the same devices and no end of memory."""
    memory = replace(
        machine.memory, total_bytes=_ROOM, installed_bytes=_ROOM, available_bytes=_ROOM, limit_bytes=None, modules=()
    )
    gpus = tuple(
        replace(gpu, vram_bytes=_ROOM, vram_available_bytes=_ROOM)
        if gpu.vram_bytes
        else replace(gpu, shared_bytes=_ROOM)
        for gpu in machine.gpus
    )
    return replace(machine, memory=memory, gpus=gpus)
