"""The tensor types: block layouts as ggml defines them, and a strict reader."""

import json
from pathlib import Path

import pytest

from advisor.catalog.quants import load_tensor_types, tensor_types
from advisor.errors import UserError


@pytest.mark.parametrize(
    ("name", "bits"),
    [("F32", 32), ("F16", 16), ("Q8_0", 8.5), ("Q6_K", 6.5625), ("Q4_K", 4.5), ("IQ4_XS", 4.25), ("Q2_K", 2.625)],
)
def test_bits_per_weight_follow_from_the_block(name: str, bits: float) -> None:
    """Scales counted, a Q4_K weight takes 4.5 bits."""
    assert tensor_types()[name].bits_per_weight == bits


def test_a_row_that_does_not_divide_into_blocks_is_refused() -> None:
    """576 weights are no whole number of 256-weight blocks."""
    with pytest.raises(ValueError, match="576"):
        tensor_types()["Q4_K"].row_bytes(576)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "Q9", "block": 32, "block_bytes": 18},
        {"name": "Q9", "block": 0, "block_bytes": 18, "source": "x"},
        {"name": "Q9", "block": True, "block_bytes": 18, "source": "x"},
        {"name": "Q9", "block": 32, "block_bytes": 18, "source": ""},
    ],
)
def test_a_broken_entry_is_named(tmp_path: Path, entry: dict[str, object]) -> None:
    """A missing field, an impossible size, a missing source: the error names file and entry."""
    path = tmp_path / "quants.json"
    path.write_text(json.dumps({"types": [entry]}), encoding="utf-8")
    with pytest.raises(UserError, match=r"quants\.json.*Q9"):
        load_tensor_types(path)


def test_a_name_may_occur_once(tmp_path: Path) -> None:
    """Two layouts for one name contradict each other."""
    entry = {"name": "Q9", "block": 32, "block_bytes": 18, "source": "x"}
    path = tmp_path / "quants.json"
    path.write_text(json.dumps({"types": [entry, entry]}), encoding="utf-8")
    with pytest.raises(UserError, match="twice"):
        load_tensor_types(path)


def test_what_is_no_json_is_said_so(tmp_path: Path) -> None:
    """A half-written file gives one sentence, not a traceback."""
    path = tmp_path / "quants.json"
    path.write_text('{"types": [', encoding="utf-8")
    with pytest.raises(UserError, match="not a JSON file"):
        load_tensor_types(path)
