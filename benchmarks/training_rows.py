"""The measured training rows of the `shared` folder as models and workloads, with the reason why a row is left out."""

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.models import find_model, styles
from advisor.errors import UserError
from advisor.machine import Gpu
from advisor.workload import Workload, parse

TRUTH = Path(__file__).resolve().parents[1].parent / "shared" / "truth"
GIB = 1 << 30

Row = Mapping[str, Any]


class Step(NamedTuple):
    """A training step measured in torch, or why it is not one that the settings can say."""

    row: Row
    model: Model
    workload: Workload
    outside: str  # "" when the settings say it all

    @property
    def name(self) -> str:
        """What it is, for a table."""
        w = self.workload
        return (
            f"{self.row['model']} {self.row['arch']['layers']} layers {w.task} {w.precision} {w.optimizer} "
            f"batch {w.batch} seq {w.seq} checkpointing {w.checkpointing} {self.row['attention']}"
        )


class Run(NamedTuple):
    """A published fine-tuning or training run on real cards."""

    row: Row
    model: Model
    workload: Workload
    gpu: Gpu | None  # one of its cards; None where the row does not name them


# The rows' names of models that the catalogue names otherwise.
NAMES = {
    "Phi-3-mini": "phi-3-mini-4k", "Phi-3-mini-4k-instruct": "phi-3-mini-4k", "tiny-llama": "tinyllama-1.1b",
    "Mistral-7B": "mistral-7b-v0.1", "Gemma-3-1B": "gemma-3-1b",
}  # fmt: skip


@cache
def read(name: str) -> Any:
    """One file of measured rows."""
    return json.loads(gzip.decompress((TRUTH / name).read_bytes()))


def steps() -> Iterator[Step]:
    """Every step of a language model that was tracked in torch."""
    for row in read("training_torch.json.gz")["rows"]:
        if "hidden" in row["arch"]:
            yield Step(row, step_model(row), step_workload(row), _outside(row))


OWN = Path(__file__).resolve().parent / "data" / "training_steps.json"


def own_steps() -> Iterator[Step]:
    """Every step that we tracked in torch ourselves: all catalogue architectures that transformers has."""
    document = json.loads(OWN.read_text(encoding="utf-8"))
    for name, measured in document["models"].items():
        model = keep_layers(find_model(name), measured["layers"])
        for number, peak, trainable, kernels in measured["rows"]:
            row = {
                "model": model.name, "arch": {"layers": model.layers}, "attention": f"attention {kernels}",
                "peak_mib": peak / 2**20, "trainable_params": trainable,
            }  # fmt: skip
            workload = parse(document["settings"][number])
            yield Step(row, model, workload, _own_outside(model, workload))


def keep_layers(model: Model, layers: Sequence[int]) -> Model:
    """The model with only those of its layers, by index."""
    changes: dict[str, Any] = {"layers": len(layers)}
    for name in ("moe", "window", "linear"):
        part = getattr(model, name)
        if part is not None:
            kept = tuple(part.layers[i] for i in layers)
            changes[name] = dataclasses.replace(part, layers=kept) if any(kept) else None
    return dataclasses.replace(model, **changes)


def _own_outside(model: Model, workload: Workload) -> str:
    if model.moe is not None and workload.task == "qlora":
        return "QLoRA whose experts stay in 16 bits (transformers 5); estimates pack them, and say so"
    if model.linear is not None and model.linear.type != "short_conv":
        return "recurrent layers without their own kernels"
    return "Llama 4: all of its experts see all tokens" if model.style.name == "llama4_text" else ""


def step_model(row: Row) -> Model:
    """The row's model: a catalogue one cut to the layers, vocabulary and tying that were run."""
    arch = row["arch"]
    layers = arch["layers"]
    name = str(row["model"])
    model = find_model(NAMES.get(name, name))
    changes: dict[str, Any] = {"layers": layers, "vocab": arch["vocab"], "tied_embeddings": arch["tied"]}
    if model.moe:
        changes["moe"] = dataclasses.replace(model.moe, layers=model.moe.layers[:layers])
    if model.window:
        # The rows of Phi-3 were run without its window of 2047.
        windowed = "efficient+flash" in row["attention"]
        changes["window"] = dataclasses.replace(model.window, layers=model.window.layers[:layers]) if windowed else None
    return dataclasses.replace(model, **changes)


