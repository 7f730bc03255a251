"""Adapter parameters are those that peft counts."""

from pathlib import Path

import pytest

from advisor.catalog.models import find_model
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.tensors import language_parameters
from advisor.workload import Workload, parse


def test_equal_to_peft_on_every_measured_row(shared: Path) -> None:
    """Every torch row says how many parameters trained; ours are equal to the last one."""
    from benchmarks.training_rows import steps

    wrong = {s.name for s in steps() if trainable_parameters(s.model, s.workload) != s.row["trainable_params"]}
    assert not wrong


def test_equal_to_peft_for_every_architecture() -> None:
    """Our own measured steps say how many parameters trained; ours are equal to the last one."""
    from benchmarks.training_rows import own_steps

    found = [step for step in own_steps() if not step.outside]
    wrong = {s.name for s in found if trainable_parameters(s.model, s.workload) != s.row["trainable_params"]}
    assert len(found) > 500
    assert not wrong


@pytest.mark.parametrize(
    ("targets", "count"),
    [
        # Per layer of hidden 2048, q 2048, k and v 512, ffn 8192: rank x (inputs + outputs), 16 layers.
        ("q,v", 16 * 16 * (4096 + 2560)),
        ("attention", 16 * 16 * (4096 + 2560 + 2560 + 4096)),
        ("all-linear", 16 * 16 * (4096 + 2560 + 2560 + 4096 + 3 * 10240)),
    ],
)
def test_llama_by_hand(targets: str, count: int) -> None:
    """Llama 3.2 1B with rank 16, added up by hand."""
    assert trainable_parameters(find_model("llama-3.2-1b"), parse({"task": "lora", "targets": targets})) == count


def test_full_trains_everything_and_rank_scales() -> None:
    """Full fine-tuning trains the language model; adapters grow linearly with their rank."""
    model = find_model("qwen2.5-7b")
    assert trainable_parameters(model, Workload(task="full")) == language_parameters(model) == 7_615_616_512
    one, many = (trainable_parameters(model, Workload(task="lora", rank=rank)) for rank in (1, 64))
    assert many == 64 * one


def test_all_linear_means_experts_where_peft_translates_their_names() -> None:
    """peft 0.21.2 counts 62,281,728 trainable parameters in three layers of Qwen3-30B-A3B at rank 16."""
    model = find_model("qwen3-30b-a3b")
    assert trainable_parameters(model, Workload(task="lora", rank=16)) == 62_281_728 // 3 * model.layers


def test_fused_experts_get_no_adapter_elsewhere() -> None:
    """Qwen1.5-MoE's experts are one parameter too, but peft's all-linear leaves them out."""
    model = find_model("qwen1.5-moe-a2.7b")
    attention = trainable_parameters(model, Workload(task="lora", targets="attention"))
    assert model.moe is not None
    shared = 3 * (model.hidden + model.moe.shared_ffn) + model.hidden + 1
    assert trainable_parameters(model, Workload(task="lora")) - attention == 16 * shared * model.layers
