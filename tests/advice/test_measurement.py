"""Measured against expected: the right judgement for each cause, and both languages' sentences."""

from dataclasses import replace

import pytest

from advisor.advice import advise
from advisor.advice.measurement import MEANINGS, Comparison, compare, figures, meanings
from advisor.catalog.complete import complete
from advisor.catalog.measured import theoretical
from advisor.i18n import translator
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule, Origin
from advisor.probes.measure import FEW_THREADS
from advisor.sources.measured import Measured, applied
from advisor.workload import Workload
from tests.machines import builder_5950x, g480

GIB = 1 << 30
EN, ZH = translator("en"), translator("zh-CN")


def found(bandwidth: float, flops: float | None = None, reason: str | None = None) -> Measured:
    return Measured(bandwidth, 0.05, 4, 256 << 20, 0.02, flops, reason, "2026-11-22")


def laptop(modules: int, kind: str = "DDR4", **changes: object) -> Machine:
    """A laptop of 2018 with so many modules of 8 GiB."""
    one = MemoryModule(size_bytes=8 * GIB, kind=kind, speed_mts=2400)
    memory = Memory(total_bytes=8 * GIB * modules, modules=(one,) * modules)
    cpu = Cpu(name="Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", sockets=1)
    return complete(Machine(cpu=cpu, memory=memory, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("share", "code"),
    [(1.2, "above_expected"), (1.04, "as_expected"), (0.85, "as_expected"), (0.6, "somewhat_low"),
     (0.3, "far_below_expected")],
)  # fmt: skip
def test_a_known_computer_is_judged_by_its_modules(share: float, code: str) -> None:
    """Two modules of DDR4-2400: 38.4 GB/s in theory."""
    comparison = compare(laptop(2), found(share * 38.4e9))
    assert (comparison.expected, comparison.at_most) == (38.4e9, False)
    assert comparison.share == pytest.approx(share)
    assert comparison.codes == (code, "counted")


def test_a_single_module_is_told_what_a_second_would_bring() -> None:
    """As expected for one channel, and about half of what the processor drives. Not for soldered memory, not for what a
    virtual machine shows, not where the processor has one channel.
    """
    comparison = compare(laptop(1), found(16e9))
    assert comparison.expected == 19.2e9
    assert comparison.codes == ("as_expected", "second_module", "counted")
    assert "one of 2 channels" in " ".join(meanings(comparison, laptop(1), EN))
    assert "second_module" not in compare(laptop(2), found(16e9)).codes
    assert "second_module" not in compare(laptop(1, kind="LPDDR3"), found(16e9)).codes
    assert "second_module" not in compare(laptop(1, environment=("vm",)), found(16e9)).codes
    for name in ("Intel(R) N100", "Unknown 1"):  # one channel, and nobody knows how many
        other = replace(laptop(1), cpu=Cpu(name=name))
        assert "second_module" not in compare(other, found(16e9)).codes


def test_unknown_modules_are_judged_by_what_the_processor_can_drive() -> None:
    """Without an administrator's rights no modules are seen on Linux: the bound is no promise."""
    machine = complete(Machine(cpu=Cpu(name="AMD Ryzen 9 5950X"), memory=Memory(total_bytes=32 * GIB)))
    assert compare(machine, found(40e9)).codes == ("within_bound", "counted")
    comparison = compare(machine, found(20e9))
    assert comparison.at_most
    assert comparison.codes == ("far_below_bound", "counted")
    assert "at most 51.2 GB/s" in figures(comparison, EN)[0]


def test_nothing_is_expected_where_nothing_is_known() -> None:
    """A virtual machine: what was measured stands alone."""
    machine = Machine(environment=("vm",), memory=Memory(total_bytes=16 * GIB))
    comparison = compare(machine, found(20e9, None, FEW_THREADS))
    assert (comparison.expected, comparison.share, comparison.codes[0]) == (None, None, "expected_unknown")
    assert figures(comparison, EN) == ["Memory: 20.0 GB/s measured", f"Matrix products: not measured, {FEW_THREADS}"]


def test_cores_alone_do_not_reach_a_unified_memory() -> None:
    """An M1 Max reads at 400 GB/s with its graphics, at about half of it with its cores: nothing is wrong there."""
    gpu = Gpu(name="Apple M1 Max", vendor="Apple", kind="unified")
    machine = complete(Machine(cpu=Cpu(name="Apple M1 Max"), memory=Memory(total_bytes=32 * GIB), gpus=(gpu,)))
    assert compare(machine, found(200e9)).codes[0] == "unified"


def test_products_are_held_against_processors_of_the_same_kind() -> None:
    """The G480's two cores with AVX: 36 to 71 GFLOP/s are usual at 2.9 to 3.1 GHz; a tenth of it has a cause."""
    machine = g480()
    sound = compare(machine, found(18e9, 60e9))
    assert sound.flops_low is not None
    assert sound.flops_high is not None
    assert sound.flops_low < 60e9 < sound.flops_high
    assert "slow_products" not in sound.codes
    assert "slow_products" in compare(machine, found(18e9, 5e9)).codes
    assert figures(sound, EN)[1].startswith("Matrix products: 60.0 GFLOP/s measured, ")


def test_a_second_measurement_is_held_against_the_modules_too() -> None:
    """What was measured before is no expectation."""
    machine = laptop(2)
    measured = complete(applied(machine, found(12e9, 40e9)))
    assert measured.memory.bandwidth_bytes_per_s == 12e9
    assert theoretical(measured.memory) == 38.4e9
    assert compare(measured, found(33e9)) == compare(machine, found(33e9))


def test_a_second_module_doubles_what_one_reaches() -> None:
    """The upgrade counts with twice the module's peak, measured or not."""
    machine = laptop(1)
    measured = complete(applied(machine, found(0.85 * 19.2e9)))
    for one in (machine, measured):
        upgrade = next(u for u in advise(one, Workload()).upgrades if u.code == "second_module")
        assert upgrade.decode is not None
        assert 1.7 < upgrade.decode <= 2.01


@pytest.mark.parametrize("code", MEANINGS)
def test_every_meaning_can_be_said(code: str) -> None:
    """Each code has its sentence, its values filled in, in both languages."""
    comparison = Comparison(found(1e9), None, False, None, None, None, (code,))
    for _ in (EN, ZH):
        (text,) = meanings(comparison, builder_5950x(), _)
        assert text
        assert "{" not in text


def test_other_programs_at_work_are_told() -> None:
    """What they took is missing in the figures: measure again without them."""
    busy = replace(found(30e9), load=0.52)
    comparison = compare(laptop(2), busy)
    assert comparison.codes == ("as_expected", "busy", "counted")
    assert "52 % of the processor" in meanings(comparison, laptop(2), EN)[1]


def test_origins_say_when_and_how() -> None:
    """Beside the figure: measured, by how many threads, on which day."""
    machine = applied(laptop(2), found(33e9, 80e9))
    assert machine.memory.origin("bandwidth_bytes_per_s") == Origin(
        "measured", "{threads} threads read it on {date}", {"threads": "4", "date": "2026-11-22"}
    )
    assert machine.cpu.origin("matrix_flops").values == {"date": "2026-11-22"}
