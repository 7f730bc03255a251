"""What a setting costs: which turns to try for each knob, their effect on a cell, and the short figure beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from advisor.conflicts import barred, settle
from advisor.estimator.result import Estimate, Verdict
from advisor.i18n import Translator
from advisor.workload import BOUNDS, CHOICES, STACKS, SWITCHES, Workload, for_method, quants_of

MIB = 1 << 20
NOTABLE = 0.01  # of speed or time: less is not worth a word

Turn = tuple[str, object]  # a key and the value that is tried


class Effect(NamedTuple):
    """What a turn changes: bytes more (or less, negative), generation speed and training time as factors of now's;
    None where there is no figure. `hours` is how much longer it takes; `verdict` what the cell would say, with its
    first reason, None where it says what it says now.
    """

    bytes: int
    speed: float | None
    hours: float | None
    time: float | None
    verdict: tuple[Verdict, str | None] | None


def defaults(training: bool, stack: str) -> Workload:
    """Every knob at its default: a runtime's own first quantisation, a task's first stack."""
    first = STACKS["training" if training else "inference"][0]
    return Workload(stack=first, quant=quants_of(stack)[0])


def shown(w: Workload, training: bool) -> Workload:
    """A workload as the knobs for training or for inference show it."""
    return for_method(w, "lora" if training else "run")


def value_of(key: str, w: Workload) -> object:
    """A setting as its knob shows it."""
    return w.resolved_stack if key == "stack" else getattr(w, key)


def options(key: str, w: Workload) -> tuple[str, ...]:
    """The values of a choice beside the other settings of `w`."""
    if key == "stack":
        return STACKS["training" if w.training else "inference"]
    return quants_of(w.resolved_stack) if key == "quant" else CHOICES[key]


def following(key: str, value: int) -> int | None:
    """One step up of a number: its double; None at the end of its range."""
    return value * 2 if value * 2 <= BOUNDS[key][1] else None


def turns(key: str, w: Workload, training: bool) -> Iterator[Turn]:
    """The turns worth trying for a knob: the other options, the flipped switch, the doubled number, the default."""
    now = value_of(key, w)
    if key in SWITCHES:
        yield key, not now
    elif key in CHOICES:
        for one in options(key, w):
            if one != now and barred(key, one, w) is None:
                yield key, one
    else:
        assert isinstance(now, int)
        for number in {following(key, now), getattr(defaults(training, w.resolved_stack), key)} - {None, now}:
            yield key, number


def turned(asked: Workload, turn: Turn) -> Workload:
    """All settings after a turn, what it forces included."""
    key, value = turn
    return settle(replace(asked, **{key: value}))[0]  # type: ignore[arg-type]


def effect(now: Estimate, then: Estimate) -> Effect | None:
    """The difference between two estimates of one model; None where one of them has no memory figure."""
    if now.memory is None or then.memory is None:
        return None
    speed = hours = time = None
    if now.speed and then.speed and now.speed.decode and then.speed.decode and now.speed.decode.mid:
        speed = then.speed.decode.mid / now.speed.decode.mid
    if now.training and then.training and now.training.hours and then.training.hours and now.training.hours.mid:
        hours = then.training.hours.mid - now.training.hours.mid
        time = then.training.hours.mid / now.training.hours.mid
    verdict = None if now.verdict == then.verdict else (then.verdict, then.reasons[0].code if then.reasons else None)
    return Effect(then.memory.total - now.memory.total, speed, hours, time, verdict)


class Cost(NamedTuple):
    """What stands beside a knob: `done` is what its value costs against the default; `possible` what another turn
    would change, and `turn` which one. None where there is no figure.
    """

    done: Effect | None
    possible: Effect | None
    turn: Turn | None


def cost(key: str, w: Workload, training: bool, effects: Mapping[Turn, Effect]) -> Cost:
    """The figures for one knob out of the effects of its turns."""
    now, usual = value_of(key, w), value_of(key, defaults(training, w.resolved_stack))
    back = effects.get((key, usual)) if now != usual else None
    others = {turn: one for turn, one in effects.items() if turn[0] == key}
    if key in CHOICES:
        best = min(others.items(), key=lambda item: (item[1].bytes, item[1].time or 0), default=None)
    else:
        tried = not now if key in SWITCHES else following(key, now) if isinstance(now, int) else None
        found = others.get((key, tried))
        best = ((key, tried), found) if found is not None else None
    done = None if back is None else _reverse(back)
    return Cost(done, best[1] if best else None, best[0] if best else None)


def _reverse(back: Effect) -> Effect:
    """What has been done, from what undoing it would change."""
    speed = 1 / back.speed if back.speed else None
    time = 1 / back.time if back.time else None
    return Effect(-back.bytes, speed, None if back.hours is None else -back.hours, time, None)


def signed(_: Translator, one: Effect) -> str:
    """An effect in a few letters: "−1.20 GiB", "+3.2 h" where only the time changes, "±0" where nothing does."""
    if abs(one.bytes) >= MIB:
        return f"{'−' if one.bytes < 0 else '+'}{_.gib(abs(one.bytes))}"
    if one.hours is not None and one.time is not None and abs(one.time - 1) > NOTABLE:
        return f"{'−' if one.hours < 0 else '+'}{_.duration(abs(one.hours) * 3600)}"
    return "±0"
