"""Two machines beside each other: which models only one of them runs or fine-tunes, and how their speeds compare."""

from functools import lru_cache
from typing import NamedTuple

from advisor import words as program_words
from advisor.advice.survey import Survey, comfortable, decode, ranked, realistic, survey
from advisor.advice.words_upgrades import pace
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


def compared(own: Machine, other: Machine, workload: Workload, budget: Budget) -> Compared:
    """Two surveys of the catalogue, the latest ones kept: some hundred estimates each."""
    before, after = _survey(SameMachine(own), workload, budget), _survey(SameMachine(other), workload, budget)
    reference, factor = _speeds(before, after)
    return Compared(*_counts(before, after, "run"), *_counts(before, after, "qlora"), factor, reference)


def _counts(before: Survey, after: Survey, method: Method) -> tuple[int, int]:
    """How many models come, how many go; what is not known of the one machine is neither."""
    wanted = comfortable if method == "run" else realistic
    pairs = zip(before.estimates[method], after.estimates[method], strict=True)
    known = [(wanted(old), wanted(new)) for old, new in pairs if "unknown" not in (old.verdict, new.verdict)]
    return sum(new and not old for old, new in known), sum(old and not new for old, new in known)


@lru_cache(maxsize=3)
def _survey(machine: SameMachine, workload: Workload, budget: Budget) -> Survey:
    return survey(machine.machine, workload, budget, _METHODS)


def _speeds(before: Survey, after: Survey) -> tuple[str | None, float | None]:
    now = {answer.model.id: decode(answer) for answer in after.estimates["run"]}
    for answer in ranked(before.estimates["run"], comfortable):
        old, new = decode(answer), now.get(answer.model.id)
        if old and new:
            return answer.model.name, new / old
    return None, None


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
