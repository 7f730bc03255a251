"""Why a number is what it is: formulas with their values, where the values come from, and the band that applies."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.catalog.model import Model
from advisor.catalog.speeds import speeds
from advisor.estimator import llama_cpp
from advisor.estimator.estimate import placed_on
from advisor.estimator.ground import Rates, Share
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.mixes import weights
from advisor.estimator.placement import COMFORT
from advisor.estimator.result import Component, Estimate, Explanation, MemoryEstimate, TrainingEstimate
from advisor.estimator.speed import (
    Step,
    attention_flops,
    decode_band_key,
    decode_steps,
    depth_of,
    prefill_band_key,
    prefill_rate,
)
from advisor.estimator.tensors import active_parameters
from advisor.estimator.training_time import cpu_speed, gpu_speed
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.workload import Workload

LLAMA_CPP = "llama.cpp 0c1e570"
COMPUTED = N_("computed here from the model's tensors")


def explain(machine: Machine, estimate: Estimate) -> tuple[Explanation, ...]:
    """Every figure of `estimate` with its formula; in the order in which one follows from the other."""
    return tuple(_lines(machine, estimate))


def _lines(machine: Machine, estimate: Estimate) -> Iterator[Explanation]:
    model, workload, memory = estimate.model, estimate.workload, estimate.memory
    yield Explanation(
        "parameters", "sum over tensors of rows x columns", {"layers": model.layers, "hidden": model.hidden},
        estimate.parameters, "", _sources(model.source, model.count_note),
    )  # fmt: skip
    if memory is None:
        return
    for part in memory.components:
        yield _component(model, workload, memory, part)
    yield _total(memory)
    if memory.resident_needed is not None:
        yield _resident(memory, workload)
    for place in estimate.placements:
        available = place.available
        values = {"used_bytes": place.used, "available_bytes": available, "layers": place.layers,
                  "fits_below_bytes": None if available is None else round(COMFORT * available)}  # fmt: skip
        formula = "used x high / total <= 0.9 x available: fits; used <= available: tight"
        yield Explanation(place.device, formula, values, place.used, "B", (), memory.band)
    shares = placed_on(machine, estimate)
    if estimate.speed is not None and shares:
        yield from _speed(estimate, shares)
    if estimate.training is not None:
        yield from _training(machine, estimate, estimate.training)


def _component(model: Model, workload: Workload, memory: MemoryEstimate, part: Component) -> Explanation:
    if workload.training:
        formula, values = _training_part(model, workload, part.name)
        return Explanation(
            part.name, formula, values, part.bytes, "B", (N_("torch's allocator, measured runs"),), memory.band
        )
    if workload.resolved_stack != "llama.cpp":
        formula, values = _torch_part(model, workload, part.name)
        return Explanation(part.name, formula, values, part.bytes, "B", _sources(model.source), memory.band)
    formula, values = _llama_part(model, workload, part.name)
    exact = part.name in ("weights", "kv_cache", "output_buffer")
    return Explanation(part.name, formula, values, part.bytes, "B", (LLAMA_CPP,), "" if exact else memory.band)


def _llama_part(model: Model, workload: Workload, name: str) -> tuple[str, Mapping[str, object]]:
    if name == "weights":
        types = weights(model, workload.quant).types
        values = {f"{kind}_bytes": size for kind, size in types}
        return "sum over tensors of rows x row / block x block_bytes: " + " + ".join(values), values
    count = llama_cpp.cells(model, workload)
    if name == "kv_cache":
        return _cache_formula(model, workload), {
            "cells": count.full, "window_cells": count.window, "sequences": count.streams, "layers": model.layers,
            "kv_width": model.kv_width, "type": workload.kv_type,
        }  # fmt: skip
    if name == "output_buffer":
        return "4 x vocabulary x sequences", {"vocabulary": model.vocab, "sequences": workload.parallel}
    formula = (
        "max(4 x rows x vocabulary + 8 x ubatch x hidden, 4 x ubatch x MLP + mask, attention without flash attention)"
    )
    buffer: Mapping[str, object] = {
        "ubatch": count.ubatch, "hidden": model.hidden, "vocabulary": model.vocab, "cells": count.full,
        "rows": workload.output_rows, "flash_attention": workload.flash_attention,
    }  # fmt: skip
    return formula, buffer


def _cache_formula(model: Model, workload: Workload) -> str:
    size = {"f16": "2", "q8_0": "34/32", "q4_0": "18/32"}[workload.kv_type]
    if model.mla is not None:
        return f"layers x sequences x cells x (kv_lora_rank + rope width) x {size}"
    text = f"layers x sequences x cells x 2 x kv_width x {size}"
    if model.window is not None and model.style.llama_cpp_uses_window:
        text += ", with window_cells for the sliding-window layers"
    return text + (", and a fixed state for each linear layer" if model.linear is not None else "")


def _torch_part(model: Model, workload: Workload, name: str) -> tuple[str, Mapping[str, object]]:
    formulas: dict[str, tuple[str, Mapping[str, object]]] = {
        "weights": ("sum over tensors of rows x columns x bytes of the format", {"format": workload.quant}),
        "kv_cache": (
            "layers x tokens x 2 x kv_width x 2",
            {"layers": model.layers, "tokens": workload.context, "kv_width": model.kv_width},
        ),
        "runtime": ("CUDA context and library workspaces", {}),
        "logits": ("vocabulary x rows x bytes", {"vocabulary": model.vocab}),
    }
    return formulas.get(name, ("the prompt's intermediate results in the widest layer", {"hidden": model.hidden}))


def _training_part(model: Model, workload: Workload, name: str) -> tuple[str, Mapping[str, object]]:
    trained = trainable_parameters(model, workload)
    tokens = workload.batch * workload.seq
    formulas: dict[str, tuple[str, Mapping[str, object]]] = {
        "weights": (
            "sum over tensors of rows x columns x bytes of their format",
            {"task": workload.task, "precision": workload.precision},
        ),
        "adapters": (
            "bytes x sum over targets of rank x (inputs + outputs)",
            {"rank": workload.rank, "targets": workload.targets, "trained": trained},
        ),
        "gradients": ("bytes x trained parameters whose gradient is alive at the peak", {"trained": trained}),
        "optimizer": ("states x bytes x trained", {"optimizer": workload.optimizer, "trained": trained}),
        "activations": (
            "tokens x what one token keeps for the backward pass",
            {"tokens": tokens, "checkpointing": workload.checkpointing, "attention": workload.attention},
        ),
        "logits": ("tokens x vocabulary x bytes of the copies alive at the peak",
                   {"tokens": tokens, "vocabulary": model.vocab, "stack": workload.resolved_stack}),
        "runtime": ("CUDA context + share of the peak that the allocator holds beside it", {}),
    }  # fmt: skip
    return formulas.get(name, ("", {}))


def _total(memory: MemoryEstimate) -> Explanation:
    values = {f"{part.name}_bytes": part.bytes for part in memory.components}
    values |= {"low_bytes": memory.low, "high_bytes": memory.high}
    formula = " + ".join(part.name for part in memory.components)
    return Explanation("total", formula, values, memory.total, "B", (COMPUTED,), memory.band)


def _resident(memory: MemoryEstimate, workload: Workload) -> Explanation:
    values = {"shown_bytes": memory.resident_shown, "flash_attention": workload.flash_attention}
    formula = "weights + kv_cache + touched part of the buffers + program and tokenizer"
    return Explanation("resident", formula, values, memory.resident_needed, "B", (LLAMA_CPP,), "resident_cpu")


def _speed(estimate: Estimate, shares: tuple[Share, ...]) -> Iterator[Explanation]:
    model, workload, speed = estimate.model, estimate.workload, estimate.speed
    steps = decode_steps(model, workload, shares, depth_of(workload))
    if speed is None:
        return
    if steps is not None and speed.decode is not None:
        values: dict[str, object] = {"depth": depth_of(workload)}
        for share, step in zip(shares, steps, strict=True):
            values |= _step_values(share, step, len(shares) > 1)
        joined = "1 / sum over devices of slowdown x " if len(shares) > 1 else "1 / "
        sources = tuple(dict.fromkeys(_rates_source(share.device.rates) for share in shares))
        yield Explanation(
            "decode", joined + _law(shares[0].device.rates), values, speed.decode.mid, "tok/s", sources,
            decode_band_key(shares, workload.resolved_stack),
        )  # fmt: skip
        limit = {"bytes": sum(s.weight_bytes for s in shares), "fastest_s": sum(step.floor for step in steps)}
        yield Explanation("ceiling", "1 / (bytes read for one token / bandwidth)", limit, speed.ceiling, "tok/s")
    if speed.prefill is not None:
        yield _prefill(model, workload, shares, speed.prefill.mid)


def _law(rates: Rates) -> str:
    if rates.backend is None:
        return "(max(bytes / effective bandwidth, weights / weights per second) + layers x fixed)"
    if rates.backend.queued:
        return "max(bytes / effective bandwidth + work, layers x launch time)"
    return "(bytes / effective bandwidth + weights x work / FP32 rate + layers x fixed + fixed)"


def _step_values(share: Share, step: Step, several: bool) -> dict[str, object]:
    rates = share.device.rates
    found: dict[str, object] = {
        "weights_bytes": share.weight_bytes, "bandwidth_bytes_per_s": rates.bandwidth,
        "effective_bytes_per_s": rates.effective, "reading_s": step.reading, "computing_s": step.computing,
        "fixed_s": step.fixed, "layers": share.layers,
    }  # fmt: skip
    if several and rates.backend is None:
        found["slowdown"] = speeds().cpu.split_slowdown
    return {f"{share.device.name}_{key}": value for key, value in found.items()} if several else found


def _rates_source(rates: Rates) -> str:
    return speeds().cpu.source if rates.backend is None else rates.backend.source


def _prefill(model: Model, workload: Workload, shares: Sequence[Share], result: float) -> Explanation:
    values: dict[str, object] = {
        "active_parameters": active_parameters(model), "attention_flop": attention_flops(model, depth_of(workload)),
        "depth": depth_of(workload),
    }  # fmt: skip
    for share in shares:
        values[f"{share.device.name}_flop_rate"] = prefill_rate(share.device.rates, workload.quant)
    formula = "flop rate / (2 x active parameters + attention)"
    sources = tuple(dict.fromkeys(_rates_source(share.device.rates) for share in shares))
    return Explanation(
        "prefill", formula, values, result, "tok/s", sources, prefill_band_key(tuple(shares), workload.resolved_stack)
    )


def _training(machine: Machine, estimate: Estimate, time: TrainingEstimate) -> Iterator[Explanation]:
    workload = estimate.workload
    yield Explanation(
        "trainable_parameters", "sum over trained tensors of rows x columns",
        {"task": workload.task, "rank": workload.rank, "targets": workload.targets},
        time.trainable_parameters, "", (COMPUTED,),
    )  # fmt: skip
    if time.tokens_per_s is None or time.hours is None:
        return
    device = estimate.placements[0].device
    gpu = None if device == "ram" else machine.gpus[int(device[3:])]
    rate = {"low": time.tokens_per_s.low, "high": time.tokens_per_s.high, "device": gpu.name if gpu else "CPU"}
    formula = "peak FLOP rate x share used / FLOP per token (forward, backward, recomputation)"
    speed = gpu_speed(gpu, workload) if gpu else cpu_speed(machine.cpu, machine.memory, workload)
    source, band_key = (speed.kind.source, speed.kind.band) if speed is not None else ("", "")
    yield Explanation("tokens_per_s", formula, rate, time.tokens_per_s.mid, "tok/s", _sources(source), band_key)
    work = {"dataset_tokens": workload.dataset_tokens, "epochs": workload.epochs, "low": time.hours.low,
            "high": time.hours.high}  # fmt: skip
    yield Explanation("hours", "dataset_tokens x epochs / tokens_per_s / 3600", work, time.hours.mid, "h", (), band_key)
    if time.energy_kwh is not None:
        power = {"board_power_w": gpu.board_power_w if gpu else None, "hours": time.hours.mid}
        yield Explanation("energy_kwh", "board power x hours / 1000", power, time.energy_kwh.mid, "kWh", (), band_key)


def _sources(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
