"""Two machines beside each other: which models only one of them runs or fine-tunes, and how their speeds compare."""

from functools import lru_cache
from typing import NamedTuple

from advisor import words as program_words
from advisor.advice.survey import Survey, comfortable, decode, ranked, realistic, survey
from advisor.i18n import Translator
from advisor.machine import Machine, SameMachine
from advisor.settings import Budget
from advisor.workload import Method, Workload

_METHODS: tuple[Method, ...] = ("run", "qlora")
SAME = 0.05  # a speed that differs less is the same


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
    runs, tunes = _names(before, "run"), _names(before, "qlora")
    now_runs, now_tunes = _names(after, "run"), _names(after, "qlora")
    reference, factor = _speeds(before, after)
    return Compared(
        len(now_runs - runs), len(runs - now_runs), len(now_tunes - tunes), len(tunes - now_tunes), factor, reference
    )


@lru_cache(maxsize=3)
def _survey(machine: SameMachine, workload: Workload, budget: Budget) -> Survey:
    return survey(machine.machine, workload, budget, _METHODS)


def _names(found: Survey, method: Method) -> frozenset[str]:
    wanted = comfortable if method == "run" else realistic
    return frozenset(answer.model.id for answer in found.estimates[method] if wanted(answer))


def _speeds(before: Survey, after: Survey) -> tuple[str | None, float | None]:
    now = {answer.model.id: decode(answer) for answer in after.estimates["run"]}
    for answer in ranked(before.estimates["run"], comfortable):
        old, new = decode(answer), now.get(answer.model.id)
        if old and new:
            return answer.model.name, new / old
    return None, None


def sentence(_: Translator, found: Compared) -> str:
    """ "+34 models run, −2 can be fine-tuned, generates × 1.9"; that nothing changes, where nothing does."""
    faster = found.factor is not None and abs(found.factor - 1) > SAME
    parts = [
        _("+{count} models run", count=found.more_run) if found.more_run else "",
        _("−{count} models run", count=found.fewer_run) if found.fewer_run else "",
        _("+{count} can be fine-tuned", count=found.more_train) if found.more_train else "",
        _("−{count} can be fine-tuned", count=found.fewer_train) if found.fewer_train else "",
        _("generates × {factor}", factor=_.number(found.factor, 2)) if faster else "",
    ]
    return program_words.names(_, [part for part in parts if part]) or _("runs and fine-tunes the same models")
