"""The device catalogue against the candidate facts it was taken from: what differs says that it was corrected."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.cpus import cpus
from advisor.catalog.gpus import GpuSpec, gpus

FIGURES = (
    ("bandwidth_gbs", "bandwidth_bytes_per_s", 1e9), ("fp32_tflops", "fp32_flops", 1e12), ("tdp_w", "board_power_w", 1)
)  # fmt: skip


def facts(shared: Path, kind: str) -> dict[str, dict[str, Any]]:
    rows = json.loads((shared / "facts" / f"{kind}.json").read_text(encoding="utf-8"))[kind]
    return {row["name"].lower(): row for row in rows}


def differences(spec: GpuSpec, row: dict[str, Any]) -> list[str]:
    """Figures of the row that neither the card nor one of its variants has, by more than 2 %."""
    chips = (spec, *spec.variants)
    found = []
    for name, field, unit in FIGURES:
        own = [getattr(chip, field) for chip in chips]
        if row[name] and own[0] and not any(one and one / unit == pytest.approx(row[name], rel=0.02) for one in own):
            found.append(name)
    sizes = [chip.vram_bytes for chip in chips]
    if row["vram_gib"] and spec.vram_bytes and round(row["vram_gib"] * (1 << 30)) not in sizes:
        found.append("vram_gib")
    return found


def test_cards_are_those_of_the_facts_or_corrected(shared: Path) -> None:
    """Memory, bandwidth, FP32 and power of all common cards; graphics in processors state their slowest model."""
    rows = facts(shared, "gpus")
    common = [(spec, rows[spec.name.lower()]) for spec in gpus() if spec.name.lower() in rows]
    assert len(common) > 1200
    for spec, row in common:
        differ = differences(spec, row)
        assert not differ or spec.kind == "integrated" or "corrected" in spec.source, (spec.name, differ)


def test_processors_have_the_cores_that_machines_reported(shared: Path) -> None:
    """Cores per socket of all common processors that reported whole sockets; instruction sets none less than seen."""
    rows = facts(shared, "cpus")
    common = [(spec, rows[spec.name.lower()]) for spec in cpus() if spec.name.lower() in rows]
    assert len(common) > 1700
    same = [spec for spec, row in common if spec.cores and row["cores"] == spec.cores * (row["sockets"] or 1)]
    assert len(same) > 0.97 * len(common), [s.name for s, _ in common if s not in same]
    for spec, row in common:
        if spec.features is not None and row["features"]:
            assert set(row["features"]) <= spec.features, spec.name
