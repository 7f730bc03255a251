"""Memory against one knob: points, where the verdict changes, and the largest that fits, found by the one estimator.

Nothing here is Qt's: a question goes in, figures come out.
"""

from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import pairwise
from math import log2
from typing import Any, Literal, NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Component, Estimate, Verdict
from advisor.workload import BOUNDS, Workload

Knob = Literal["context", "batch", "seq"]
Answer = Callable[[Workload], Estimate]

Steps = Generator[None, None, "Curve | None"]

SAMPLES = 25  # points of a curve, evenly on the logarithmic axis
UNSTATED = 131_072  # where the axis ends when nobody states how much the model takes
LEAST: dict[Knob, int] = {"context": 512, "batch": 1, "seq": 128}
STEP: dict[Knob, int] = {"context": 256, "batch": 1, "seq": 64}  # llama.cpp rounds contexts up to 256 cells
MANY = 64  # examples of a batch that the axis shows at least
RUNS: tuple[Verdict, ...] = ("fits", "tight")


class Point(NamedTuple):
    """The estimate with the knob at `x`: bytes by component, in all, and their band."""

    x: int
    parts: tuple[Component, ...]
    total: int
    low: int
    high: int
    verdict: Verdict
    reason: str | None  # code of the verdict's first reason


class Zone(NamedTuple):
    """From `start` to `end`, both included, the verdict and the kind of memory ("gpu" or "ram") are the same."""

    verdict: Verdict
    where: str
    start: int
    end: int


class Curve(NamedTuple):
    """Memory against `knob`. `largest` is the highest value up to which it fits as well as at the smallest: None when
    not even that fits. `kind` says what it fits as: "gpu", "ram", or "split" (part in RAM).
    """

    knob: Knob
    points: tuple[Point, ...]
    zones: tuple[Zone, ...]
    largest: int | None
    kind: str

    @property
    def least(self) -> int:
        """Where the axis begins."""
        return self.points[0].x

    @property
    def most(self) -> int:
        """Where the axis ends."""
        return self.points[-1].x


def knobs(model: Model, workload: Workload) -> tuple[Knob, ...]:
    """The knobs that a curve of this question can be drawn against, the usual one first."""
    if not isinstance(model, Network):
        return ("batch", "seq") if workload.training else ("context",)
    from advisor.estimator.network_memory import length  # the window is painted before the estimator loads

    if length(model, workload) > 1:
        return ("batch", "seq") if workload.training else ("batch", "context")
    return ("batch",)


def question(workload: Workload, knob: Knob) -> Workload:
    """The question without its knob: curves of questions that are equal so are equal."""
    return turned(workload, knob, LEAST[knob])


def turned(workload: Workload, knob: Knob, x: int) -> Workload:
    """The question with its knob at `x`."""
    changes: dict[str, Any] = {knob: x}
    return replace(workload, **changes)


def end(model: Model, workload: Workload, knob: Knob) -> int:
    """Where the axis of tokens ends: at what the model takes, times the sequences that divide it."""
    if isinstance(model, Network):
        from advisor.estimator.network_memory import length

        return length(model, turned(workload, knob, BOUNDS[knob][1]))
    most = model.max_context or UNSTATED
    if knob == "context" and workload.sequence_context != workload.context:
        most *= workload.parallel
    return max(2, min(most, BOUNDS[knob][1]))


def curve(model: Model, workload: Workload, knob: Knob, answer: Answer) -> Curve | None:
    """The curve of `model` against `knob`; None where the estimator has no figure for it."""
    work = steps(model, workload, knob, answer)
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Curve | None = done.value
            return found


