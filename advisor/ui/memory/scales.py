"""The scales of the curve: pixels of a knob's value on the logarithmic axis, pixels of bytes, and sensible ticks."""

from collections.abc import Sequence
from math import floor, log2, log10
from typing import NamedTuple

from advisor.i18n import GIB
from advisor.ui.memory.curve_data import Curve
from advisor.ui.memory.pools import Limit

ABOVE = 1.12  # room over what has to be seen
NEAR = 1.7  # a line of capacity so little beyond the curve is shown in its place


class Scales(NamedTuple):
    """Where values lie in a plot from `left` to `right` and from `top` to `bottom` (pixels)."""

    least: int
    most: int
    bytes: float  # at the top
    left: float
    right: float
    top: float
    bottom: float

    def x(self, value: float) -> float:
        """Pixels of a value of the knob."""
        reach = log2(self.most / self.least) or 1
        return self.left + (self.right - self.left) * log2(max(value, self.least) / self.least) / reach

    def value(self, x: float) -> float:
        """The knob's value at pixel `x`."""
        share = min(1.0, max(0.0, (x - self.left) / max(1.0, self.right - self.left)))
        return float(self.least * 2 ** (share * log2(self.most / self.least)))

    def y(self, size: float) -> float:
        """Pixels of a size in bytes; what is beyond the top lies at it."""
        return self.bottom - (self.bottom - self.top) * min(1.0, size / self.bytes)


def highest(curve: Curve, now: int, lines: Sequence[Limit]) -> float:
    """Bytes at the top of the plot: what does not fit matters less the further it is off, but the present is shown.

    `now` are the bytes of the present.
    """
    most = max(point.high for point in curve.points)
    least = curve.points[0].high
    largest = max((line.bytes for line in lines), default=0)
    seen = max(now, least, min(most, 2 * largest) if largest else most)
    near = [line.bytes for line in lines if seen < line.bytes <= NEAR * seen]
    return ABOVE * max([seen, *near])


def size_ticks(top: float, count: int) -> list[float]:
    """Bytes of about `count` round lines below `top`: 1, 2 or 5 times a power of ten of GiB."""
    raw = top / GIB / max(1, count)
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw) * GIB
    return [step * i for i in range(1, int(top / step) + 1)]


def value_ticks(least: int, most: int, count: int) -> list[int]:
    """At most `count` powers of two of the axis, evenly spread."""
    first, last = (least - 1).bit_length(), most.bit_length() - 1
    step = max(1, -(-(last - first) // max(1, count - 1)))
    return [1 << power for power in range(first, last + 1, step)]
