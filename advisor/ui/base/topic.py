"""What a "Why?" is about: rooms name it, the window's own "Why?" builds its page."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A kind of thing that advisor.ui.why.book knows, and the thing.

    Kinds: "cell" (model, column), "part" (model, column, quantity of an Explanation), "delta" (before, after: two
    estimates, label), "gauge" ("cpu", "ram", "gpu0", "disk0"); of advice "tier", "bottleneck", "pick", "plan",
    "upgrade", "cloud", "technique", "counts", "need", each with its object of advisor.advice.
    """

    kind: str
    thing: object
