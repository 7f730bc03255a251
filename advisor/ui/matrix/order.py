"""The order of the rows: what fits best first, or by name, by size, by any column."""

from collections.abc import Sequence
from typing import NamedTuple

from advisor.estimator.result import VERDICTS, Estimate
from advisor.estimator.typical import READING_PACE
from advisor.settings import Figure
from advisor.ui.base import texts

BEST, NAME, SIZE = "best", "name", "size"  # what orders the rows; else a column's key
Rank = tuple[float, ...]


class Order(NamedTuple):
    """By what, and whether the other way round."""

    by: str = BEST
    down: bool = False


def turned(now: Order, ways: Sequence[str]) -> Order:
    """The order after a click on a heading that stands for `ways`: each of them up and down, then best fit first."""
    orders = [*(Order(way, down) for way in ways for down in (False, True)), Order()]
    return orders[(orders.index(now) + 1) % len(orders)] if now in orders else orders[0]


def rank(estimate: Estimate | None, parameters: int) -> Rank:
    """Where a cell stands among those of its column, the best first: by verdict; there first what keeps up with a
    reader (or trains within a month), the largest model first; then what is slower, the quickest first. Of what does
    not fit, what needs least comes first.
    """
    if estimate is None:
        return (len(VERDICTS), 0, parameters)
    verdict = VERDICTS.index(estimate.verdict)
    if estimate.verdict in ("no", "unknown"):
        return (verdict, 0, estimate.memory.total if estimate.memory is not None else float("inf"), parameters)
    pace = _slowness(estimate)
    return (verdict, 0, -parameters) if pace is None else (verdict, 1, pace)


def _slowness(estimate: Estimate) -> float | None:
    """None at a good pace, and where none is known; else a figure that grows with the time it takes."""
    if estimate.workload.training:
        hours = estimate.training.hours if estimate.training else None
        return hours.mid if hours is not None and texts.unrealistic(estimate) else None
    decode = estimate.speed.decode if estimate.speed else None
    return None if decode is None or decode.mid >= READING_PACE else -decode.mid


def figure_rank(estimate: Estimate | None, parameters: int, figure: Figure) -> Rank:
    """Where a cell stands when its column is sorted: by speed or time where those are shown, the quickest first and
    what has none behind; else by how well it fits.
    """
    if figure == "memory":
        return rank(estimate, parameters)
    taken = None if estimate is None else _taken(estimate, figure)
    return (1, *rank(estimate, parameters)) if taken is None else (0, taken)


def _taken(estimate: Estimate, figure: Figure) -> float | None:
    found = texts.speed_of(estimate) if figure == "speed" else texts.time_of(estimate)
    if found is None:
        return None
    return -found if figure == "speed" else found
