"""Speed constants: the catalogue reads, and a broken file is refused by name."""

import json
from pathlib import Path

import pytest

from advisor.catalog.bands import bands
from advisor.catalog.speeds import SPEED_FILE, load_speeds, speeds
from advisor.errors import UserError
from advisor.workload import LLAMA_CPP_QUANTS, TORCH_QUANTS


def test_the_catalogue_reads_and_names_known_things_only() -> None:
    """Bands exist, file types are ours, sources are named."""
    for backend in speeds().backends.values():
        assert {backend.band, backend.prefill_band} <= set(bands())
        assert set(backend.layer_s_by_quant) <= {*LLAMA_CPP_QUANTS, *TORCH_QUANTS}
        assert backend.source
    assert {speeds().cpu.band, speeds().cpu.prefill_band} <= set(bands())
    assert set(speeds().cpu.weights_per_cycle) - {"*"} <= set(LLAMA_CPP_QUANTS)


@pytest.mark.parametrize(
    ("field", "value"), [("bandwidth_factor", 1.2), ("layer_s", -1), ("band", ""), ("work", "much"), ("surprise", 1)]
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, field: str, value: object) -> None:
    """A factor above 1 would break the ceiling; the error names file, entry and field."""
    content = json.loads(SPEED_FILE.read_text(encoding="utf-8"))
    content["backends"][0][field] = value
    file = tmp_path / "speed 速度.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_speeds(file)
    assert "speed 速度.json" in str(caught.value)
    assert field in str(caught.value)
