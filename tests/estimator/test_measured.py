"""Measured figures in the estimate: consistent with theoretical ones, never above themselves, more is never slower."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.bands import band
from advisor.catalog.complete import complete
from advisor.catalog.measured import core_cycles, peak_bandwidth, peak_flops
from advisor.catalog.models import find_model
from advisor.catalog.speeds import speeds
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.ground import INSTRUCTION_SETS
from advisor.estimator.result import Estimate
from advisor.estimator.weakest import weakest
from advisor.machine import Cpu, Gpu, Machine, Memory, Origin
from advisor.sources.measured import Measured, applied
from advisor.workload import Workload
from tests.machines import builder_5950x, g480

GIB = 1 << 30
RUN = Workload()
LAW = speeds().measured


def after(machine: Machine, bandwidth: float, flops: float | None = None) -> Machine:
    """`machine` once it has been measured."""
    return complete(applied(machine, Measured(bandwidth, 0.05, 4, 256 << 20, 0.02, flops, None, "2026-11-22")))


def run(machine: Machine, model: str = "qwen2.5-7b", workload: Workload = RUN) -> Estimate:
    return estimate(machine, find_model(model), workload)


def decode(machine: Machine, model: str = "qwen2.5-7b") -> float:
    found = run(machine, model).speed
    assert found is not None
    assert found.decode is not None
    return found.decode.mid


def bare(machine: Machine) -> Machine:
    """Without its graphics: everything runs on the processor."""
    return replace(machine, gpus=())


@pytest.mark.parametrize("machine", [bare(builder_5950x()), bare(g480())], ids=["5950X", "G480"])
@pytest.mark.parametrize("share", [0.78, LAW.stream_share, 0.93])
def test_a_sound_computer_is_as_fast_measured_as_in_theory(machine: Machine, share: float) -> None:
    """Reading reaches 78 to 93 % of the peak that the law was fitted on: well within the law's own band."""
    theory = machine.memory.bandwidth_bytes_per_s
    assert theory is not None
    ratio = decode(after(machine, share * theory)) / decode(machine)
    limits = band(speeds().cpu.band)
    assert limits.low < 0.9 < ratio <= 1.0 < limits.high


def test_half_the_bandwidth_is_half_the_speed() -> None:
    """A second module that was pulled out, a laptop that saves power: what tables cannot know."""
    machine = bare(builder_5950x())
    theory = machine.memory.bandwidth_bytes_per_s or 0
    ratio = decode(after(machine, 0.5 * LAW.stream_share * theory), "qwen2.5-72b") / decode(machine, "qwen2.5-72b")
    assert ratio == pytest.approx(0.5, rel=0.03)


def test_what_is_faster_than_the_modules_is_believed_as_it_is() -> None:
    """Modules read as one channel that are two: the measurement counts, without a bonus on top."""
    memory = Memory(speed_mts=3200, channels=1, bandwidth_bytes_per_s=46e9, origins={
        "bandwidth_bytes_per_s": Origin("measured", "4 threads")})  # fmt: skip
    assert peak_bandwidth(memory) == 46e9
    assert peak_bandwidth(replace(memory, channels=2)) == 51.2e9  # no more than the modules can
    assert peak_bandwidth(replace(memory, channels=None)) == pytest.approx(46e9 / LAW.stream_share)
    assert peak_bandwidth(Memory(bandwidth_bytes_per_s=46e9)) == 46e9  # nobody measured that


