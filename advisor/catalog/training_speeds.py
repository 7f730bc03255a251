"""How fast training runs and what a card needs beside the tensors: resources/catalog/training_speed.json."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.errors import UserError
from advisor.i18n import N_

TRAINING_SPEED_FILE = RESOURCES / "catalog" / "training_speed.json"
REQUIRED = frozenset({"cuda-8", "cuda-7", "cuda", "other", "cpu-bf16", "cpu-avx512", "cpu-emulated"})


class TrainingClass(NamedTuple):
    """The law of one class of devices. Seconds for one micro-batch are

    FLOPs / (peak x `utilisation`) + `traffic` x bytes of saved activations / bandwidth + bytes of weights, gradients
    and states / bandwidth + layers x `layer_s` + 4-bit weights unpacked x `unpack_cycles` / (cores x clock).
    """

    # "cuda-8" (compute capability 8 and up), "cuda-7", "cuda" (older), "other"; "cpu" in FP32, "cpu-bf16" with BF16
    # instructions, "cpu-avx512" with BF16 products in AVX-512, "cpu-emulated" with BF16 in plain loops
    key: str
    utilisation: float
    traffic: float  # how often an activation's bytes are moved: norms, activations and casts read and write them anew
    layer_s: float  # launching the kernels of a layer, forward and backward
    band: str  # key of error_bands.json
    source: str
    unpack_cycles: float = 0.0  # core cycles to unpack one 4-bit weight; nothing worth counting on a GPU


class Card(NamedTuple):
    """What a card needs beside torch's peak: the CUDA context, and a share of the peak for gaps between tensors.

    The context's size differs by card and driver: `context_low_bytes` and `context_high_bytes` are its measured range.
    """

    context_bytes: int
    context_low_bytes: int
    context_high_bytes: int
    share: float
    source: str


class Process(NamedTuple):
    """What torch needs in RAM beside its tensors: itself and its libraries, and a share of the tensors."""

    resident_bytes: int
    share: float
    source: str


class Energy(NamedTuple):
    """Share of the board power that a training card draws."""

    low: float
    mid: float
    high: float
    source: str


class TrainingSpeeds(NamedTuple):
    """Everything of the file."""

    card: Card
    process: Process
    energy: Energy
    classes: Mapping[str, TrainingClass]


@cache
def training_speeds() -> TrainingSpeeds:
    """The catalogue's constants."""
    return load_training_speeds(TRAINING_SPEED_FILE)


def load_training_speeds(path: Path) -> TrainingSpeeds:
    """Read and check such a file, uncached. Raises UserError naming the file and the entry."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    card, process, energy, cpu = (_section(document, key) for key in ("card", "process", "energy", "cpu"))
    classes = [
        _class(Fields(entry, f"{path.name}: classes #{n}")) for n, entry in enumerate(document.items("classes"), 1)
    ]
    found = {entry.key: entry for entry in (*classes, _class(cpu, "cpu"))}
    missing = REQUIRED - set(found)
    if missing:
        raise UserError(N_("{path}: class {key} is missing"), path=path.name, key=sorted(missing)[0])
    document.close()
    return TrainingSpeeds(_card(card), _process(process), _energy(energy), found)


def _section(document: Fields, key: str) -> Fields:
    section = document.section(key)
    if section is None:
        document.fail(key, N_("{where}: {field}: an object was expected"))
    return section


def _class(entry: Fields, key: str | None = None) -> TrainingClass:
    value = TrainingClass(
        key=key or entry.text("key"),
        utilisation=entry.number("utilisation", 0.001, 1),
        traffic=entry.number("traffic", 0, 1000),
        layer_s=entry.number("layer_s", 0, 1),
        band=entry.text("band"),
        source=entry.text("source"),
        unpack_cycles=entry.optional_number("unpack_cycles", 0, 10_000) or 0.0,
    )
    entry.close()
    return value


def _card(entry: Fields) -> Card:
    middle, low, high = (
        entry.integer(key, 0, 1 << 33) for key in ("context_bytes", "context_low_bytes", "context_high_bytes")
    )
    if not low <= middle <= high:
        entry.fail("context_bytes", N_("{where}: {field}: not between its low and its high"))
    value = Card(middle, low, high, entry.number("share", 0, 2), entry.text("source"))
    entry.close()
    return value


def _process(entry: Fields) -> Process:
    value = Process(entry.integer("resident_bytes", 0, 1 << 33), entry.number("share", 0, 2), entry.text("source"))
    entry.close()
    return value


def _energy(entry: Fields) -> Energy:
    low, mid, high = (entry.number(key, 0.01, 2) for key in ("low", "mid", "high"))
    value = Energy(low, mid, high, entry.text("source"))
    entry.close()
    return value
