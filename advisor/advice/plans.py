"""What plans say, in codes and numbers: fine-tuning here, stages over several places, what a rented card costs."""

from collections.abc import Mapping
from typing import NamedTuple

from advisor.estimator.result import Estimate, Range
from advisor.workload import Method


class DatasetTime(NamedTuple):
    """How long one data set takes in a plan. `code` is a key of words_plans.DATASETS;
    `tokens` are those of all epochs. None where the speed or the power is not known.
    """

    code: str
    samples: int
    tokens: int
    hours: Range | None
    energy_kwh: Range | None


class TrainingPlan(NamedTuple):
    """A fine-tuning on this machine with the settings that the search chose.

    `verdict` is a key of words_plans.VERDICTS. `longest_seq` is the longest sequence that still fits at batch 1, None
    where none longer than the plan's does. `asked_hours` is the middle of the time with the settings as asked for,
    where the plan changed the precision.
    """

    method: Method
    estimate: Estimate
    verdict: str
    longest_seq: int | None
    datasets: tuple[DatasetTime, ...]
    asked_hours: float | None = None

    @property
    def recommended(self) -> bool:
        """Whether it is worth doing: done by the morning, or on a graphics card within a day. Other plans show how
        long it would take.
        """
        return self.verdict in (("sitting", "overnight", "day") if self.on_gpu else ("sitting", "overnight"))

    @property
    def on_gpu(self) -> bool:
        """Whether a graphics card computes it."""
        return self.estimate.placements[0].device != "ram"


class Purchase(NamedTuple):
    """What the rented card would cost to buy, US dollars: in shops on a day, or its list price at `launch` in a year.
    `rent_hours` are the hours of rent that cost as much, fewest and most.
    """

    usd: tuple[float, float]
    date: str | None
    launch: bool
    source: str
    rent_hours: tuple[float, float]


class Stage(NamedTuple):
    """One step from the data to the answers: a code of words_plans.STAGES with the values of its sentence."""

    code: str
    values: Mapping[str, object]
