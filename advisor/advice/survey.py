"""Every model of the catalogue with every method on one machine: what all advice is drawn from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.estimator import typical
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.estimator.tensors import active_parameters, parameters
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.workload import METHODS, Method, Workload, for_method

READING_PACE = typical.READING_PACE
DAY_HOURS = 24.0
NIGHT_HOURS = 12.0
SMALL_PARAMETERS = 1.2e9  # the most that a processor is asked to fine-tune
WORKS = ("fits", "tight")


@dataclass(frozen=True, slots=True)
class Survey:
    """The estimates of one machine, method by method, in the catalogue's order of models."""

    machine: Machine
    workload: Workload
    budget: Budget
    estimates: Mapping[Method, tuple[Estimate, ...]]

    def ask(self, model: Model, workload: Workload) -> Estimate:
        """One more estimate on the same machine."""
        return estimate(self.machine, model, workload, self.budget)


def survey(machine: Machine, workload: Workload, budget: Budget, methods: Sequence[Method] = METHODS) -> Survey:
    """Estimate every model of the catalogue with each of `methods`."""
    columns = [for_method(workload, method) for method in methods]
    # Model by model, because a model's tensors are kept for a while.
    rows = [[estimate(machine, model, column, budget) for column in columns] for model in models()]
    found = dict(zip(methods, zip(*rows, strict=True), strict=True))
    return Survey(machine, workload, budget, found)


def works(answer: Estimate) -> bool:
    """Whether the job fits where it should run, without moving a part of it to slower memory."""
    return answer.verdict in WORKS


def decode(answer: Estimate) -> float | None:
    """Generated tokens per second, the middle of the range."""
    return answer.speed.decode.mid if answer.speed is not None and answer.speed.decode is not None else None


def hours(answer: Estimate) -> float | None:
    """Training hours, the middle of the range."""
    return answer.training.hours.mid if answer.training is not None and answer.training.hours is not None else None


def comfortable(answer: Estimate) -> bool:
    """Whether the model runs and answers at reading pace; with parts in RAM, whose speed is known less well, at the
    low end of its range.
    """
    if answer.verdict == "offload":
        speed = answer.speed.decode if answer.speed is not None else None
        return speed is not None and speed.low >= READING_PACE
    return works(answer) and (decode(answer) or 0) >= READING_PACE


def on_processor(answer: Estimate) -> bool:
    """Whether the job lies in RAM alone, so that the processor computes it."""
    return bool(answer.placements) and all(place.device == "ram" for place in answer.placements)


def realistic(answer: Estimate) -> bool:
    """Whether the training fits and ends in time: on a GPU in a day; a small model on the processor in a night."""
    time = hours(answer)
    if not works(answer) or time is None:
        return False
    if on_processor(answer):
        return time <= NIGHT_HOURS and answer.parameters <= SMALL_PARAMETERS
    return time <= DAY_HOURS


def needed(answer: Estimate) -> int | None:
    """Bytes that the job takes altogether: the one number that window, command line and report show."""
    return answer.memory.total if answer.memory is not None else None


def speechless(answers: Sequence[Estimate]) -> bool:
    """Whether no speed is known though models fit, or not even that is known; a machine too small is not unknown."""
    if any(decode(answer) is not None for answer in answers):
        return False
    return any(works(answer) for answer in answers) or all(answer.verdict == "unknown" for answer in answers)


@cache
def dense_size(model: Model) -> float:
    """The parameters of a dense model that would answer as well: a mixture of experts counts by the geometric mean of
    all and active parameters (a rule of thumb of the field).
    """
    return sqrt(parameters(model) * active_parameters(model))


@cache
def power(model: Model) -> float:
    """How much a model may be expected to know and do, to rank models that all fit: a rule of thumb, no measurement.

    The dense size, doubled for each year of release: newer models reach the same scores with fewer weights.
    """
    return dense_size(model) * float(2.0 ** (_year(model.released) - 2023.0))


def _year(released: str | None) -> float:
    """ "2024-09" -> 2024.67; a model without a date counts as one of 2023."""
    parts = (released or "2023").split("-")
    if not parts[0].isdecimal():
        return 2023.0
    month = int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 1
    return int(parts[0]) + (month - 1) / 12


def ranked(answers: Iterable[Estimate], wanted: Callable[[Estimate], bool]) -> list[Estimate]:
    """Those of `answers` that are `wanted`, the most powerful model first."""
    return sorted((a for a in answers if wanted(a)), key=lambda a: power(a.model), reverse=True)


def speaks(model: Model, language: str) -> bool:
    """Whether the catalogue lists the language for the model; English counts for every model."""
    code = language.split("-", maxsplit=1)[0].lower()
    return code == "en" or code in (model.languages or "").split(",")


def teaching_model(found: Survey) -> Model | None:
    """The model on which methods and techniques are shown: the strongest plain transformer that QLoRA could train
    here, however long it takes, or LoRA where QLoRA cannot run; else the smallest. Its KV cache, layers and weights
    behave as those of most models.
    """
    plain = {
        method: [a for a in found.estimates[method] if a.memory is not None and _plain(a.model)]
        for method in ("qlora", "lora")
    }
    best = ranked(plain["qlora"], works) or ranked(plain["lora"], works)
    smallest = sorted(plain["qlora"], key=lambda a: a.parameters)
    return next((a.model for a in (*best, *smallest)), None)


def _plain(model: Model) -> bool:
    parts = (model.moe, model.mla, model.linear, model.window)
    return model.kind == "chat" and model.style.gguf is not None and all(part is None for part in parts)


def largest(answers: Iterable[Estimate], wanted: Callable[[Estimate], bool]) -> Estimate | None:
    """The estimate of the model with most parameters among those `wanted`."""
    return max((a for a in answers if wanted(a)), key=lambda a: a.parameters, default=None)
