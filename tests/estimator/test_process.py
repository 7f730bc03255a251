"""Torch in RAM: what the process holds there, and that everything said of it is one figure."""

import gzip
import json
from pathlib import Path

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator import torch_inference, training
from advisor.estimator.estimate import estimate, placed_on
from advisor.estimator.process import in_ram
from advisor.workload import Workload, parse
from tests.estimator.samples import GIB, dense, gpu, machine


def test_measured_training_on_a_processor_lies_within_the_band(shared: Path) -> None:
    """Resident memory of the six steps that really ran, the process before the model aside."""
    rows = json.loads(gzip.decompress((shared / "truth" / "training_torch.json.gz").read_bytes()))["validation_real"]
    assert len(rows) == 6
    for row in rows:
        case = row["case"]
        workload = parse({
            "task": case["method"], "precision": case["precision"], "optimizer": case["optimizer"],
            "batch": case["batch"], "seq": case["seq"], "checkpointing": case["ckpt"],
            "attention": case.get("attn", "flash"),  # torch's sdpa is a flash kernel on processors
        })  # fmt: skip
        found = in_ram(training.memory(find_model(case["model"]), workload), "training_ram")
        shown = row["rss_peak_minus_baseline_mib"] * 2**20 + training_speeds().process.resident_bytes
        assert found.low <= shown <= found.high, case


@pytest.mark.parametrize(
    "workload",
    [Workload(task="lora"), Workload(task="qlora"), Workload(stack="transformers", quant="BF16")],
    ids=["lora", "qlora", "transformers"],
)
def test_in_ram_every_figure_is_the_process_s(workload: Workload) -> None:
    """Total, components, band and placement agree, and no CUDA context is among them; beside a small card too."""
    for place in (machine(64), machine(64, gpu(1))):
        answer = estimate(place, dense(), workload)
        assert answer.memory is not None
        parts = dict(answer.memory.components)
        assert sum(parts.values()) == answer.memory.total == answer.placements[0].used
        assert answer.placements[0].device == "ram"
        tensors = answer.memory.total - parts["runtime"]
        process = training_speeds().process
        assert parts["runtime"] == process.resident_bytes + int(process.share * tensors)
        assert answer.memory.low < answer.memory.total < answer.memory.high
        assert placed_on(place, answer)


def test_a_little_too_much_for_a_card_s_context_is_enough_for_ram() -> None:
    """A QLoRA of 4.5B in 8 GiB: more than that on a card with its context and gaps, less in RAM: the memory shown."""
    model, workload = find_model("afm-4.5b"), Workload(task="qlora")
    answer = estimate(machine(8), model, workload, "total")
    assert answer.memory is not None
    assert answer.memory.total < 8 * GIB < training.memory(model, workload).total
    assert answer.verdict == "tight"


def test_the_context_is_one_figure_with_a_range() -> None:
    """Training and inference take the same CUDA context; inference's band holds its measured range."""
    card = training_speeds().card
    memory = torch_inference.memory(dense(), Workload(stack="transformers", quant="BF16"))
    assert dict(memory.components)["runtime"] == card.context_bytes
    assert memory.high - memory.total > card.context_high_bytes - card.context_bytes
    assert memory.total - memory.low > card.context_bytes - card.context_low_bytes
