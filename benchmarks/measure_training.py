"""Measures training steps on a real GPU with torch, transformers and peft: allocator peak, reserved, driver's count.

Run it where those packages and a CUDA GPU are: `python3 benchmarks/measure_training.py OUT.jsonl [SECONDS]`. Weights are
random, of published shapes: memory and time depend on shapes alone. One JSON row per case, written as it is measured.
"""

import gc
import json
import os
import platform
import sys
import time
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

LLAMA = {"model_type": "llama", "rms_norm_eps": 1e-5}
SHAPES: dict[str, dict[str, Any]] = {
    "qwen2.5-0.5b": {
        "model_type": "qwen2",
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    },
    "qwen2.5-1.5b": {
        "model_type": "qwen2",
        "hidden_size": 1536,
        "intermediate_size": 8960,
        "num_hidden_layers": 28,
        "num_attention_heads": 12,
        "num_key_value_heads": 2,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    },
    "qwen2.5-7b": {
        "model_type": "qwen2",
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152064,
        "tie_word_embeddings": False,
    },
    "qwen3-1.7b": {
        "model_type": "qwen3",
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    },
    "llama-3.2-1b": {
        **LLAMA,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128256,
        "tie_word_embeddings": True,
    },
    "llama-3.1-8b": {
        **LLAMA,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128256,
        "tie_word_embeddings": False,
    },
    "smollm2-135m": {
        **LLAMA,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "vocab_size": 49152,
        "tie_word_embeddings": True,
    },
    "phi-3-mini-4k": {
        "model_type": "phi3",
        "hidden_size": 3072,
        "intermediate_size": 8192,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "vocab_size": 32064,
        "tie_word_embeddings": False,
        "pad_token_id": 32000,
    },
    "gemma-3-1b": {
        "model_type": "gemma3_text",
        "hidden_size": 1152,
        "intermediate_size": 6912,
        "num_hidden_layers": 26,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 256,
        "vocab_size": 262144,
        "sliding_window": 512,
        "tie_word_embeddings": True,
    },
    "qwen3-30b-a3b": {
        "model_type": "qwen3_moe",
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 48,
        "num_attention_heads": 32,
        "num_key_value_heads": 4,
        "head_dim": 128,
        "vocab_size": 151936,
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "moe_intermediate_size": 768,
        "tie_word_embeddings": False,
    },
}


def cases() -> list[dict[str, Any]]:
    """What is measured: a spread of methods, precisions, optimizers, kernels and sizes."""
    rows = []
    small = ("smollm2-135m", "qwen2.5-0.5b", "llama-3.2-1b", "qwen3-1.7b", "gemma-3-1b")
    large = ("llama-3.1-8b", "qwen2.5-7b", "phi-3-mini-4k")
    for model in (*small, "qwen2.5-1.5b", *large):
        for checkpointing in (True, False):
            for method, precision in (("full", "bf16"), ("full", "mixed"), ("lora", "bf16"), ("lora", "mixed")):
                for batch, seq in ((1, 1024), (4, 1024), (2, 2048)):
                    if model in large and method == "full" and (precision == "mixed" or (batch, seq) != (1, 1024)):
                        continue
                    rows.append(_case(model, method, precision, batch, seq, checkpointing))
    for optimizer in ("adamw-foreach", "sgd", "sgd-momentum", "adafactor"):
        rows += [_case(m, "full", "bf16", 1, 512, True, optimizer=optimizer) for m in ("qwen2.5-0.5b", "llama-3.2-1b")]
    for attention in ("math", "efficient", "eager"):
        rows += [_case(m, "full", "bf16", 1, 1024, True, attention=attention) for m in ("qwen2.5-0.5b", "llama-3.2-1b")]
    rows += [_case(m, "full", "fp32", 1, 512, c) for m in ("qwen2.5-0.5b", "smollm2-135m") for c in (True, False)]
    rows += [
        _case("llama-3.1-8b", "lora", "bf16", 1, s, True, targets=t) for s in (512, 4096) for t in ("q,v", "attention")
    ]
    rows += [_case("qwen3-30b-a3b", "lora", "bf16", 1, 1024, True, targets="attention")]
    return rows


def _case(
    model: str, method: str, precision: str, batch: int, seq: int, checkpointing: bool, **more: Any
) -> dict[str, Any]:
    case = {"model": model, "method": method, "precision": precision, "batch": batch, "seq": seq}
    return {**case, "checkpointing": checkpointing, "optimizer": "adamw", "attention": "sdpa", "rank": 16,
            "targets": "all-linear", **more}  # fmt: skip


