"""Asks another program's own functions for their estimates; runs in that program's Python, with nothing of ours.

`PYTHON peer_answers.py NAME < questions.json > answers.json`: a list of questions in, one answer for each out: a
number (bytes, or tokens per second) or the reason why there is none. Facts of models and cards come with the question,
where the program would otherwise fetch them from the Hugging Face Hub.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

GIB, MIB = 1 << 30, 1 << 20

Question = Mapping[str, Any]
Answer = float | str


def whichllm(question: Question) -> Answer:
    """Memory without its allowance for the framework, and tokens per second."""
    types = import_module("whichllm.models.types")
    window, ratio = _swa(question)
    model = types.ModelInfo(
        id=question["names"][0], family_id=question["names"][0], name=question["names"][0],
        parameter_count=question["parameters"], parameter_count_active=question["active"], is_moe=question["moe"],
        sliding_window=window, sliding_window_global_ratio=ratio,
    )  # fmt: skip
    variant = types.GGUFVariant("model.gguf", question["quant"], question["file_bytes"])
    if question["kind"] == "memory":
        if question["kv_type"] != "f16":
            return "knows no quantised KV cache"
        overhead = import_module("whichllm.constants").FRAMEWORK_OVERHEAD_BYTES
        return float(
            import_module("whichllm.engine.vram").estimate_vram(model, variant, question["context"]) - overhead
        )
    gpu = None
    if question["kind"] == "gpu speed":
        gpu = import_module("whichllm.hardware.types").GPUInfo(
            name=question["device"], vendor=question["vendor"].lower(), vram_bytes=question["vram_bytes"],
            memory_bandwidth_gbps=question["bandwidth"] / 1e9, shared_memory=question["unified"],
        )  # fmt: skip
    fit = "full_gpu" if gpu else "cpu_only"
    return float(import_module("whichllm.engine.performance").estimate_tok_per_sec(model, variant, gpu, fit))


def _swa(question: Question) -> tuple[int | None, float | None]:
    resolve = import_module("whichllm.models.sliding_window")._resolve_sliding_window
    config = {
        "model_type": question["family"],
        **({"sliding_window": question["window"]} if question["window"] else {}),
    }
    found: tuple[int | None, float | None] = resolve(config, question["names"][0])
    return found


_ADAMW = {"adamw": "adamw_torch_fused", "adamw-foreach": "adamw_torch", "adamw8bit": "adamw_8bit",
          "paged_adamw8bit": "paged_adamw_8bit", "sgd": "sgd"}  # fmt: skip
_SCOPES = {"all-linear": "all_linear", "attention": "attention", "q,v": "conservative"}


def canifinetune(question: Question) -> Answer:
    """Training memory: what torch's allocator sees, or with its CUDA allowance; never with its safety margin."""
    if question["task"] == "full" and question["precision"] == "mixed":
        return "knows no autocast with fp32 master weights"
    if question["optimizer"] not in _ADAMW:
        return f"does not know the optimizer {question['optimizer']}"
    memory = import_module("canifinetune.estimator.memory")
    precision = "fp32" if question["precision"] == "fp32" else "bf16"
    spec = {
        "family": question["family"], "hidden_size": question["hidden"], "num_hidden_layers": question["layers"],
        "num_attention_heads": question["heads"], "num_key_value_heads": question["kv_heads"],
        "intermediate_size": question["ffn"], "vocab_size": question["vocab"],
        "tie_word_embeddings": question["tied"], "num_local_experts": question["experts"],
        "num_experts_per_tok": question["active_experts"], "total_params": question["parameters"],
    }  # fmt: skip
    request = memory.EstimateRequest(
        model_id=question["names"][0], gpu_vram_gb=question["vram_gib"], method=question["task"],
        seq_len=question["seq"], micro_batch_size=question["batch"], lora_rank=question["rank"],
        lora_target_scope=_SCOPES[question["targets"]], base_dtype=precision,
        optimizer=_ADAMW[question["optimizer"]], gradient_checkpointing=question["checkpointing"],
        attention_implementation="eager" if question["attention"] == "eager" else "sdpa",
        override=spec, use_network=False,
    )  # fmt: skip
    found = memory.estimate(request).memory
    size = found.total_estimated_gb - found.safety_margin_gb
    return float(size if question["card"] else size - found.cuda_overhead_gb) * GIB


_LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_TARGETS = {"all-linear": _LINEARS, "attention": _LINEARS[:4], "q,v": ["q_proj", "v_proj"]}
_OPTIMIZERS = {"adamw": "adamw", "adamw-foreach": "adamw", "adamw8bit": "adam8bit", "sgd": "sgd",
               "sgd-momentum": "sgd-momentum"}  # fmt: skip


def fitcheck(question: Question) -> Answer:
    """Training memory: its total, or without its overhead where torch's allocator is asked for."""
    if question["optimizer"] not in _OPTIMIZERS:
        return f"does not know the optimizer {question['optimizer']}"
    if question["task"] == "full" and question["precision"] == "mixed":
        return "knows no autocast with fp32 master weights"
    estimator = import_module("fitcheck.estimator")
    lora = question["task"] != "full"
    training = estimator.TrainingConfig(
        precision="fp32" if question["precision"] == "fp32" else "bf16",
        quantization="nf4" if question["task"] == "qlora" else "none", double_quant=question["task"] == "qlora",
        optimizer=_OPTIMIZERS[question["optimizer"]], optimizer_dtype="fp32" if lora else "bf16",
        batch_size=question["batch"], seq_len=question["seq"], lora_rank=question["rank"] if lora else None,
        lora_targets=_TARGETS[question["targets"]], grad_checkpoint=question["checkpointing"],
        flash_attn=question["attention"] not in ("eager", "math"),
    )  # fmt: skip
    parts = estimator._compute_components(_fitcheck_model(question), training, None)
    size = parts.weight_mib + parts.lora_mib + parts.optimizer_mib + parts.gradient_mib + parts.activation_mib
    return float(size + parts.overhead_mib if question["card"] else size) * MIB


def _fitcheck_model(question: Question) -> Any:
    """Through its own reader, so that it refuses what it would refuse."""
    parser = import_module("fitcheck.config_parser")
    config = {
        "model_type": question["family"], "hidden_size": question["hidden"], "num_hidden_layers": question["layers"],
        "num_attention_heads": question["heads"], "num_key_value_heads": question["kv_heads"],
        "intermediate_size": question["ffn"], "vocab_size": question["vocab"], "head_dim": question["head_dim"],
        "tie_word_embeddings": question["tied"],
    }  # fmt: skip
    if question["experts"] > 1:
        config["num_experts"] = question["experts"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        counted = {"hf_hub_download": lambda **_: str(path), "_reported_param_count": lambda *_: question["parameters"]}
        vars(parser).update(counted)  # what it would fetch
        return parser.fetch_model_config(question["names"][0])


PEERS: Mapping[str, Callable[[Question], Answer]] = {
    "whichllm": whichllm, "canifinetune": canifinetune, "fitcheck": fitcheck
}  # fmt: skip


def main() -> None:
    """Answer every question; an exception of the program is its reason."""
    ask = PEERS[sys.argv[1]]
    answers: list[Answer] = []
    for question in json.load(sys.stdin):
        try:
            answers.append(ask(question))
        except Exception as error:  # whatever the program raises is its answer
            answers.append(f"refuses: {' '.join(str(error).split())[:90]}")
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
