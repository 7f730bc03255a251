"""Inference memory against measurements: llama.cpp's allocations, resident memory, published peaks of torch."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.errors import UserError
from advisor.estimator import llama_cpp, torch_inference
from advisor.estimator.mixes import weights
from advisor.workload import Workload
from benchmarks import device_rows
from benchmarks.table import NO_SHARED, Line, Miss, Skipped, line, skip

TRUTH = Path(__file__).resolve().parents[1].parent / "shared" / "truth"
OWN = Path(__file__).resolve().parent / "data" / "llama_cpp_allocations.json"
GIB = 1 << 30


def lines(skipped: Skipped) -> list[Line]:
    """Every line that can be measured here; `skipped` says what is in none of them."""
    found = [
        line("llama.cpp weights, every catalogue architecture", own_weights(), worst=0),
        line("llama.cpp KV cache, every catalogue architecture", own_allocations("kv_cache"), worst=0),
        line("llama.cpp total, every catalogue architecture", own_allocations("total"), mean=0.003, worst=0.03),
        line("llama.cpp on GPUs, weights of each card", device_rows.misses("weights"), mean=0.0001),
        line("llama.cpp on GPUs, KV cache of each card", device_rows.misses("kv_cache"), mean=0.0001),
        line("llama.cpp on GPUs, total of each card", device_rows.misses("total"), mean=0.003, worst=0.03),
        *(line(f"    {label}", device_rows.misses("total", kind)) for kind, label in device_rows.KINDS.items()),
        line("llama.cpp beside GPUs, RAM", device_rows.host_misses()),
    ]
    if not TRUTH.is_dir():
        skip(skipped, f"llama.cpp's rows, resident memory, torch's published peaks: {NO_SHARED}", 0)
        return found
    truth = _read(TRUTH / "inference_llamacpp.json.gz")
    published = _read(TRUTH / "published.json.gz")["inference_memory"]
    return [
        line("llama.cpp weights", truth_weights(truth), worst=0),
        line("llama.cpp KV cache", truth_allocations(truth, "kv_cache"), worst=0),
        line("llama.cpp total", truth_allocations(truth, "total"), mean=0.003, worst=0.03),
        line("    logits for all rows", truth_allocations(truth, "total", outputs="all")),
        line("    logits for a few rows", truth_allocations(truth, "total", outputs="few")),
        line("resident memory, prompt as it was", resident(truth, own_prompt=True), mean=0.01, worst=0.03),
        line("    stated for a prompt of 64 tokens", resident(truth, own_prompt=False)),
        *found,
        line("transformers, published peaks", transformers(published, skipped), median=0.06),
    ]


def truth_weights(truth: Mapping[str, Any]) -> Iterator[Miss]:
    """Tensor bytes of each model and file type as llama-quantize makes them."""
    for row in truth["quant_sizes"]:
        size = weights(find_model(row["model"]), row["quant"]).total
        yield Miss(size / row["tensor_bytes"] - 1, f"{row['model']} {row['quant']}")


def truth_allocations(truth: Mapping[str, Any], figure: str, outputs: str | None = None) -> Iterator[Miss]:
    """llama.cpp's own allocations: weights, cache, compute and output buffers."""
    for row in truth["rows"]:
        workload = truth_workload(row)
        if outputs not in (None, workload.output_rows):
            continue
        memory = llama_cpp.memory(find_model(row["model"]), workload)
        sizes = {**dict(memory.components), "total": memory.total}
        total = row["tensor_bytes"] + row["kv_bytes"] + row["compute_bytes"] + row["output_mib"] * 2**20
        measured = {"kv_cache": row["kv_bytes"], "total": total}[figure]
        name = f"{row['model']} {row['quant']} context {row['n_ctx']} ubatch {row['ubatch']} {row['kv_type']}"
        yield Miss(sizes[figure] / measured - 1, f"{name} logits {workload.output_rows}")


def truth_workload(row: Mapping[str, Any]) -> Workload:
    """The settings of a measured allocation."""
    return Workload(
        quant=row["quant"],
        context=row["n_ctx"],
        parallel=row["n_seq_max"],
        ubatch=row["ubatch"],
        output_rows="few" if "server" in row["profile"] else "all",
        kv_type=row["kv_type"],
        flash_attention=row["flash_attn"],
        kv_unified=row["kv_unified"],
        swa_full=row["swa_full"],
    )


