"""One word for a machine: its tier, by what it runs at reading pace and what it fine-tunes within a week."""

from collections.abc import Callable, Sequence

from advisor.advice.result import TIERS, Tier
from advisor.advice.survey import Survey, comfortable, decode, dense_size, realistic, works
from advisor.estimator.result import Estimate

# The least dense sizes of the largest comfortable run and the largest realistic QLoRA, strongest tier first.
# A tier wants both: a desktop with much RAM and no GPU runs much and trains little.
_RULES = (
    ("workstation", 60e9, 30e9),
    ("strong", 24e9, 7e9),
    ("capable", 7e9, 1.5e9),
    ("light", 4e9, 0.3e9),
)


def tier(found: Survey) -> Tier:
    """The tier of the surveyed machine with the estimates that decide it."""
    if _speechless(found.estimates["run"]):
        return Tier("unknown", None, None)
    run = _largest(found.estimates["run"], comfortable)
    train = _largest(found.estimates["qlora"], realistic)
    for code, least_run, least_train in _RULES:
        if _size(run) >= least_run and _size(train) >= least_train:
            return Tier(code, run, train)
    return Tier(TIERS[0], run, train)


def _speechless(answers: Sequence[Estimate]) -> bool:
    """Whether no speed is known though models fit, or not even that is known; a machine too small is not unknown."""
    if any(decode(answer) is not None for answer in answers):
        return False
    return any(works(answer) for answer in answers) or all(answer.verdict == "unknown" for answer in answers)


def _largest(answers: Sequence[Estimate], wanted: Callable[[Estimate], bool]) -> Estimate | None:
    return max((a for a in answers if wanted(a)), key=_size, default=None)


def _size(answer: Estimate | None) -> float:
    return 0.0 if answer is None else dense_size(answer.model)