TARGETS = {
    "q,v": ["q_proj", "v_proj"],
    "attention": ["q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj"],
    "all-linear": "all-linear",
}


def build(case: dict[str, Any]) -> Any:
    """The model of a case on the GPU, with adapters for LoRA."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    shape = {**SHAPES[case["model"]], "use_cache": False, "max_position_embeddings": 8192}
    config = AutoConfig.for_model(**shape)
    master = case["precision"] == "fp32" or (case["precision"] == "mixed" and case["method"] == "full")
    dtype = torch.float32 if master else torch.bfloat16
    kernel = "eager" if case["attention"] == "eager" else "sdpa"
    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation=kernel)
    if case["checkpointing"]:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if case["method"] == "lora":
        from peft import LoraConfig, get_peft_model

        wanted = TARGETS[case["targets"]]
        lora = LoraConfig(r=case["rank"], lora_alpha=32, target_modules=wanted, task_type="CAUSAL_LM", lora_dropout=0.0)
        if case["checkpointing"]:
            model.enable_input_require_grads()
        model = get_peft_model(model, lora)
    return model.train()


def optimizer_of(case: dict[str, Any], parameters: list[Any]) -> Any:
    """The optimizer that the case names, as Hugging Face's Trainer would make it."""
    import torch

    name = case["optimizer"]
    if name == "adamw":
        return torch.optim.AdamW(parameters, lr=1e-5, fused=True)
    if name == "adamw-foreach":
        return torch.optim.AdamW(parameters, lr=1e-5, foreach=True)
    if name == "adafactor":
        from transformers.optimization import Adafactor

        return Adafactor(parameters, lr=1e-5, scale_parameter=False, relative_step=False)
    momentum = 0.9 if name == "sgd-momentum" else 0.0
    return torch.optim.SGD(parameters, lr=1e-5, momentum=momentum)


def measure(case: dict[str, Any]) -> dict[str, Any]:
    """Two warm-up steps, then the peak and the time of three more; bytes and seconds."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    before = _device_used()
    model = build(case)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = optimizer_of(case, parameters)
    tokens = torch.randint(0, SHAPES[case["model"]]["vocab_size"], (case["batch"], case["seq"]), device="cuda")
    choice = {"math": [SDPBackend.MATH], "efficient": [SDPBackend.EFFICIENT_ATTENTION]}.get(case["attention"])

    def step() -> None:
        with torch.autocast("cuda", torch.bfloat16, enabled=case["precision"] == "mixed"):
            loss = model(input_ids=tokens, labels=tokens).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def steps(count: int) -> None:
        for _ in range(count):
            if choice:
                with sdpa_kernel(choice):
                    step()
            else:
                step()

    steps(2)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    steps(3)
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - started) / 3
    used = _device_used()
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trainable_parameters": sum(p.numel() for p in parameters),
        "peak_allocated_bytes": torch.cuda.max_memory_allocated(),
        "peak_reserved_bytes": torch.cuda.max_memory_reserved(),
        "device_used_bytes": used,
        "device_used_before_bytes": before,
        "step_s": round(seconds, 5),
    }


def _device_used() -> int:
    """What the driver counts as used on the card, by every process and context."""
    import torch

    free, total = torch.cuda.mem_get_info()
    return int(total - free)


def main() -> int:
    """Measure every case, one row each; a case that runs out of memory or fails says so in its row."""
    import peft
    import torch
    import transformers

    machine = {
        "gpu": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
        "python": platform.python_version(),
    }
    limit = time.monotonic() + float(sys.argv[2]) if len(sys.argv) > 2 else None
    with open(sys.argv[1], "w", encoding="utf-8") as out:  # noqa: PTH123 - runs alone, on a machine without the project
        out.write(json.dumps({"machine": machine}) + "\n")
        for case in cases():
            if limit and time.monotonic() > limit:
                break
            try:
                result = measure(case)
            except Exception as error:  # a row of its own; the other cases go on
                result = {"error": f"{type(error).__name__}: {str(error)[:200]}"}
            out.write(json.dumps({**case, **result}) + "\n")
            out.flush()
            gc.collect()
            torch.cuda.empty_cache()
    return 0


if __name__ == "__main__":
    sys.exit(main())
