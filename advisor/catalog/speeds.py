"""How fast each kind of back end works: constants fitted on published measurements (resources/catalog/speed.json)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json

SPEED_FILE = RESOURCES / "catalog" / "speed.json"


@dataclass(frozen=True, slots=True)
class Backend:
    """One way of computing on a GPU. The law of decoding is

    seconds per token = (weight bytes + `kv_cost` x KV bytes) / (bandwidth x `bandwidth_factor`)
    + weights x work / FP32 rate + (layers + special layers x `special_layer`) x `layer_s` + `token_s`

    where work is `work` for 16-bit weights and `work_packed` for quantised ones. With `queued` the launches (layers x
    `layer_s`) run beside the GPU's work, and the slower of the two counts. The constants of llama.cpp's back ends are
    fitted together by benchmarks/held_out_speed.py, which also says how well they hold for devices that it left out.
    """

    key: str  # engine ("cuda"), engine and generation ("cuda-6", "metal-1") or vendor ("vulkan-intel"), or stack
    bandwidth_factor: float  # <= 1, so that no estimate passes bandwidth / bytes
    work: float  # FP32 operations per weight of 16 bits: what wide memory and few cores cost
    work_packed: float  # the same for quantised weights: unpacking and multiplying
    kv_cost: float  # a byte of the KV cache against a byte of weights: attention reads less evenly
    layer_s: float
    layer_s_by_quant: Mapping[str, float]
    special_layer: float  # launches that experts, linear attention or norms after the blocks add, in those of a layer
    token_s: float
    queued: bool
    runtime_bytes: int  # what the runtime's context keeps on the card
    # FLOP per second in the matrix products of a prompt: factor x the peak of `prefill_peak` x the entry of
    # `matrix_per_fp32` for the card's compute capability (or its first number), 1 where none is given.
    prefill_factor: float
    prefill_peak: str  # "fp32", or "fp16" where the catalogue's FP16 rate counts matrix units alike for all cards
    matrix_per_fp32: Mapping[str, float]  # FP16 products of the matrix units per FP32 product of the plain ones
    attention_cost: float  # a FLOP of attention over the cache against one of a matrix product
    expert_s: float  # time per expert and layer where a program visits experts one by one
    band: str
    prefill_band: str
    source: str


@dataclass(frozen=True, slots=True)
class CpuSpeed:
    """Decoding on a CPU: the slower of reading and computing, plus the time in which threads wait for each other.

    Reading: `bandwidth_factor` x bandwidth of one socket. llama.cpp's threads meet after every product at one counter
    that all of them change: every core takes its turn and disturbs all others, `pair_layer_s` x cores^2 per layer.
    Computing: cores x clock x weights per cycle of the file type x the factor of the instruction set.
    """

    bandwidth_factor: float
    weights_per_cycle: Mapping[str, float]  # by file type, AVX2
    isa_factor: Mapping[str, float]  # by best instruction set, "none" for none of them
    efficiency_core: float  # what a small core computes against a large one
    pair_layer_s: float
    split_slowdown: float  # time of the layers in RAM when others lie on a GPU, against a run on the CPU alone
    prefill_flops_per_cycle: float  # per core, AVX2
    prefill_factor: Mapping[str, float]  # by file type, 1 where not named
    default_mhz: float
    band: str
    prefill_band: str
    source: str


@dataclass(frozen=True, slots=True)
class MeasuredLaw:
    """What "measure this computer" finds, in terms of the peaks that the other constants were fitted on."""

    stream_share: float  # of transfers x channels x 8 bytes that reading by all cores reaches
    product_share: float  # of cores x highest clock x vector width that a float32 matrix product reaches
    # Operations per core and cycle of the narrowest and the widest processors, by best instruction set.
    narrow_flops_per_cycle: Mapping[str, float]
    wide_flops_per_cycle: Mapping[str, float]
    fastest_clock: float  # times the assumed clock that an unknown highest one can be
    source: str


@dataclass(frozen=True, slots=True)
class Speeds:
    """The whole file."""

    backends: Mapping[str, Backend]
    cpu: CpuSpeed
    measured: MeasuredLaw
    note: str


@cache
def speeds() -> Speeds:
    """The constants of the catalogue."""
    return load_speeds(SPEED_FILE)


def load_speeds(path: Path) -> Speeds:
    """Read and check a file of constants, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    entries = [_backend(Fields(value, f"{path.name}: backends")) for value in document.items("backends")]
    cpu = document.section("cpu") or document.fail("cpu", "{where}: {field}: an object was expected")
    measured = document.section("measured") or document.fail("measured", "{where}: {field}: an object was expected")
    found = Speeds(
        backends={entry.key: entry for entry in entries},
        cpu=_cpu(cpu),
        measured=_measured(measured),
        note=document.text("note"),
    )
    document.close()
    return found


