"""The search for a training's settings: the first of a ladder that fits a card, then the quickest batch."""

from dataclasses import replace
from functools import lru_cache

from advisor.advice.survey import hours, on_processor, works
from advisor.advice.training_rules import TRAINED, training_rules
from advisor.catalog.model import Model
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.workload import Method, Workload


def best_here(
    machine: Machine, budget: Budget, model: Model, workload: Workload, *, tight: bool = False, keep_seq: bool = False
) -> Estimate | None:
    """The first of the ladder's settings with which `workload`'s training of `model` fits a GPU with room to spare,
    at batch 1; None when none does. With `tight` then the last that fits at all; with `keep_seq` no shorter sequences.
    """
    barely: Estimate | None = None
    for rung in training_rules().rungs[_method(workload)]:
        if rung.get("stack") == "fused-loss" and not _fuses(machine):
            continue
        if "seq" in rung and (keep_seq or workload.seq <= int(str(rung["seq"]))):
            continue
        answer = estimate(machine, model, _with_rung(workload, tuple(rung.items())), budget)
        if on_processor(answer) or not works(answer):
            continue
        if answer.verdict == "fits":
            return answer
        barely = answer
    return barely if tight else None


def tuned(machine: Machine, budget: Budget, answer: Estimate, asked: Workload) -> Estimate:
    """`answer`'s job with the batch and the checkpointing that make it quickest with room to spare on the same device;
    of settings about as fast the one with least memory. What is missing to the effective batch is accumulated: the one
    that was `asked` for, else the rules'.
    """
    rules, base = training_rules(), answer.workload
    wanted = asked.batch * asked.grad_accum
    effective = wanted if wanted > 1 else rules.effective_batch
    options = [answer]
    for checkpointing in (True, False):
        for batch in (batch for batch in rules.batches if batch <= effective):
            accum = max(1, round(effective / batch))
            wish = replace(base, batch=batch, grad_accum=accum, checkpointing=checkpointing)
            other = estimate(machine, answer.model, wish, budget)
            if other.verdict != "fits" or device_of(other) != device_of(answer):
                break  # a larger batch needs more
            options.append(other)
    timed = [(time, option) for option in options[1:] or options if (time := hours(option)) is not None]
    if not timed:
        return answer
    quickest = min(time for time, _ in timed)
    near = [option for time, option in timed if time <= rules.as_fast * quickest]
    return min(near, key=lambda option: option.memory.total if option.memory is not None else 0)


def device_of(answer: Estimate) -> str | None:
    """Where the job lies: "gpu0", "ram"; None when nowhere."""
    return answer.placements[0].device if answer.placements else None


@lru_cache(maxsize=256)
def _with_rung(workload: Workload, rung: tuple[tuple[str, object], ...]) -> Workload:
    return replace(workload, batch=1, grad_accum=1, **dict(rung))  # type: ignore[arg-type]


@lru_cache(maxsize=64)
def _fused(vendor: str | None, capability: str | None) -> bool:
    rule = training_rules().fused_loss
    if vendor not in rule.vendors:
        return False
    return vendor != "NVIDIA" or capability is None or float(capability) >= rule.compute_capability


def _fuses(machine: Machine) -> bool:
    """Whether a card here can run the kernels of a fused loss."""
    return any(_fused(gpu.vendor, gpu.compute_capability) for gpu in machine.gpus if gpu.usable is not False)


def _method(workload: Workload) -> Method:
    return next(method for method in TRAINED if method == workload.task)
