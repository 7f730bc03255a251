"""Where the Python stacks run: by system, compute capability, chip and instruction set, each row with its source."""

import json
from pathlib import Path

import pytest

from advisor.catalog.complete import subject_of
from advisor.catalog.stacks import (
    ENGINES,
    STACKS,
    STACKS_FILE,
    computed,
    cpu_refusal,
    gpu_refusal,
    load_stacks,
    stacks,
)
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.machine import Cpu
from advisor.workload import TORCH_QUANTS


@pytest.mark.parametrize(
    ("name", "system", "stack", "need", "runs"),
    [
        ("RTX 4090", "linux", "vllm", "BF16", True),
        ("RTX 4090", "windows", "vllm", "BF16", False),
        ("RTX 4090", None, "vllm", "BF16", True),
        ("GTX 1080", "linux", "vllm", "FP8", False),
        ("GTX 1080", "linux", "transformers", "NF4", True),
        ("GTX 1080", "linux", "transformers", "INT8", False),
        ("GTX 1080", "windows", "transformers", "BF16", True),
        ("GTX 970", "windows", "transformers", "NF4", False),
        ("RTX 3090", "linux", "transformers", "FP8", False),
        ("RTX 3090", "linux", "vllm", "FP8", True),
        ("RTX 4090", "windows", "transformers", "FP8", True),
        ("Apple M4 Max 16C/40G", "macos", "vllm", "BF16", False),
        ("Apple M4 Max 16C/40G", "macos", "transformers", "BF16", True),
        ("Apple M4 Max 16C/40G", "macos", "transformers", "NF4", True),
        ("Apple M4 Max 16C/40G", "macos", "transformers", "adamw8bit", False),
        ("Apple M4 Max 16C/40G", "macos", "transformers", "AWQ-4bit", False),
        ("Radeon RX 7900 XTX", "windows", "transformers", "NF4", True),
        ("Radeon RX 7900 XTX", "windows", "vllm", "BF16", False),
        ("Radeon RX 7900 XTX", "linux", "vllm", "BF16", True),
        ("Radeon RX 7900 XTX", "windows", "transformers", "paged_adamw8bit", False),
        ("Radeon RX 6700 XT", "linux", "transformers", "BF16", False),
        ("Radeon Instinct MI300X", "linux", "vllm", "FP8", True),
        ("Arc B580", "linux", "transformers", "BF16", False),
    ],
)
def test_gpus(name: str, system: str | None, stack: str, need: str, runs: bool) -> None:
    """What the projects' documentation says of well-known cards; a refusal fills its sentence."""
    place = assemble(None, gpu=name.replace(" 16C/40G", ""), cpu=None, ram_gib=None)
    why = gpu_refusal(stack, need, subject_of(place.gpus[0], place), system)
    assert (why is None) == runs, why
    if why is not None:
        assert "{" not in why.detail.format(**why.values)


@pytest.mark.parametrize(("name", "known"), [("Arc B580", False), ("Arc A770", False), ("RTX 4090", True)])
def test_builds_that_exist_but_are_not_computed_are_no_refusal(name: str, known: bool) -> None:
    """PyTorch has builds for Intel's Arc: saying that it does not run there would be untrue."""
    place = assemble(None, gpu=name, cpu=None, ram_gib=None)
    assert computed(subject_of(place.gpus[0], place)) is known


@pytest.mark.parametrize(
    ("features", "system", "stack", "need", "runs"),
    [
        ({"avx"}, "windows", "transformers", "BF16", True),
        ({"avx"}, "windows", "transformers", "NF4", False),
        ({"avx", "avx2"}, "windows", "transformers", "NF4", True),
        ({"avx", "avx2"}, "linux", "transformers", "FP8", False),
        ({"avx"}, "linux", "vllm", "AWQ-4bit", False),
        ({"avx2"}, "linux", "vllm", "AWQ-4bit", True),
        ({"avx2"}, "windows", "vllm", "BF16", False),
        ({"neon"}, "macos", "transformers", "BF16", True),
        ({"avx2"}, "macos", "transformers", "BF16", False),
        (None, "linux", "transformers", "NF4", True),
    ],
)
def test_processors(features: set[str] | None, system: str, stack: str, need: str, runs: bool) -> None:
    """By system and instruction set; where the set is not known, nothing is held against it."""
    cpu = Cpu(features=None if features is None else frozenset(features))
    assert (cpu_refusal(stack, need, cpu, system) is None) == runs


def test_every_stack_has_every_format_somewhere_and_every_row_a_source() -> None:
    """No format is forgotten, no engine unused."""
    rows = stacks().rows
    for stack in STACKS:
        assert set(TORCH_QUANTS) <= {need for row in rows if row.stack == stack for need in row.needs}
    assert {row.engine for row in rows} == set(ENGINES)
    assert all(row.source for row in rows)


@pytest.mark.parametrize(("field", "value"), [("needs", ["BF17"]), ("systems", []), ("engine", "opencl"), ("odd", 1)])
def test_a_wrong_row_is_named(tmp_path: Path, field: str, value: object) -> None:
    """File, row and field."""
    content = json.loads(STACKS_FILE.read_text(encoding="utf-8"))
    content["stacks"][0][field] = value
    path = tmp_path / "stacks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=rf"stacks.json: #1.*{field}"):
        load_stacks(path)


def test_a_wrong_entry_of_builds_that_are_not_computed_is_named(tmp_path: Path) -> None:
    """An unknown field there is refused as in any row."""
    content = json.loads(STACKS_FILE.read_text(encoding="utf-8"))
    content["not_computed"][0]["odd"] = 1
    path = tmp_path / "stacks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"stacks\.json: not_computed.*odd"):
        load_stacks(path)