_OPTIMIZERS = {"sgdm": "sgd-momentum", "adamw-loop": "adamw"}
_TARGETS = {"all": "all-linear", "qv": "q,v", "attn": "attention"}
_PRECISIONS = {"bf16": "bf16", "bf16-amp": "mixed", "fp32": "fp32"}


def step_workload(row: Row) -> Workload:
    """The row's settings."""
    lora = row["lora"] or {}
    attention = "eager" if row["attention"] == "eager" else row.get("sdpa_forced") or "sdpa"
    return parse({
        "task": row["method"], "precision": _PRECISIONS[row["precision"]],
        "kbit_prepare": bool(row.get("kbit_prepare")),
        "optimizer": _OPTIMIZERS.get(row["optimizer"], row["optimizer"]),
        "batch": row["batch"], "seq": row["seq"], "checkpointing": row["checkpointing"], "attention": attention,
        "rank": lora.get("r", 16), "targets": _TARGETS[lora.get("targets", "all")],
    })  # fmt: skip


def _outside(row: Row) -> str:
    lora = row["lora"] or {}
    if row["device"] == "cpu":
        return "run on a processor: its attention kernel keeps other things"
    if row["optimizer"] == "adamw-loop":
        return "AdamW without foreach or fused"
    if lora.get("dropout") or lora.get("fp32_adapter") is False:
        return "LoRA with dropout or 16-bit adapters"
    return "QLoRA without double quantisation" if row.get("double_quant") is False else ""


# Published runs -----------------------------------------------------------------------------------------------------

# Dense FP16 rate with FP32 accumulation, FP32 rate, bandwidth, compute capability: the makers' data sheets.
_CARDS = {
    "T4": (65e12, 8.1e12, 320e9, "7.5"), "V100": (125e12, 15.7e12, 900e9, "7.0"),
    "A100 40GB": (312e12, 19.5e12, 1555e9, "8.0"), "A100_40GB": (312e12, 19.5e12, 1555e9, "8.0"),
    "A100": (312e12, 19.5e12, 2039e9, "8.0"), "H100": (989e12, 66.9e12, 3350e9, "9.0"),
    "4090": (165e12, 82.6e12, 1008e9, "8.9"), "3090": (71e12, 35.6e12, 936e9, "8.6"),
    "L40": (181e12, 90.5e12, 864e9, "8.9"),
}  # fmt: skip


def card(hardware: str) -> Gpu | None:
    """The card that a row names."""
    for name, (fp16, fp32, bandwidth, capability) in _CARDS.items():
        if name in hardware:
            return Gpu(
                name=name, vendor="NVIDIA", fp16_flops=fp16, fp32_flops=fp32, bandwidth_bytes_per_s=bandwidth,
                compute_capability=capability,
            )  # fmt: skip
    return None


def runs(skipped: dict[str, int]) -> Iterator[Run]:
    """Published fine-tuning runs with complete settings; `skipped` counts the others by reason."""
    for row in read("published.json.gz")["fine_tuning"]:
        reason = _unfit(row)
        model = None if reason else _known(row["model"])
        if not reason and model is None:
            reason = "models that the catalogue does not have"
        if reason or model is None:
            skipped[reason] = skipped.get(reason, 0) + 1
            continue
        yield Run(row, model, run_workload(row), card(row["hardware"]))


def _unfit(row: Row) -> str:
    note, source, method = row["note"] or "", row["source"], row["method"]
    if not row["score"]:
        return "rows not marked fit for scoring"
    if "litgpt" in source:
        return "LitGPT: its own model code"
    if "torchtune" in source:
        return "torchtune: its own model code, compiled or with chunked loss"
    if "wiki/Performance" in source:
        return "LLaMA-Factory's wiki: whole GB, not said of what"
    if "DPO" in method or "pretrain" in method or "bert" in row["model"]:
        return "another kind of training"
    if "foak" in note:
        return "fused cross-entropy that keeps 16-bit logits"
    if "known checkpointing bug" in note:
        return "a known bug in the program measured"
    return "" if isinstance(row["checkpointing"], bool) else "selective checkpointing"


