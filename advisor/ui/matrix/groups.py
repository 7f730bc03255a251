"""Rows in groups, by family or by size: who belongs together, in which order, and how many of them run."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.settings import Grouping
from advisor.ui.matrix.filters import OWN, RUNS, SIZES


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A heading row. `key` outlives a new order; `title` is marked for translation where it is no family's name."""

    key: str
    title: str
    models: tuple[Model, ...]

    def count(self, answer: Callable[[Model], Estimate | None]) -> int | None:
        """How many of the group run, by the estimates of one column; None while one of them is missing."""
        count = 0
        for model in self.models:
            found = answer(model)
            if found is None:
                return None
            count += found.verdict in RUNS
        return count


Line = Model | Group


def grouped(
    models: Sequence[Model], by: Grouping, own: Collection[Model], parameters: Callable[[Model], int]
) -> Sequence[Group]:
    """The groups of `models`, which keep their order in them. The user's own come first; families follow as their first
    model does, sizes from the smallest.
    """
    members: dict[tuple[float, str, str], list[Model]] = {}
    for model in models:
        members.setdefault(_place(model, by, own, parameters), []).append(model)
    # By family only the own ones move, to the top: sorting is stable.
    places = sorted(members) if by == "size" else sorted(members, key=lambda place: place[0])
    return [Group(key, title, tuple(members[place])) for place in places for _rank, key, title in [place]]


def _place(
    model: Model, by: Grouping, own: Collection[Model], parameters: Callable[[Model], int]
) -> tuple[float, str, str]:
    if model in own:
        return -1, OWN, "On this computer"
    if by == "family":
        return 0, model.family, model.family
    count = parameters(model)
    at = next(at for at, size in enumerate(SIZES) if at and size.low <= count < size.high)
    return at, f"size {at}", SIZES[at].text


def lines(groups: Iterable[Group], closed: Collection[str]) -> list[Line]:
    """The table's rows: each group's heading, and below it its models where it is open."""
    found: list[Line] = []
    for group in groups:
        found.append(group)
        if group.key not in closed:
            found += group.models
    return found