def test_a_virtual_machine_gets_its_speeds_by_measuring() -> None:
    """Nothing is known of its memory: no speed, and why; measured: both speeds, and training time without a clock."""
    hidden = {"bandwidth_bytes_per_s": Origin("unknown", "hidden")}
    said = {name: Origin("reported", "/proc/cpuinfo") for name in ("name", "cores", "sockets", "features")}
    features = frozenset({"avx2", "fma"})
    cpu = Cpu(name="Intel(R) Xeon(R) Processor", cores=2, threads=2, sockets=2, features=features, origins=said)
    memory = Memory(total_bytes=16 * GIB, available_bytes=15 * GIB, origins=hidden)
    machine = complete(Machine(environment=("vm",), cpu=cpu, memory=memory))
    before = run(machine)
    assert before.speed is None or before.speed.decode is None
    found = weakest(machine, before)
    assert found is not None
    assert found.input == "memory.bandwidth_bytes_per_s"
    then = after(machine, 20e9, 120e9)
    answer = run(then)
    assert answer.speed is not None
    assert answer.speed.decode is not None
    assert answer.speed.prefill is not None
    # Both "sockets" were read at once: what they read together is not halved.
    peak = 0.6 * 20e9 / LAW.stream_share
    assert answer.speed.decode.mid == pytest.approx(peak / 4.4e9, rel=0.1)
    found = weakest(then, answer)
    assert found is not None
    assert found.input == ""
    assert found.band == speeds().cpu.band
    trained = run(then, "qwen2.5-0.5b", Workload(task="lora", precision="fp32")).training
    assert trained is not None
    assert trained.tokens_per_s is not None


def test_the_explanation_says_that_it_was_measured() -> None:
    """ "why?" names the share and where it comes from; without a measurement it does not speak of one."""
    machine = bare(builder_5950x())
    plain = next(item for item in explain(machine, run(machine)) if item.quantity == "decode")
    then = after(machine, 42e9)
    found = next(item for item in explain(then, run(then)) if item.quantity == "decode")
    assert "stream_share" not in plain.values
    assert (found.values["stream_share"], found.values["bandwidth_bytes_per_s"]) == (LAW.stream_share, 42e9)
    assert LAW.source in found.sources


@given(
    first=st.floats(0.6e9, 3e12), second=st.floats(0.6e9, 3e12), model=st.sampled_from(["qwen2.5-0.5b", "qwen2.5-7b"])
)
def test_more_bandwidth_is_never_slower_and_never_beaten(first: float, second: float, model: str) -> None:
    """Any two measurements of one computer; no speed is above what was measured / bytes read."""
    low, high = sorted((first, second))
    machine = bare(builder_5950x())
    slower, faster = (run(after(machine, value), model).speed for value in (low, high))
    assert slower is not None
    assert faster is not None
    assert slower.decode is not None
    assert faster.decode is not None
    assert slower.decode.mid <= faster.decode.mid * (1 + 1e-9)
    assert faster.prefill is not None
    assert slower.prefill is not None
    assert slower.prefill.mid <= faster.prefill.mid * (1 + 1e-9)
    one = run(after(machine, 1e9), model).speed
    assert one is not None
    at_1 = one.ceiling
    assert at_1 is not None
    for value, speed in ((low, slower), (high, faster)):
        assert speed.ceiling == pytest.approx(at_1 * value / 1e9)  # measured / bytes read, without a bonus
        assert speed.decode is not None
        assert speed.decode.high <= at_1 * value / 1e9 * (1 + 1e-9)


def test_built_in_graphics_share_what_was_measured() -> None:
    """Completing again replaces a bandwidth that was only the memory's in theory; a card's own stays."""
    memory = Memory(total_bytes=16 * GIB, kind="DDR4", speed_mts=2666, channels=2)
    gpus = (Gpu(name="Intel UHD Graphics 620", vendor="Intel", kind="integrated"), Gpu(name="GeForce MX150"))
    machine = complete(Machine(cpu=Cpu(name="Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz"), memory=memory, gpus=gpus))
    shared, own = (gpu.bandwidth_bytes_per_s for gpu in machine.gpus)
    assert shared == 2666e6 * 16
    then = after(machine, 20e9)
    assert then.gpus[0].bandwidth_bytes_per_s == pytest.approx(20e9 / LAW.stream_share)
    assert then.gpus[1].bandwidth_bytes_per_s == own
    assert complete(then) == then


def test_another_processor_forgets_what_was_measured() -> None:
    """A what-if with other parts is not the computer that was measured."""
    machine = after(bare(builder_5950x()), 42e9, 900e9)
    other = assemble(machine, gpu=None, cpu="Ryzen 7 7700X", ram_gib=None)
    assert other.cpu.matrix_flops is None
    assert other.memory.origin("bandwidth_bytes_per_s").kind != "measured"


