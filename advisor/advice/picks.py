"""Models worth trying on this machine: for talk, code, reasoning and pictures, and for fine-tuning."""

import re
from collections.abc import Callable, Iterator, Sequence

from advisor.advice.result import Pick
from advisor.advice.survey import DAY_HOURS, Survey, comfortable, decode, hours, ranked, realistic, works
from advisor.estimator.result import Estimate
from advisor.workload import Method

# How many models of each kind are picked, and what they are picked for.
_KINDS = (("chat", 3), ("code", 1), ("reasoning", 1), ("vlm", 1))
_QUICK_TOKENS_PER_S = 20.0


def picks(found: Survey) -> tuple[Pick, ...]:
    """The picks for inference, then for LoRA and QLoRA; the most powerful first within each use."""
    return (*_running(found), *_training(found, "lora"), *_training(found, "qlora"))


def _running(found: Survey) -> Iterator[Pick]:
    answers = found.estimates["run"]
    chosen: list[Estimate] = []
    for kind, count in _KINDS:
        best = _distinct(ranked(answers, lambda a, k=kind: a.model.kind == k and comfortable(a)), count)  # type: ignore[misc]
        chosen += best
        yield from (Pick(kind, a) for a in best)
    if not chosen:  # nothing is comfortable: the quickest that fits, marked as slow
        yield from (Pick("chat", a, slow=True) for a in _quickest(answers, works, decode, highest=True))
    quick = ranked(answers, lambda a: a.model.kind == "chat" and works(a) and (decode(a) or 0) >= _QUICK_TOKENS_PER_S)
    yield from (Pick("quick", a) for a in quick[:1] if a not in chosen)


def _training(found: Survey, method: Method) -> Iterator[Pick]:
    answers = [a for a in found.estimates[method] if a.model.kind in ("chat", "base")]
    in_a_day = ranked(answers, lambda a: realistic(a) and (hours(a) or 0) <= DAY_HOURS)
    best = in_a_day or ranked(answers, realistic)
    if best:
        yield from (Pick(method, a) for a in _distinct(best, 2))
    else:
        yield from (Pick(method, a, slow=True) for a in _quickest(answers, works, hours, highest=False))


def _distinct(answers: Sequence[Estimate], count: int) -> list[Estimate]:
    """The first `count` of different makes: three sizes or versions of one model are one recommendation."""
    seen: set[str] = set()
    chosen: list[Estimate] = []
    for answer in answers:
        make = _make(answer)
        if make not in seen and len(chosen) < count:
            seen.add(make)
            chosen.append(answer)
    return chosen


def _make(answer: Estimate) -> str:
    """The family without its version: "Qwen2.5" and "Qwen3" are both "Qwen"."""
    return re.split(r"[\s\d.-]", answer.model.family, maxsplit=1)[0]


def _quickest(
    answers: Sequence[Estimate],
    wanted: Callable[[Estimate], bool],
    figure: Callable[[Estimate], float | None],
    *,
    highest: bool,
) -> list[Estimate]:
    """The one best by `figure` among those wanted that have it; empty when there is none."""
    known = [(value, answer) for answer in answers if wanted(answer) and (value := figure(answer)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=highest)
    return [answer for _, answer in known[:1]]
