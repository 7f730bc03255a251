"""Two machines beside each other: which models only one of them runs or fine-tunes, and how their speeds compare."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from advisor import words as program_words
from advisor.advice.survey import comfortable, decode, power, realistic, survey
from advisor.advice.words_upgrades import pace
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.machine import Machine, SameMachine
from advisor.settings import Budget
from advisor.workload import Method, Workload

_METHODS: tuple[Method, ...] = ("run", "qlora")


class Compared(NamedTuple):
    """What `other` does that `own` does not, and the reverse: counts of the catalogue's models.

    `factor`: the other's speed in own speeds on `reference`, the strongest model that both answer with; None without.
    """

    more_run: int
    fewer_run: int
    more_train: int
    fewer_train: int
    factor: float | None
    reference: str | None


class _Fact(NamedTuple):
    """Of one model on one machine: whether it runs and is fine-tuned well (None: not known), how fast, how strong."""

    name: str
    runs: bool | None
    tunes: bool | None
    decode: float | None
    power: float


def compared(own: Machine, other: Machine, workload: Workload, budget: Budget) -> Compared:
    """Two surveys of the catalogue, some hundred estimates each; what was found of the latest machines is kept."""
    before, after = (_facts(SameMachine(one), workload, budget) for one in (own, other))
    pairs = list(zip(before, after, strict=True))
    runs = _counts((old.runs, new.runs) for old, new in pairs)
    tunes = _counts((old.tunes, new.tunes) for old, new in pairs)
    both = [(old, new) for old, new in pairs if old.runs and old.decode and new.decode]
    old, new = max(both, key=lambda pair: pair[0].power, default=(None, None))
    factor = new.decode / old.decode if old and new and old.decode and new.decode else None
    return Compared(*runs, *tunes, factor, old.name if old else None)


@lru_cache(maxsize=4)
def _facts(machine: SameMachine, workload: Workload, budget: Budget) -> tuple[_Fact, ...]:
    found = survey(machine.machine, workload, budget, _METHODS)
    return tuple(
        _Fact(run.model.name, _known(run, comfortable), _known(tune, realistic), decode(run), power(run.model))
        for run, tune in zip(found.estimates["run"], found.estimates["qlora"], strict=True)
    )


def _known(answer: Estimate, wanted: Callable[[Estimate], bool]) -> bool | None:
    return None if answer.verdict == "unknown" else wanted(answer)


def _counts(pairs: Iterable[tuple[bool | None, bool | None]]) -> tuple[int, int]:
    """How many models come, how many go; what is not known of the one machine is neither."""
    known = [(old, new) for old, new in pairs if old is not None and new is not None]
    return sum(new and not old for old, new in known), sum(old and not new for old, new in known)


def sentence(_: Translator, found: Compared) -> str:
    """ "+34 models run, −2 can be fine-tuned, 1.9 times as fast"; that nothing changes, where nothing does."""
    run, train = _signed(found.more_run, found.fewer_run), _signed(found.more_train, found.fewer_train)
    parts = [
        _("{counts} models run", counts=run) if run else "",
        _("{counts} can be fine-tuned", counts=train) if train else "",
        pace(_, found.factor) if found.factor is not None else "",
    ]
    return program_words.names(_, [part for part in parts if part]) or _("runs and fine-tunes the same models")


def _signed(more: int, fewer: int) -> str:
    return " / ".join(filter(None, (f"+{more}" if more else "", f"−{fewer}" if fewer else "")))