# Matrix products ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("instructions", [*INSTRUCTION_SETS, "none"])
def test_a_product_as_usual_changes_nothing(instructions: str) -> None:
    """Anything between the narrowest and the widest processors of a set says nothing against the table's clock."""
    cpu = Cpu(cores=8, max_mhz=4000)
    cycles = 8 * 4e9
    narrow, wide = LAW.narrow_flops_per_cycle[instructions], LAW.wide_flops_per_cycle[instructions]
    for flops in (narrow, (narrow + wide) / 2, wide):
        measured = replace(cpu, matrix_flops=flops * cycles * LAW.product_share)
        assert core_cycles(measured, 8, 4000, instructions) == pytest.approx(cycles)
    throttled = replace(cpu, matrix_flops=0.4 * narrow * cycles * LAW.product_share)
    assert core_cycles(throttled, 8, 4000, instructions) == pytest.approx(0.4 * cycles)
    absurd = replace(cpu, matrix_flops=100 * wide * cycles)
    assert core_cycles(absurd, 8, 4000, instructions) == pytest.approx(cycles / LAW.product_share)
    unknown = replace(absurd, max_mhz=None)
    assert core_cycles(unknown, 8, 4000, instructions) == pytest.approx(LAW.fastest_clock * cycles / LAW.product_share)


def test_a_throttled_processor_reads_prompts_and_trains_slower() -> None:
    """A third of the usual product: the prompt at about a third of the speed, training slower; generation waits for
    memory either way.
    """
    machine = bare(builder_5950x())
    theory = (machine.memory.bandwidth_bytes_per_s or 0) * LAW.stream_share
    cycles = 16 * (machine.cpu.max_mhz or 0) * 1e6
    usual = after(machine, theory, 32 * cycles * LAW.product_share)
    slow = after(machine, theory, 16 / 3 * cycles * LAW.product_share)
    first, second = (run(one, "qwen2.5-1.5b").speed for one in (usual, slow))
    assert first is not None
    assert second is not None
    assert first.prefill is not None
    assert second.prefill is not None
    assert second.prefill.mid == pytest.approx(first.prefill.mid / 3, rel=0.01)
    times = [
        run(one, "qwen2.5-0.5b", Workload(task="lora", precision="fp32")).training for one in (machine, usual, slow)
    ]
    rates = [time.tokens_per_s.mid for time in times if time is not None and time.tokens_per_s is not None]
    assert len(rates) == 3
    assert rates[1] == pytest.approx(rates[0], rel=0.35)  # the clock under load lies between base and highest
    assert rates[2] < rates[1] / 3


def test_a_measured_product_stands_in_for_an_unknown_clock() -> None:
    """The clock is no longer the weakest input, because the product told what the cores do together."""
    cpu = Cpu(name="AMD Some Future CPU", cores=8, threads=16, sockets=1, features=frozenset({"avx2", "fma"}), origins={
        name: Origin("reported", "x") for name in ("name", "cores", "sockets", "features")})  # fmt: skip
    memory = Memory(total_bytes=32 * GIB, available_bytes=30 * GIB)
    machine = complete(Machine(cpu=cpu, memory=memory))
    half = after(machine, 40e9)
    found = weakest(half, run(half))
    assert found is not None
    assert found.input == "cpu.max_mhz"
    whole = after(machine, 40e9, 700e9)
    found = weakest(whole, run(whole))
    assert found is not None
    assert found.input == ""
    assert peak_flops(whole.cpu) == pytest.approx(700e9 / LAW.product_share)


def test_the_constants_hold_together() -> None:
    """What decoding reaches lies below what reading reaches, or a speed could pass what was measured."""
    assert speeds().cpu.bandwidth_factor < LAW.stream_share
    sets = {*INSTRUCTION_SETS, "none"}
    assert set(LAW.narrow_flops_per_cycle) == set(LAW.wide_flops_per_cycle) == sets == set(speeds().cpu.isa_factor)
    assert all(LAW.narrow_flops_per_cycle[one] <= LAW.wide_flops_per_cycle[one] for one in sets)
