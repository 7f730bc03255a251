"""What a machine can do in one word, for inference, for training and for both, with the default settings."""

from collections.abc import Sequence
from functools import lru_cache

from advisor.advice.grades import TIERS, Grade, Rule, rules
from advisor.advice.result import Tier
from advisor.advice.survey import (
    Survey,
    comfortable,
    decode,
    dense_size,
    hours,
    on_processor,
    realistic,
    speechless,
    survey,
)
from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.machine import SameMachine
from advisor.settings import Budget
from advisor.workload import Method, Workload

_METHODS: tuple[Method, ...] = ("run", "qlora")


def tier(found: Survey) -> Tier:
    """The tier of the surveyed machine with the estimates that decide it.

    It tells machines apart, not settings: whatever the survey asked for, the default settings decide.
    """
    if found.workload == Workload():
        return _tier(found)
    return _reference(SameMachine(found.machine), found.budget)


def grade(answers: Sequence[Estimate], ladder: Sequence[Rule]) -> Grade:
    """The strongest tier of `ladder` that one of `answers` meets, the largest model that meets it deciding."""
    ordered = sorted(answers, key=lambda a: dense_size(a.model), reverse=True)
    missed: Rule | None = None
    for rule in ladder:
        answer = next((a for a in ordered if met(rule, a)), None)
        if answer is not None:
            return Grade(rule.tier, answer, rule, missed)
        missed = rule
    return Grade(TIERS[0], ordered[0] if ordered else None, None, missed)


def met(rule: Rule, answer: Estimate) -> bool:
    """Whether the estimate is large and quick enough for the rule."""
    if dense_size(answer.model) < rule.parameters:
        return False
    if rule.tokens_per_s is not None:
        return (decode(answer) or 0.0) >= rule.tokens_per_s
    time = hours(answer)
    return time is not None and rule.hours is not None and time <= rule.hours


def current(model: Model) -> bool:
    """Whether people would load the model today."""
    return model.released is None or model.released >= rules().since


def teachable(answer: Estimate) -> bool:
    """Whether a graphics card trains it within a day: what a processor trains overnight is an experiment."""
    return realistic(answer) and not on_processor(answer)


def _tier(found: Survey) -> Tier:
    if speechless(found.estimates["run"]):
        return Tier("unknown", None, None)
    inference = grade([a for a in found.estimates["run"] if current(a.model) and comfortable(a)], rules().inference)
    trained = [a for a in found.estimates["qlora"] if current(a.model) and teachable(a)]
    training = grade(trained, rules().training)
    highest = TIERS.index(training.code) + rules().above_training
    code = TIERS[min(TIERS.index(inference.code), highest)]
    return Tier(code, inference.estimate, training.estimate, inference, training)


@lru_cache(maxsize=4)
def _reference(same: SameMachine, budget: Budget) -> Tier:
    return _tier(survey(same.machine, Workload(), budget, _METHODS))
