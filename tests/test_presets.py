"""The presets: read strictly, possible together, recognised when set, each with its source."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.conflicts import settle
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.presets import WORDS, Preset, find, load, presets
from advisor.workload import SETTINGS, Workload, for_method


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.id)
def test_each_preset_is_possible_and_recognised(preset: Preset) -> None:
    """Set over the defaults it contradicts nothing, says where it comes from, and is the one that is on."""
    asked = replace(Workload(), **preset.settings)
    assert settle(asked) == (asked, ())
    assert preset.on(asked)
    assert find(asked, preset.training) == preset
    assert set(preset.settings) <= set(SETTINGS)
    assert "http" in preset.source
    assert not preset.on(replace(asked, **_other(preset.settings)))


def _other(settings: Any) -> dict[str, Any]:
    key = "parallel" if "parallel" in settings else "batch"
    return {key: settings[key] + 1}


def test_every_name_has_a_preset() -> None:
    """No words without a preset, no preset twice."""
    assert sorted(one.id for one in presets()) == sorted(WORDS)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "nobody"},
        {"task": "both"},
        {"settings": {}},
        {"settings": {"context": 0}},
        {"settings": {"kv_type": "f8"}},
        {"settings": {"task": "lora"}},
        {"settings": {"colour": "blue"}},
        {"source": ""},
        {"more": 1},
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """An unknown name, value or field names file and entry."""
    good = {"id": "ollama", "task": "inference", "settings": {"context": 4096}, "source": "s", "read": "2026-01-01"}
    path = tmp_path / "presets.json"
    path.write_text(json.dumps({"presets": [good]}), encoding="utf-8")
    assert len(load(path)) == 1
    path.write_text(json.dumps({"presets": [good | change]}), encoding="utf-8")
    with pytest.raises(UserError, match=r"presets\.json"):
        load(path)


def test_qlora_on_8_gb_keeps_its_word() -> None:
    """A model of 7 billion parameters is fine-tuned on a card of 8 GB, on the card."""
    preset = next(one for one in presets() if one.id == "qlora_8gb")
    machine = assemble(None, gpu="GeForce RTX 4060", cpu="Core i5-12400", ram_gib=32)
    workload = for_method(replace(Workload(), **preset.settings), "qlora")
    found = estimate(machine, find_model("qwen2.5-7b"), workload)
    assert found.verdict in ("fits", "tight")
    assert [place.device for place in found.placements if place.used] == ["gpu0"]
