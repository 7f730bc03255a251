"""What an estimate says: memory by component, placement, verdict, speed and training time, each with its range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from advisor.catalog.model import Model
from advisor.workload import Workload

Verdict = Literal["fits", "tight", "offload", "no", "unknown"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # best first

COMPONENTS: tuple[str, ...] = (
    "weights", "kv_cache", "compute_buffer", "output_buffer", "adapters", "gradients", "optimizer", "activations",
    "logits", "runtime",
)  # fmt: skip


class Component(NamedTuple):
    """One part of the memory, in bytes. `name` is one of COMPONENTS."""

    name: str
    bytes: int


class Range(NamedTuple):
    """A figure with its band: low <= mid <= high."""

    low: float
    mid: float
    high: float

    def scaled(self, factor: float) -> "Range":
        """The range with every bound multiplied by `factor` (> 0)."""
        return Range(self.low * factor, self.mid * factor, self.high * factor)


class MemoryEstimate(NamedTuple):
    """Bytes by component; `low` and `high` are the measured error band of this kind of estimate around `total`."""

    components: tuple[Component, ...]
    total: int
    low: int
    high: int
    resident_needed: int | None = None  # RAM of a CPU run without the mapped file's clean pages
    resident_shown: int | None = None  # RAM of a CPU run as task managers show it, mapped file included
    band: str = ""  # which error band this is: a key of resources/catalog/error_bands.json


class Placement(NamedTuple):
    """What lies on one device. Bytes; `layers` counts repeating layers.

    `low` and `high` are the range around `used`: the measured error of what is allocated, and on a GPU what its
    runtime's own context was measured to take. `weights`, `kv_cache` and `runtime` are parts of `used`, the rest of it
    scratch; all three are 0 where the estimate's one device holds exactly the estimate's components.
    """

    device: str  # "gpu0", "gpu1", ..., "ram"
    capacity: int | None
    available: int | None
    used: int
    layers: int
    low: int
    high: int
    weights: int = 0
    kv_cache: int = 0
    runtime: int = 0


class Reason(NamedTuple):
    """Why a verdict is as it is: a code of advisor.words.REASONS with the values its sentence needs.

    Values are numbers in base units (bytes, seconds) or plain names; text is made where it is shown.
    """

    code: str
    values: Mapping[str, object]


class SpeedEstimate(NamedTuple):
    """Tokens per second. `ceiling` is bandwidth / bytes read per token, which no estimate may exceed."""

    decode: Range | None
    ceiling: float | None
    prefill: Range | None
    device: str  # where it runs: "gpu0", "ram", or "gpu0+ram"
    band: str = ""  # which error band `decode` has: a key of resources/catalog/error_bands.json


class TrainingEstimate(NamedTuple):
    """Training time and energy of the workload's dataset_tokens x epochs. Hours, kWh; None when no device can do it."""

    trainable_parameters: int
    tokens_per_s: Range | None
    hours: Range | None
    energy_kwh: Range | None
    band: str = ""  # which error band the time has


@dataclass(frozen=True, slots=True)
class Estimate:
    """The answer to one question: this model, this workload, this machine."""

    model: Model
    parameters: int  # the most that it may have where model.parameter_bounds is set
    workload: Workload
    memory: MemoryEstimate | None  # None when the model's architecture is not known well enough
    placements: tuple[Placement, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    speed: SpeedEstimate | None = None
    training: TrainingEstimate | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One line of "why?": a quantity's formula with its values, and where the values come from.

    `formula` is mathematics in the field's terms ("2 x layers x cells x kv_width x 2 B"), the same in every language;
    `values` are the names in it with their numbers; `result` is the figure in `unit` ("B", "tok/s", "h").
    """

    quantity: str  # a COMPONENTS name, "total", "decode", "prefill", "hours", ...
    formula: str
    values: Mapping[str, object]
    result: float | None
    unit: str
    sources: tuple[str, ...] = field(default=())
    band: str = ""  # key of the error band that applies, "" when exact