def resident(truth: Mapping[str, Any], own_prompt: bool) -> Iterator[Miss]:
    """Peak resident memory of real runs, with and without mmap and repacking."""
    for row in truth["real_runs"]:
        flash = row.get("flash_attn") is not False
        workload = Workload(
            quant=row["quant"], context=row["n_ctx"], ubatch=row["ubatch"], output_rows="all", flash_attention=flash,
            kv_type=row.get("kv_type") or "f16",
        )  # fmt: skip
        prompt = row.get("prompt_tokens") if own_prompt else None
        needed, shown = llama_cpp.resident(find_model(row["model"]), workload, prompt or llama_cpp.PROMPT)
        mapped = row["mmap"] and row.get("repack") is not False
        measured = row["peak_rss_mib"] * 2**20
        yield Miss((shown if mapped else needed) / measured - 1, f"{row['model']} {row['quant']} run {row['kind']}")


def own_weights() -> Iterator[Miss]:
    """Our own run of llama-quantize's dry mode over the catalogue: no file holds other types than we say."""
    for name, entry in _own()["models"].items():
        for quant, size in entry["quants"].items():
            yield Miss(weights(find_model(name), quant).total / size - 1, f"{name} {quant}")


def own_allocations(figure: str) -> Iterator[Miss]:
    """Our own measurement of llama.cpp's allocations over the catalogue, weights as Q4_K_M."""
    own = _own()
    for name, entry in own["models"].items():
        model = find_model(name)
        for settings, measured in zip(own["settings"], entry["measured"], strict=True):
            if measured is None:
                continue  # llama.cpp refuses a quantised cache for this head width
            memory = llama_cpp.memory(model, Workload(**settings))
            sizes = {**dict(memory.components), "total": memory.total}
            others = sizes["weights"] + sizes["output_buffer"]
            truth = {"kv_cache": measured[0], "total": others + sum(measured)}[figure]
            yield Miss(sizes[figure] / truth - 1, f"{name} {_brief(settings)}")


def _brief(settings: Mapping[str, Any]) -> str:
    """Settings in a few words: those that are on or off by name alone."""
    words = [f"{key} {value}" for key, value in settings.items() if not isinstance(value, bool)]
    words += [key for key, value in settings.items() if value is True]
    return " ".join([*words, *(f"no {key}" for key, value in settings.items() if value is False)])


_PRECISIONS = {"BF16": "BF16", "GPTQ-Int8": "INT8", "GPTQ-Int4": "GPTQ-4bit", "AWQ": "AWQ-4bit", "AWQ-INT4": "AWQ-4bit",
               "FP8": "FP8"}  # fmt: skip


def transformers(published: Iterable[Mapping[str, Any]], skipped: Skipped | None = None) -> Iterator[Miss]:
    """Torch's peak (max_memory_allocated) in the Qwen team's published benchmarks, without the CUDA context.

    Not scored: other engines (LitGPT, exllama, CTranslate2), nvidia-smi figures, and rows of transformers before 4.45,
    which kept fp32 logits of the whole prompt.
    """
    for row in published:
        model = _known(row["model"])
        reason = _unfit(row) or ("" if model else "models that the catalogue does not have")
        if reason or model is None:
            skip({} if skipped is None else skipped, reason)
            continue
        quant = _PRECISIONS[row["precision"]]
        memory = torch_inference.memory(model, Workload(stack="transformers", quant=quant, context=row["context"]))
        parts = dict(memory.components)
        # Several cards: the tables add up their peaks, and each of them works on the whole prompt in turn.
        size = memory.total - parts["runtime"] + (row["n_devices"] - 1) * parts["activations"]
        yield Miss(size / (row["mem_gib"] * GIB) - 1, f"{row['model']} {row['precision']} context {row['context']}")


def _unfit(row: Mapping[str, Any]) -> str:
    if not row["score"]:
        return "rows not marked fit for scoring"
    if row["precision"] not in _PRECISIONS or "QwenLM" not in row["source"]:
        return "other engines than transformers, or figures of nvidia-smi"
    if "full-prompt" in row.get("note", ""):
        return "transformers before 4.45, which kept the logits of the whole prompt"
    return "" if row["context"] else "no context stated"


def _known(name: str) -> Model | None:
    try:
        return find_model(name)
    except UserError:
        return None


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def _own() -> Any:
    return json.loads(OWN.read_text(encoding="utf-8"))
