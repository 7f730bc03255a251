"""Which input of an estimate is the least certain: a fact of the machine that nobody stated, else the measured law."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from advisor import words
from advisor.catalog.bands import band
from advisor.estimator.ground import BUDGETS, ground
from advisor.estimator.result import Estimate, Placement
from advisor.estimator.training_time import rate_field
from advisor.i18n import Translator
from advisor.machine import Machine, Origin, Part, SameMachine


class Weakest(NamedTuple):
    """The least certain input behind an estimate.

    `input` is a key of advisor.words.INPUT_WORDS ("memory.channels", "gpu.bandwidth_bytes_per_s"), `device` its
    device's placement name and `origin` why it is uncertain. Or `input` is "" and `band` the key of the widest error
    band behind the figures: bands were measured on machines whose facts were known, so a fact that is missing or
    assumed is weaker than any of them.
    """

    input: str
    device: str
    origin: Origin | None
    band: str


_BANDWIDTH = "bandwidth_bytes_per_s"
# What speed rests on, the most influential first.
_GPU_RUNS = (_BANDWIDTH, "fp32_flops")
_GPU_TRAINS = (_BANDWIDTH, "board_power_w")  # behind the rate of the precision
_PROCESSOR = ("cores", "max_mhz", "features")
# Free memory that was assumed matters where it decides: when the need comes this near to it.
_NEAR = (0.8, 1.25)


def weakest(machine: Machine, estimate: Estimate) -> Weakest | None:
    """The weakest input of `estimate`, which was made for `machine`; None where nothing is estimated."""
    if estimate.memory is None:
        return None
    if estimate.verdict == "unknown" and machine.memory_budget_bytes is None:
        return Weakest("memory.total_bytes", "ram", machine.memory.origin("total_bytes"), "")
    trained = estimate.workload.precision if estimate.workload.training else ""
    fact = _uncertain(SameMachine(machine), _working(estimate), trained)
    if fact is None:
        fact = next(filter(None, (_free(machine, place) for place in estimate.placements)), None)
    return fact or Weakest("", "", None, _widest_band(estimate))


def _working(estimate: Estimate) -> tuple[str, ...]:
    """Names of the devices whose speed counts: RAM may hold experts and no whole layer; none where nothing runs."""
    if estimate.speed is not None:
        return tuple(estimate.speed.device.split("+"))
    return tuple(place.device for place in estimate.placements) if estimate.training is not None else ()


def weakest_text(_: Translator, machine: Machine, found: Weakest) -> str:
    """`found` as a sentence: the fact and where it comes from, or what was measured of the widest band."""
    if found.origin is None:
        return _(band(found.band).text)
    name = words.device(_, found.device)
    if found.device != "ram":
        name = machine.gpus[int(found.device[3:])].name or name
    return words.input_text(_, found.input, name, found.origin)


@lru_cache(maxsize=512)
def _uncertain(same: SameMachine, places: tuple[str, ...], trained: str) -> Weakest | None:
    """The first fact behind the speed on `places` that is missing or assumed; missing ones come first. `trained` is the
    precision of a training, "" for inference.
    """
    found = [
        Weakest(f"{part}.{name}", place, holder.origin(name), "")
        for place in places
        for part, holder, name in _rests_on(same.machine, place, trained)
        if holder.origin(name).kind in ("unknown", "assumed") or (part == "memory" and _is_bound(same.machine))
    ]
    return min(found, key=lambda one: one.origin is None or one.origin.kind != "unknown", default=None)


def _rests_on(machine: Machine, place: str, trained: str) -> Iterator[tuple[str, Part, str]]:
    if place == "ram":
        yield from (("memory", machine.memory, name) for name in _bandwidth(machine))
        # A measured product tells the clock that the cores reach together.
        told = ("max_mhz",) if machine.cpu.matrix_flops is not None else ()
        yield from (("cpu", machine.cpu, name) for name in _PROCESSOR if name not in told)
        return
    gpu = machine.gpus[int(place[3:])]
    names = (rate_field(gpu, trained), *_GPU_TRAINS) if trained else _GPU_RUNS
    shared = gpu.kind in ("integrated", "unified")
    for name in names:
        if name == _BANDWIDTH and shared:
            yield from (("memory", machine.memory, fact) for fact in _bandwidth(machine))
        elif name != "board_power_w" or not shared:
            yield "gpu", gpu, name


def _bandwidth(machine: Machine) -> tuple[str, ...]:
    """Speed and channels decide a bandwidth that was computed."""
    computed = machine.memory.origin(_BANDWIDTH).kind == "computed"
    return ("channels", "speed_mts", _BANDWIDTH) if computed else (_BANDWIDTH,)


def _is_bound(machine: Machine) -> bool:
    """Whether the RAM's bandwidth is the most that the processor could drive: its modules are not known."""
    origin = machine.memory.origin(_BANDWIDTH)
    return origin.kind == "looked_up" and "generation" in origin.values


def _free(machine: Machine, place: Placement) -> Weakest | None:
    if not place.available or place.available == place.capacity:
        return None
    if not _NEAR[0] * place.available < place.used < _NEAR[1] * place.available:
        return None
    gpu = None if place.device == "ram" else machine.gpus[int(place.device[3:])]
    if gpu is None or gpu.kind in ("integrated", "unified"):
        if place.available not in {ground(machine, budget).ram.available for budget in BUDGETS}:
            return None  # what the GPU may take of it is less than what is free
        key, origin = "memory.available_bytes", machine.memory.origin("available_bytes")
    else:
        key, origin = "gpu.vram_available_bytes", gpu.origin("vram_available_bytes")
    return Weakest(key, place.device, origin, "") if origin.kind in ("unknown", "assumed") else None


def _widest_band(estimate: Estimate) -> str:
    """The key of the widest band: memory's, generation's or training time's."""
    memory, speed, time = estimate.memory, estimate.speed, estimate.training
    keys = [memory.band if memory else ""]
    keys += [speed.band] if speed is not None and speed.decode is not None else []
    keys += [time.band] if time is not None and time.tokens_per_s is not None else []
    return max(filter(None, keys), key=lambda key: band(key).high / band(key).low, default="")
