"""One word for a machine: its tier, by what it runs and fine-tunes in good time with the default settings."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from advisor.advice.result import TIERS, Budget, Tier
from advisor.advice.survey import Survey, comfortable, dense_size, realistic, speechless, survey
from advisor.estimator.result import Estimate
from advisor.machine import SameMachine
from advisor.workload import Method, Workload

# The least dense sizes of the largest comfortable run and the largest realistic QLoRA, strongest tier first.
# A tier wants both: a computer with much RAM and no GPU runs much and trains little. Servers whose memory is quick
# enough for the largest models count as capable all the same.
_RULES = (
    ("workstation", 60e9, 30e9),
    ("strong", 24e9, 7e9),
    ("capable", 7e9, 1.5e9),
    ("capable", 30e9, 0.0),
    ("light", 4e9, 0.0),
)
_METHODS: tuple[Method, ...] = ("run", "qlora")


def tier(found: Survey) -> Tier:
    """The tier of the surveyed machine with the estimates that decide it.

    It tells machines apart, not settings: whatever the survey asked for, the default settings decide.
    """
    if found.workload == Workload():
        return _tier(found)
    return _reference(SameMachine(found.machine), found.budget)


def _tier(found: Survey) -> Tier:
    if speechless(found.estimates["run"]):
        return Tier("unknown", None, None)
    run = _largest(found.estimates["run"], comfortable)
    train = _largest(found.estimates["qlora"], realistic)
    for code, least_run, least_train in _RULES:
        if _size(run) >= least_run and _size(train) >= least_train:
            return Tier(code, run, train)
    return Tier(TIERS[0], run, train)


@lru_cache(maxsize=4)
def _reference(same: SameMachine, budget: Budget) -> Tier:
    return _tier(survey(same.machine, Workload(), budget, _METHODS))


def _largest(answers: Sequence[Estimate], wanted: Callable[[Estimate], bool]) -> Estimate | None:
    return max((a for a in answers if wanted(a)), key=_size, default=None)


def _size(answer: Estimate | None) -> float:
    return 0.0 if answer is None else dense_size(answer.model)
