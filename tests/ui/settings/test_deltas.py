"""What a setting costs: the figures beside knobs agree with the estimator, their signs and brackets with the rule."""

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.ui.settings import words
from advisor.ui.settings.deltas import Effect, Turn, cost, effect, shown, signed, turned, turns
from advisor.ui.settings.knobs import INFERENCE, TRAINING
from advisor.ui.settings.words import figure
from advisor.workload import BOUNDS, Workload, for_method
from tests.ui.helpers import GIB

MACHINE = assemble(None, gpu="GeForce RTX 4090", cpu="Core i9-13900K", ram_gib=64)

_ = translator("en")


def effects(key: str, asked: Workload, training: bool) -> dict[Turn, Effect]:
    """The effects of a knob's turns on a model of 1.5 billion parameters."""
    model, method = find_model("qwen2.5-1.5b"), "lora" if training else "run"
    now = estimate(MACHINE, model, for_method(asked, method))
    found = {}
    for turn in turns(key, shown(asked, training), training):
        one = effect(now, estimate(MACHINE, model, for_method(turned(asked, turn), method)))
        assert one is not None
        found[turn] = one
    return found


@pytest.mark.parametrize("training", [False, True])
def test_every_knob_has_a_turn_within_its_bounds(training: bool) -> None:
    """No turn leaves the setting as it is or passes its bounds."""
    w = shown(Workload(), training)
    for section in TRAINING if training else INFERENCE:
        for knob in section.knobs:
            tried = list(turns(knob.key, w, training))
            assert tried
            assert all(value != getattr(w, knob.key) for _key, value in tried)
    largest = replace(Workload(), context=BOUNDS["context"][1])
    assert list(turns("context", largest, False)) == [("context", 4096)]


def test_at_its_default_a_knob_tells_behind_an_arrow_what_a_turn_would_change() -> None:
    """Twice the context costs what the estimator says; flash attention off costs; the best cache type saves."""
    w = Workload()
    model = find_model("qwen2.5-1.5b")
    doubled = estimate(MACHINE, model, Workload(context=8192)).memory
    plain = estimate(MACHINE, model, Workload()).memory
    assert doubled is not None
    assert plain is not None
    found = cost("context", w, False, effects("context", w, False))
    assert found.done is None
    assert found.possible is not None
    assert found.possible.bytes == doubled.total - plain.total > 0
    assert figure(_, "context", 4096, found) == f"→ 8,192: +{_.gib(doubled.total - plain.total)}"
    flash = cost("flash_attention", w, False, effects("flash_attention", w, False))
    assert figure(_, "flash_attention", True, flash).startswith("→ off: +")
    cache = cost("kv_type", w, False, effects("kv_type", w, False))
    assert cache.turn == ("kv_type", "q4_0")
    assert figure(_, "kv_type", "f16", cache).startswith("→ q4_0: −")


def test_away_from_its_default_a_knob_tells_what_that_costs() -> None:
    """The change against the default: a quantised cache saves, no checkpointing costs."""
    asked = Workload(kv_type="q8_0")
    found = cost("kv_type", asked, False, effects("kv_type", asked, False))
    assert found.done is not None
    assert found.done.bytes < 0
    assert figure(_, "kv_type", "f16", found) == f"{signed(_, found.done)} vs f16"
    loose = Workload(checkpointing=False)
    found = cost("checkpointing", shown(loose, True), True, effects("checkpointing", loose, True))
    assert found.done is not None
    assert found.done.bytes > 0
    assert found.done.time is not None
    assert found.done.time < 1


def test_what_costs_time_alone_says_time() -> None:
    """Twice the epochs: no byte, twice the hours."""
    w = shown(Workload(), True)
    found = cost("epochs", w, True, effects("epochs", Workload(), True))
    assert found.possible is not None
    assert found.possible.bytes == 0
    assert found.possible.time == pytest.approx(2)
    assert "GiB" not in figure(_, "epochs", 1, found)
    assert figure(_, "epochs", 1, found).startswith("→ 2: +")


def test_figures_have_signs_and_units() -> None:
    """A minus that is a minus, GiB and MiB, ±0 for what changes nothing."""
    assert signed(_, Effect(-2 * GIB, None, None, None, None)) == "−2.00 GiB"
    assert signed(_, Effect(5 << 20, None, None, None, None)) == "+5.00 MiB"
    assert signed(_, Effect(0, None, None, None, None)) == "±0"
    assert signed(_, Effect(0, None, 2.0, 1.5, None)) == "+2.0 h"


def test_tips_say_it_in_words() -> None:
    """Memory, speed, the verdict that a turn would bring, the price of a thousand tokens."""
    one = Effect(GIB, 0.5, None, None, ("no", None))
    said = words.possible(_, ("flash_attention", False), one)
    assert said == "Turned off: costs 1.00 GiB of memory, generation × 0.500, then: does not fit"
    found = cost("context", Workload(), False, effects("context", Workload(), False))
    lines = words.costs(_, Workload(), "context", 4096, found)
    assert any("for every 1,024 tokens" in line for line in lines)
    assert words.possible(_, ("quant", "Q8_0"), Effect(-GIB, None, None, None, None)).startswith("With Q8_0: saves")


def test_a_stack_brings_its_quantisation_into_the_figure() -> None:
    """vLLM beside Q4_K_M is counted with BF16, as it would run."""
    assert turned(Workload(), ("stack", "vllm")).quant == "BF16"