def _backend(entry: Fields) -> Backend:
    key = entry.text("key")
    entry.where += f" {key}"
    found = Backend(
        key=key,
        bandwidth_factor=entry.number("bandwidth_factor", 0.01, 1),
        work=entry.number("work", 0, 1000),
        work_packed=entry.number("work_packed", 0, 1000),
        kv_cost=entry.number("kv_cost", 1, 20),
        layer_s=entry.number("layer_s", 0, 1),
        layer_s_by_quant=_numbers(entry, "layer_s_by_quant"),
        special_layer=entry.number("special_layer", 0, 10),
        token_s=entry.number("token_s", 0, 1),
        queued=entry.flag("queued"),
        runtime_bytes=entry.integer("runtime_bytes"),
        prefill_factor=entry.number("prefill_factor", 0.0001, 10),
        prefill_peak=entry.choice("prefill_peak", ("fp32", "fp16")),
        matrix_per_fp32=_numbers(entry, "matrix_per_fp32"),
        attention_cost=entry.number("attention_cost", 1, 100),
        expert_s=entry.number("expert_s", 0, 1),
        band=entry.text("band"),
        prefill_band=entry.text("prefill_band"),
        source=entry.text("source"),
    )
    entry.close()
    return found


def _cpu(entry: Fields) -> CpuSpeed:
    found = CpuSpeed(
        bandwidth_factor=entry.number("bandwidth_factor", 0.01, 1),
        weights_per_cycle=_numbers(entry, "weights_per_cycle"),
        isa_factor=_numbers(entry, "isa_factor"),
        efficiency_core=entry.number("efficiency_core", 0, 1),
        pair_layer_s=entry.number("pair_layer_s", 0, 1),
        split_slowdown=entry.number("split_slowdown", 1, 10),
        prefill_flops_per_cycle=entry.number("prefill_flops_per_cycle", 0.01, 1e4),
        prefill_factor=_numbers(entry, "prefill_factor"),
        default_mhz=entry.number("default_mhz", 100, 10_000),
        band=entry.text("band"),
        prefill_band=entry.text("prefill_band"),
        source=entry.text("source"),
    )
    entry.close()
    return found


def _measured(entry: Fields) -> MeasuredLaw:
    # Below the bandwidth that decoding reaches of a peak, a measured figure would give speeds above itself.
    found = MeasuredLaw(
        stream_share=entry.number("stream_share", 0.6, 1),
        product_share=entry.number("product_share", 0.1, 1),
        narrow_flops_per_cycle=_numbers(entry, "narrow_flops_per_cycle"),
        wide_flops_per_cycle=_numbers(entry, "wide_flops_per_cycle"),
        fastest_clock=entry.number("fastest_clock", 1, 10),
        source=entry.text("source"),
    )
    entry.close()
    return found


def _numbers(entry: Fields, key: str) -> Mapping[str, float]:
    section = entry.section(key)
    if section is None:
        return {}
    return {name: section.number(name, 1e-9, 1e6) for name in section.keys()}  # noqa: SIM118 - not a mapping