def steps(model: Model, workload: Workload, knob: Knob, answer: Answer) -> Steps:
    """The same in pieces of a few estimates each, so that a window can answer between them."""
    asked = _Asked(workload, knob, answer)
    least = LEAST[knob]
    if asked(getattr(workload, knob)).memory is None:
        return None
    if knob == "batch":
        most = yield from _batches(asked)
    else:
        most = end(model, workload, knob)
        least = min(least, max(1, most // 4))
    xs = axis(least, max(most, getattr(workload, knob)))
    for x in xs:
        if asked(x).memory is None:
            return None
        yield
    zones = yield from _zones(asked, xs)
    largest, kind = _largest(zones)
    return Curve(knob, tuple(map(asked.point, xs)), zones, largest, kind)


def axis(least: int, most: int, count: int = SAMPLES) -> tuple[int, ...]:
    """At most `count` whole numbers from `least` to `most`, evenly on a logarithmic scale."""
    reach = log2(most / least)
    return tuple(sorted({round(least * 2 ** (reach * i / (count - 1))) for i in range(count)} | {most}))


def snap(x: float, knob: Knob, least: int, most: int) -> int:
    """The nearest value worth having: eighths of the power of two below it, and whole steps of the knob."""
    x = min(max(x, least), most)
    step = max(STEP[knob], 1 << max(0, int(log2(x)) - 3))
    near = round(x / step) * step
    # An axis rarely begins or ends on a step: its ends can be reached all the same.
    ends = [value for value in (least, most) if abs(value - x) < abs(near - x)]
    return min(max(ends[0] if ends else near, least), most)


def next_to(x: int, knob: Knob, up: bool, least: int, most: int) -> int:
    """The neighbour that an arrow key goes to."""
    step = max(STEP[knob], 1 << max(0, (x if up else x - 1).bit_length() - 4))
    near = (x // step + 1) * step if up else (-(-x // step) - 1) * step
    return min(max(near, least), most)


class _Asked:
    """The estimator with one knob free; asks no question twice."""

    def __init__(self, workload: Workload, knob: Knob, answer: Answer) -> None:
        self._workload, self._knob, self._answer = workload, knob, answer
        self._known: dict[int, Estimate] = {}

    def __call__(self, x: int) -> Estimate:
        found = self._known.get(x)
        if found is None:
            found = self._known[x] = self._answer(turned(self._workload, self._knob, x))
        return found

    def mark(self, x: int) -> tuple[Verdict, str]:
        """Verdict at `x`, and the kind of memory that holds it."""
        found = self(x)
        device = found.placements[0].device if found.placements else "ram"
        return found.verdict, "ram" if device == "ram" else "gpu"

    def point(self, x: int) -> Point:
        """The point at `x`, where there is a figure."""
        return point(x, self(x))


def point(x: int, found: Estimate) -> Point:
    """An estimate as a point; its memory must be known."""
    memory = found.memory
    assert memory is not None
    return Point(x, memory.components, memory.total, memory.low, memory.high, found.verdict,
                 found.reasons[0].code if found.reasons else None)  # fmt: skip


def _batches(asked: _Asked) -> Generator[None, None, int]:
    """Where an axis of batches ends: beyond the largest that fits, so that it is seen where it ends."""
    most = BOUNDS["batch"][1]
    first, x = asked.mark(1), 1
    while x < most and asked.mark(x) == first and first[0] in (*RUNS, "offload"):
        x = min(most, x * 2)
        yield
    return min(most, max(MANY, x * 2))


def _zones(asked: _Asked, xs: tuple[int, ...]) -> Generator[None, None, tuple[Zone, ...]]:
    found, start = [], xs[0]
    for one, other in pairwise(xs):
        low = one
        while asked.mark(low) != asked.mark(other):
            edge = _last(asked, low, other)
            found.append(Zone(*asked.mark(low), start, edge))
            low = start = edge + 1
            yield
    return (*found, Zone(*asked.mark(xs[-1]), start, xs[-1]))


def _last(asked: _Asked, low: int, high: int) -> int:
    """The last value from `low` on that is answered as `low` is; the one at `high` is not."""
    first = asked.mark(low)
    while high - low > 1:
        middle = (low + high) // 2
        if asked.mark(middle) == first:
            low = middle
        else:
            high = middle
    return low


def _largest(zones: tuple[Zone, ...]) -> tuple[int | None, str]:
    first = zones[0]
    good: tuple[Verdict, ...] = (*RUNS, "offload") if first.verdict == "offload" else RUNS
    if first.verdict not in good:
        return None, ""
    largest = first.end
    for zone in zones[1:]:
        if zone.where != first.where or zone.verdict not in good:
            break
        largest = zone.end
    return largest, "split" if first.verdict == "offload" else first.where