def run_workload(row: Row) -> Workload:
    """The settings of a published run, as its source states them."""
    method, source, targets = row["method"], row["source"], row.get("lora_targets") or ()
    task = "qlora" if "QLoRA" in method or "GPTQ" in method else "lora" if "LoRA" in method else "full"
    attention_only = "fms-acceleration" in source or (len(targets) == 4 and "o_proj" in targets)
    rank = re.search(r"r=(\d+)", method)
    attention = row.get("attention") or "sdpa"
    if "T4" in row["hardware"] and attention == "sdpa":
        attention = "efficient"  # torch's flash kernel needs compute capability 8.0
    return parse({
        "task": task, "stack": "fused-loss" if "Liger" in (row["note"] or "") else "auto", "precision": "bf16",
        "kbit_prepare": "stock PEFT" in method or "fitcheck" in source,
        "optimizer": "adamw-foreach" if task == "full" else "adamw", "attention": attention,
        "batch": row["batch"], "seq": row["seq"], "checkpointing": row["checkpointing"],
        "targets": "attention" if attention_only else "q,v" if "q,v" in method else "all-linear",
        "rank": row.get("lora_r") or int(rank[1] if rank else 16),
        # The optimizer's phase of these rows lies above weights, gradients and states by the size of the logits: their
        # loop holds the model's outputs.
        "keep_logits": "fitcheck" in source,
    })  # fmt: skip


def pretraining(skipped: dict[str, int]) -> Iterator[Run]:
    """Published training throughput of MPT models (MosaicML's table)."""
    for row in read("published.json.gz")["training_throughput"]:
        model, gpu = _mpt(row["model"]), card(row["hardware"])
        reason = "8-bit floating point" if "fp8" in row["precision"] else ""
        if not reason and (model is None or gpu is None):
            reason = "pre-training of models whose shape the row does not tell"
        if reason or model is None or gpu is None:
            skipped[reason] = skipped.get(reason, 0) + 1
            continue
        workload = parse({
            "task": "full", "precision": "mixed", "batch": row["microbatch"], "seq": row["seq"],
            "checkpointing": row["checkpointing"], "grad_accum": row["grad_accum"] or 1,
        })  # fmt: skip
        yield Run(row, model, workload, gpu)


# Hidden width, heads, layers of MPT (llm-foundry scripts/train/yamls/pretrain/mpt-*.yaml).
_MPT = {
    "125m": (768, 12, 12), "350m": (1024, 16, 24), "760m": (1536, 12, 24), "1b": (2048, 16, 24), "3b": (2560, 20, 32),
    "7b": (4096, 32, 32), "13b": (5120, 40, 40), "30b": (7168, 56, 48), "70b": (8192, 64, 80),
}  # fmt: skip


@cache
def _mpt(name: str) -> Model | None:
    shape = _MPT.get(name.lower().removeprefix("mpt-"))
    if shape is None:
        return None
    hidden, heads, layers = shape
    style = dataclasses.replace(styles()["llama"], name="mpt", gated_mlp=False, norm="layer_nobias", activation="gelu")
    return Model(
        id=name.lower(), name=name, family="MPT", kind="base", style=style, layers=layers, hidden=hidden, heads=heads,
        kv_heads=heads, head_dim=hidden // heads, vocab=50432, tied_embeddings=True, ffn=4 * hidden,
    )  # fmt: skip


@cache
def _known(name: str) -> Model | None:
    if name.startswith("Llama-shaped"):
        return Model(
            id="llama-shaped", name=name, family="Llama", kind="base", style=styles()["llama"], layers=24, hidden=2048,
            heads=16, kv_heads=16, head_dim=128, vocab=32000, tied_embeddings=False, ffn=4096,
        )  # fmt: skip
    try:
        return find_model(NAMES.get(name, name))
    except UserError:
        return None
