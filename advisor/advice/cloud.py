"""Fine-tunings that are out of reach here, on rented GPUs: which card, how long, how much."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from advisor.advice.result import CloudPlan
from advisor.advice.survey import Survey, hours, power, speaks, works
from advisor.catalog.model import Model
from advisor.catalog.prices import CloudPrice, cloud_prices
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.workload import Method, Workload, for_method

# The sizes that people rent for, in parameters: the usual small, middle and large open models.
_CLASSES = ((6.0e9, 10.0e9), (11.0e9, 18.0e9), (25.0e9, 40.0e9))
_RAM_GIB = 128.0  # rented machines have plenty; it must not decide
_EASY_HOURS = 24.0  # what this machine does within a day needs no cloud


def cloud_plans(found: Survey, today: date | None = None, language: str = "en") -> tuple[CloudPlan, ...]:
    """One QLoRA plan per size class that this machine cannot do within a day, and full fine-tuning of the smallest.

    `language` is the reader's: models that list it come first.
    """
    return tuple(_plans(found, today or date.today(), language))


def _plans(found: Survey, today: date, language: str) -> Iterator[CloudPlan]:
    first: Model | None = None
    for low, high in _CLASSES:
        answer = _target(found, low, high, language)
        if answer is None:
            continue
        first = first or answer.model
        if not _easy(answer) and (plan := _smallest(answer.model, found.workload, "qlora", today)) is not None:
            yield plan
    if first is None or any(a.model is first and _easy(a) for a in found.estimates["full"]):
        return
    if (plan := _smallest(first, found.workload, "full", today)) is not None:
        yield plan


def _target(found: Survey, low: float, high: float, language: str) -> Estimate | None:
    """The most powerful dense model for talk within the class: a mixture of experts is rarely fine-tuned."""
    answers = [
        a for a in found.estimates["qlora"]
        if low <= a.parameters <= high and a.memory is not None and a.model.kind == "chat" and a.model.moe is None
    ]  # fmt: skip
    return max(answers, key=lambda a: (speaks(a.model, language), power(a.model)), default=None)


def _easy(answer: Estimate) -> bool:
    time = hours(answer)
    return works(answer) and time is not None and time <= _EASY_HOURS


def _smallest(model: Model, workload: Workload, method: Method, today: date) -> CloudPlan | None:
    """The plan on the GPU with least memory that holds the job with room to spare; among equals the cheapest."""
    for price, machine in _rentable():
        answer = estimate(machine, model, for_method(workload, method), "total")
        # Nobody rents a card to find out whether the job just fits, nor to train on the processor beside it.
        if answer.verdict == "fits" and answer.placements[0].device != "ram":
            return _plan(price, answer, today)
    return None


def _plan(price: CloudPrice, answer: Estimate, today: date) -> CloudPlan:
    low, high = price.low_usd_per_hour, price.high_usd_per_hour
    time = answer.training.hours if answer.training is not None else None
    cost = None if time is None else (time.low * low, time.high * high)
    return CloudPlan(price.gpu, answer, (low, high), cost, price.date, price.source, price.stale(today))


@cache
def _rentable() -> Sequence[tuple[CloudPrice, Machine]]:
    """Every GPU of the price list as a machine: smallest memory first, then dated prices, then the cheapest."""
    found = []
    for price in cloud_prices():
        try:
            found.append((price, assemble(None, gpu=price.gpu, gpu_count=1, cpu=None, ram_gib=_RAM_GIB)))
        except UserError:  # a price for a card that the catalogue does not know
            continue
    found.sort(key=lambda pair: (pair[1].gpus[0].vram_bytes or 0, pair[0].date is None, pair[0].low_usd_per_hour))
    return found
