"""What advice says: codes and numbers, no prose, so that one advice prints in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from advisor.advice.grades import Bottleneck, Grade
from advisor.advice.pick_rules import GivesUp
from advisor.advice.plans import Purchase, Stage, TrainingPlan
from advisor.advice.upgrade_rules import Price
from advisor.estimator.result import Estimate, Reason, Verdict
from advisor.machine import Origin
from advisor.settings import Budget
from advisor.workload import Method, Workload

if TYPE_CHECKING:
    from advisor.advice.waterfall import Waterfall  # it is drawn from a survey, which names the types of this module

Values = Mapping[str, object]


class Tier(NamedTuple):
    """How much the machine can do, and the two estimates that decide it: the largest comfortable run, the largest
    realistic fine-tuning. None where there is none.
    """

    code: str  # one of grades.TIERS, or "unknown"
    run: Estimate | None
    train: Estimate | None
    inference: Grade | None = None  # None where nothing is known
    training: Grade | None = None


class Unusable(NamedTuple):
    """A GPU that no AI runtime can use, with its reason."""

    device: str  # "gpu0"
    name: str
    reason: Origin


class Fit(NamedTuple):
    """One column of the matrix in short: how many models get each verdict, and the largest that fits."""

    method: Method
    counts: Mapping[Verdict, int]
    largest: Estimate | None


class Pick(NamedTuple):
    """A model worth trying here. `use` is a key of words.USES; `slow` says that nothing better is comfortable.

    `also` are other uses for which it is the best; `gives_up` is None for networks that are no language models and
    for training.
    """

    use: str
    estimate: Estimate
    slow: bool = False
    also: tuple[str, ...] = ()
    gives_up: GivesUp | None = None


class CloudPlan(NamedTuple):
    """A fine-tuning that is out of reach here, on the rented GPU that does it for least.

    `usd_per_hour` and `usd` are low and high; `date` is the price's (None: the source has none),
    `old` says that it is stale. `purchase` is what buying the card would mean, None where its price is not known.
    """

    gpu: str
    estimate: Estimate
    usd_per_hour: tuple[float, float]
    usd: tuple[float, float] | None
    date: str | None
    source: str
    old: bool
    purchase: Purchase | None = None


class Upgrade(NamedTuple):
    """What a change of hardware would bring, computed on the changed machine.

    `new_run` and `new_train` count the models that become runnable and trainable (QLoRA); `decode` is the factor on
    the generation speed of `reference`; None where it does not apply. `code` is a key of words.UPGRADES.
    """

    code: str
    values: Values
    new_run: int | None = None
    new_train: int | None = None
    decode: float | None = None
    reference: str | None = None
    largest: Estimate | None = None
    price: Price | None = None  # None: not known, or nothing is bought
    warnings: tuple[Reason, ...] = ()  # what to look at before buying: codes of words_upgrades.WARNINGS
    gain: float = 0.0  # models and speed in one currency (resources/advice/upgrades.json)
    value: float | None = None  # gain per US dollar


class Technique(NamedTuple):
    """What one technique saves on a model that suits this machine: the same job without and with it."""

    code: str  # a key of words.TECHNIQUES
    before: Estimate | None = None
    after: Estimate | None = None

    @property
    def saved(self) -> int | None:
        """Bytes that the technique saves; None where nothing was computed."""
        if self.before is None or self.after is None or self.before.memory is None or self.after.memory is None:
            return None
        return self.before.memory.total - self.after.memory.total

    @property
    def share(self) -> float | None:
        """The saved share of the memory without the technique, 0-1."""
        if self.saved is None or self.before is None or self.before.memory is None or not self.before.memory.total:
            return None
        return self.saved / self.before.memory.total


class Scenario(NamedTuple):
    """A use that suits this machine: a code of words.SCENARIOS with the values of its sentence."""

    code: str
    values: Values


@dataclass(frozen=True, slots=True)
class Advice:
    """Everything that the program would tell the owner of a machine."""

    workload: Workload
    budget: Budget
    tier: Tier
    unusable: tuple[Unusable, ...]
    fits: tuple[Fit, ...]
    picks: tuple[Pick, ...]
    cloud: tuple[CloudPlan, ...]
    upgrades: tuple[Upgrade, ...]
    techniques: tuple[Technique, ...]
    scenarios: tuple[Scenario, ...]
    bottleneck: Bottleneck | None = None  # None where no single part holds the machine back, or nothing is known
    training: tuple[TrainingPlan, ...] = ()  # on this machine
    stages: tuple[Stage, ...] = ()  # from the data to the answers, each with its place
    clusters: tuple[Stage, ...] = ()  # what more cards or computers would bring
    waterfalls: "tuple[Waterfall, ...]" = ()  # what techniques save: for running, then for training
