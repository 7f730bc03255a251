"""The curve's figures are the estimator's; the largest that fits is exact; steps go where a user expects."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.ui.memory import scales
from advisor.ui.memory.curve_data import Curve, Knob, Zone, curve, knobs, next_to, question, snap, turned
from advisor.ui.memory.pools import Limit
from advisor.workload import Workload
from tests.machines import g480, rtx4090_desktop

GIB = 1 << 30


def _drawn(machine: Machine, model: str, workload: Workload, knob: Knob) -> Curve:
    found = curve(find_model(model), workload, knob, _answers(machine, model))
    assert found is not None
    return found


def _answers(machine: Machine, model: str):  # type: ignore[no-untyped-def]
    return lambda workload: estimate(machine, find_model(model), workload)


CASES = [
    (g480, "llama-3.1-8b", Workload(), "context"),
    (g480, "qwen2.5-0.5b", Workload(task="lora"), "seq"),
    (rtx4090_desktop, "llama-3.1-8b", Workload(task="qlora"), "batch"),
    (rtx4090_desktop, "llama-3.1-8b", Workload(task="qlora"), "seq"),
    (rtx4090_desktop, "qwen2.5-72b", Workload(parallel=4), "context"),
    (g480, "resnet-50", Workload(), "batch"),
]


@pytest.mark.parametrize(("machine", "model", "workload", "knob"), CASES)
def test_the_largest_that_fits_is_exact(machine, model: str, workload: Workload, knob: Knob) -> None:  # type: ignore[no-untyped-def]
    """At the largest it fits as said, one more does not; every zone ends where the answer changes."""
    found = _drawn(machine(), model, workload, knob)
    ask = _answers(machine(), model)
    verdict = {x: ask(turned(workload, knob, x)).verdict for zone in found.zones for x in (zone.start, zone.end)}
    assert all(verdict[zone.start] == verdict[zone.end] == zone.verdict for zone in found.zones)
    assert [zone.end + 1 for zone in found.zones[:-1]] == [zone.start for zone in found.zones[1:]]
    assert found.largest is not None
    good = ("fits", "tight", "offload") if found.kind == "split" else ("fits", "tight")
    assert ask(turned(workload, knob, found.largest)).verdict in good
    if found.largest < found.most:
        beyond = ask(turned(workload, knob, found.largest + 1))
        device = "ram" if beyond.placements[0].device == "ram" else "gpu"
        assert beyond.verdict not in good or device != found.kind


@pytest.mark.parametrize(("machine", "model", "workload", "knob"), CASES)
def test_points_are_the_estimates(machine, model: str, workload: Workload, knob: Knob) -> None:  # type: ignore[no-untyped-def]
    """Bytes, band and verdict of every point; the parts add up."""
    found = _drawn(machine(), model, workload, knob)
    ask = _answers(machine(), model)
    for point in found.points:
        memory = ask(turned(workload, knob, point.x)).memory
        assert memory is not None
        assert (point.total, point.low, point.high, point.parts) == (*memory[1:4], memory[0])
        assert sum(part.bytes for part in point.parts) == point.total


def test_the_axis_ends_where_the_model_does() -> None:
    """At the model's own context, once for every sequence that divides it; and never before the present value."""
    machine = g480()
    assert _drawn(machine, "qwen2.5-0.5b", Workload(), "context").most == 32_768
    assert _drawn(machine, "qwen2.5-0.5b", Workload(parallel=4), "context").most == 4 * 32_768
    assert _drawn(machine, "qwen2.5-0.5b", Workload(parallel=4, kv_unified=True), "context").most == 32_768
    assert _drawn(machine, "qwen2.5-0.5b", Workload(context=65_536), "context").most == 65_536


def test_what_fits_nowhere_has_no_largest() -> None:
    """A model of 700 GB: the whole axis is one zone."""
    found = _drawn(g480(), "deepseek-v3", Workload(), "context")
    assert found.largest is None
    assert found.zones == (Zone("no", "ram", found.least, found.most),)


def test_where_there_is_no_figure_there_is_no_curve() -> None:
    """LoRA of a network of convolutions is refused."""
    assert curve(find_model("resnet-50"), Workload(task="lora"), "batch", _answers(g480(), "resnet-50")) is None


def test_each_question_has_its_knobs() -> None:
    """Language models by context; training by batch and length; a picture's network by batch alone."""
    assert knobs(find_model("llama-3.1-8b"), Workload()) == ("context",)
    assert knobs(find_model("llama-3.1-8b"), Workload(task="lora")) == ("batch", "seq")
    assert knobs(find_model("resnet-50"), Workload()) == ("batch",)
    assert knobs(find_model("bge-m3"), Workload(task="full")) == ("batch", "seq")
    assert question(Workload(context=9), "context") == question(Workload(context=77), "context")
    assert question(Workload(ubatch=64), "context") != question(Workload(), "context")


@given(st.floats(1, 200_000), st.sampled_from(["context", "batch", "seq"]))
def test_snapping_stays_near_and_within(x: float, knob: Knob) -> None:
    """A snapped value is within the axis, within an eighth of where the mouse is, and snaps to itself."""
    least, most = (512, 131_072) if knob == "context" else (1, 4096) if knob == "batch" else (128, 32_768)
    near = snap(x, knob, least, most)
    assert least <= near <= most
    assert snap(near, knob, least, most) == near
    inside = min(max(x, least), most)
    assert abs(near - inside) <= max({"context": 256, "batch": 1, "seq": 64}[knob], inside / 8)


@given(st.integers(512, 131_072))
def test_arrow_keys_leave_every_value_and_come_back(x: int) -> None:
    """Up is more and down is less until the ends; from an even value there and back again."""
    up = next_to(x, "context", True, 512, 131_072)
    down = next_to(x, "context", False, 512, 131_072)
    assert up > x or x == up == 131_072
    assert down < x or x == down == 512
    if 512 < snap(x, "context", 512, 131_072) == x < 131_072:
        assert next_to(up, "context", False, 512, 131_072) == x


def test_the_plot_shows_the_present_and_what_is_near() -> None:
    """The top is above the present's band; far-off memory does not flatten the curve, near memory is in the plot."""
    machine = g480()
    found = _drawn(machine, "llama-3.1-8b", Workload(), "context")
    now = estimate(machine, find_model("llama-3.1-8b"), replace(Workload(), context=131_072))
    assert isinstance(now, Estimate)
    assert now.memory is not None
    assert scales.highest(found, now.memory.high, [Limit("ram", 8 * GIB)]) > now.memory.high
    small = _drawn(machine, "qwen2.5-0.5b", Workload(), "context")
    top = max(point.high for point in small.points)
    assert scales.highest(small, 0, [Limit("ram", 200 * GIB)]) < 1.2 * top
    assert scales.highest(small, 0, [Limit("ram", round(1.5 * top))]) > 1.5 * top


@given(st.floats(1e6, 1e13), st.integers(1, 6))
def test_ticks_are_round_and_few(top: float, count: int) -> None:
    """One to twice as many as wanted, all below the top, the step 1, 2 or 5 times a power of ten."""
    ticks = scales.size_ticks(top, count)
    assert len(ticks) <= count + 1
    assert all(0 < tick <= top for tick in ticks)


def test_values_under_the_axis_are_powers_of_two() -> None:
    """Evenly spread, as many as there is room for."""
    assert scales.value_ticks(512, 131_072, 5) == [512, 2048, 8192, 32_768, 131_072]
    assert scales.value_ticks(1, 64, 4) == [1, 4, 16, 64]
