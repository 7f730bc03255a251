"""Models worth trying on this machine: for talk, code, reasoning and pictures, and for fine-tuning."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from advisor.advice.result import Pick
from advisor.advice.survey import (
    SMALL_PARAMETERS,
    Survey,
    comfortable,
    decode,
    hours,
    on_processor,
    ranked,
    realistic,
    speaks,
    speechless,
    works,
)
from advisor.estimator.result import Estimate
from advisor.estimator.tensors import active_parameters
from advisor.estimator.training_time import cpu_class
from advisor.workload import Method, for_method

# How many models of each kind are picked, and what they are picked for.
_KINDS = (("chat", 3), ("code", 1), ("reasoning", 1), ("vlm", 1))
_QUICK_TOKENS_PER_S = 20.0
# Where no speed is known: what any computer of the last ten years reads from memory at a bearable pace.
_ACTIVE_PARAMETERS = 4.5e9


def picks(found: Survey, language: str = "en") -> tuple[Pick, ...]:
    """The picks for inference, then for LoRA and QLoRA; the most powerful first within each use.

    `language` is the reader's ("zh-CN"): models that list it come before those that do not. English is spoken by all.
    """
    return (*_running(found, language), *_training(found, "lora", language), *_training(found, "qlora", language))


def _best(answers: Iterable[Estimate], wanted: Callable[[Estimate], bool], language: str) -> list[Estimate]:
    """Those `wanted`: first those that speak the language, the most powerful first in either part."""
    return sorted(ranked(answers, wanted), key=lambda a: not speaks(a.model, language))


def _running(found: Survey, language: str) -> Iterator[Pick]:
    answers = found.estimates["run"]
    wanted = _bearable if speechless(answers) else comfortable
    chosen: list[Estimate] = []
    for kind, count in _KINDS:
        of_kind = [a for a in answers if a.model.kind == kind]
        best = _distinct(_best(of_kind, wanted, language), count)
        chosen += best
        yield from (Pick(kind, a) for a in best)
    if not chosen:  # nothing is comfortable: the quickest that fits, marked as slow
        yield from (Pick("chat", a, slow=True) for a in _quickest(answers, works, decode, highest=True))
    yield from (Pick("quick", a) for a in _quick(answers, chosen, language))


def _bearable(answer: Estimate) -> bool:
    """Where no speed is known: fits, and is small enough per token that its speed can hardly disappoint."""
    return works(answer) and active_parameters(answer.model) <= _ACTIVE_PARAMETERS


def _quick(answers: Sequence[Estimate], chosen: Sequence[Estimate], language: str) -> list[Estimate]:
    """One that answers faster than people read, of a make that is not picked for talk already if there is one."""
    quick = _best(
        answers,
        lambda a: a.model.kind == "chat" and works(a) and (decode(a) or 0) >= _QUICK_TOKENS_PER_S, language,
    )  # fmt: skip
    if any(a in chosen for a in quick[:1]):
        return []
    makes = {_make(a) for a in chosen}
    return sorted(quick, key=lambda a: _make(a) in makes or not speaks(a.model, language))[:1]


def _training(found: Survey, method: Method, language: str) -> Iterator[Pick]:
    answers = [a for a in found.estimates[method] if a.model.kind in ("chat", "base")]
    best = _best(answers, lambda a: realistic(a) and not on_processor(a), language)
    if best:
        yield from (Pick(method, a) for a in _distinct(best, 2))
    elif method == "lora":  # what a processor can train has room for its weights in 16 or 32 bits
        yield from (Pick(method, a, slow=True) for a in _patient(found, answers, language))


def _patient(found: Survey, answers: Sequence[Estimate], language: str) -> list[Estimate]:
    """The smallest models on the processor: those that end within a night, else the one that ends first.

    A processor that only emulates BF16 trains in FP32 instead: twice the bytes, tens of times the speed.
    """
    base = for_method(found.workload, "lora")
    if cpu_class(found.machine.cpu, base) == "cpu-emulated":
        base = replace(base, precision="fp32")
    asked = [found.ask(a.model, base) for a in answers if a.parameters <= SMALL_PARAMETERS]
    return _distinct(_best(asked, realistic, language), 2) or _quickest(asked, works, hours, highest=False)


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
