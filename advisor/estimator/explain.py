"""Why a number is what it is: formulas with their values, where the values come from, and the band that applies."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.catalog.measured import is_measured
from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.catalog.speeds import speeds
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator import llama_cpp, network_memory, torch_inference, training
from advisor.estimator.estimate import placed_on
from advisor.estimator.ground import Rates, Share
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.mixes import weights
from advisor.estimator.placement import COMFORT, INFERENCE_RAM, TRAINING_RAM
from advisor.estimator.result import Component, Estimate, Explanation, MemoryEstimate, Range, TrainingEstimate
from advisor.estimator.speed import (
    Step,
    attention_flops,
    cache_part,
    decode_band_key,
    decode_steps,
    depth_of,
    prefill_band_key,
    prefill_rate,
    prompt_chunk,
)
from advisor.estimator.tensors import active_parameters, language_parameters
from advisor.estimator.training_states import NF4_BYTES, linear_elements, mode
from advisor.estimator.training_time import Speed, cpu_speed, gpu_speed, work
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.workload import Workload

CARD = "llama_cpp_card"  # error band of what llama.cpp takes on one card
LLAMA_CPP = "llama.cpp 0c1e570"
COMPUTED = N_("computed here from the model's tensors")
TRACKED = N_("torch's allocator, measured runs")
MEASURED = N_("the bandwidth of the RAM was measured: reading reaches a share of the peak, stream_share")
PEAK = N_("what is alive at the fullest moment of the step: every tensor that autograd keeps is followed")
VALIDATED = N_(
    "validated for one GPU, sequences of full length (no padding mask) and no torch.compile; "
    "other cases need other amounts"
)


def explain(machine: Machine, estimate: Estimate) -> tuple[Explanation, ...]:
    """Every figure of `estimate` with its formula; in the order in which one follows from the other."""
    return tuple(_lines(machine, estimate))


def _lines(machine: Machine, estimate: Estimate) -> Iterator[Explanation]:
    model, workload, memory = estimate.model, estimate.workload, estimate.memory
    if model.parameter_bounds is not None:
        return
    shape = {} if isinstance(model, Network) else {"layers": model.layers, "hidden": model.hidden}
    yield Explanation(
        "parameters", "sum over tensors of rows x columns", shape,
        estimate.parameters, "", _sources(model.source, model.count_note),
    )  # fmt: skip
    if memory is None:
        return
    for part in memory.components:
        yield _component(model, workload, memory, part)
    yield _total(memory, workload.training)
    if memory.resident_needed is not None:
        yield _resident(memory, workload)
    for place in estimate.placements:
        available = place.available
        values = {"used_bytes": place.used, "high_bytes": place.high, "available_bytes": available,
                  "layers": place.layers,
                  "fits_below_bytes": None if available is None else int(COMFORT * available)}  # fmt: skip
        formula = "high <= 0.9 x available: fits; used <= available: tight"
        on_card = place.device != "ram" and memory.band == llama_cpp.BAND
        yield Explanation(place.device, formula, values, place.used, "B", (), CARD if on_card else memory.band)
    shares = placed_on(machine, estimate)
    if estimate.speed is not None and shares:
        yield from _speed(machine, estimate, shares)
    if estimate.training is not None:
        yield from _training(machine, estimate, estimate.training)


def _component(model: Model, workload: Workload, memory: MemoryEstimate, part: Component) -> Explanation:
    if isinstance(model, Network):
        return _network_part(model, workload, memory, part)
    if workload.training:
        formula, values = _runtime(memory) if part.name == "runtime" else _training_part(model, workload, part)
        moving = (PEAK,) if part.name in ("activations", "logits", "gradients") else ()
        return Explanation(part.name, formula, values, part.bytes, "B", (*moving, TRACKED), memory.band)
    if workload.resolved_stack != "llama.cpp":
        formula, values = _runtime(memory) if part.name == "runtime" else _torch_part(model, workload, part.name)
        source = TRACKED if part.name in ("activations", "runtime") else model.source
        return Explanation(part.name, formula, values, part.bytes, "B", _sources(source), memory.band)
    formula, values = _llama_part(model, workload, part.name)
    exact = part.name in ("weights", "kv_cache", "output_buffer")
    return Explanation(part.name, formula, values, part.bytes, "B", (LLAMA_CPP,), "" if exact else memory.band)


def _network_part(network: Network, workload: Workload, memory: MemoryEstimate, part: Component) -> Explanation:
    """A figure of a network that is no decoder: sums over its tensors, moments of its one recording."""
    plan = network_memory.plan(network, workload)
    peak = network_memory.fullest(plan, workload.batch)
    settings = {"precision": workload.precision, "batch": workload.batch}
    parts: dict[str, tuple[str, Mapping[str, object]]] = {
        "weights": (_WEIGHTS, {"precision": workload.precision}),
        "activations": (_SAMPLES, {
            "fixed_bytes": round(peak.constant - peak.gradients), "bytes_per_sample": round(peak.token + plan.input),
            "checkpointing": workload.checkpointing, **settings,
        }),
        "gradients": (_GRADIENTS, {"trained": plan.trainable, "alive_bytes": round(peak.gradients)}),
    }  # fmt: skip
    states = {"trained": plan.trainable, "bytes_per_parameter": part.bytes / max(1, plan.trainable)}
    formula, values = _runtime(memory) if part.name == "runtime" else parts.get(part.name, (_STATES, states))
    sources = _sources(network.source) if part.name == "weights" else (PEAK, TRACKED)
    return Explanation(part.name, formula, values, part.bytes, "B", sources, memory.band)


_WEIGHTS = "sum over tensors of rows x columns x bytes of the format"
_SAMPLES = "fixed_bytes + batch x bytes_per_sample"
_STATES = "trained x bytes_per_parameter"


def _llama_part(model: Model, workload: Workload, name: str) -> tuple[str, Mapping[str, object]]:
    if name == "weights":
        types = weights(model, workload.quant).types
        values = {f"{kind}_bytes": size for kind, size in types}
        return "sum over tensors of rows x row / block x block_bytes: " + " + ".join(values), values
    if name == "kv_cache":
        return _CACHE, llama_cpp.cache_terms(model, workload)
    if name == "output_buffer":
        return "4 x vocabulary x sequences", {
            "vocabulary": model.gguf_vocab or model.vocab, "sequences": workload.parallel,
        }  # fmt: skip
    return _COMPUTE, llama_cpp.compute_terms(model, workload)


_CACHE = (
    "sequences x (full_layers x cells x row_bytes + window_layers x window_cells x window_row_bytes)"
    " + state_layers x state_bytes x parallel"
)
_COMPUTE = (
    "max(logits_bytes, layer_bytes); logits_bytes = 4 x tokens x (embedding + 1) + 4 x outputs x (last + vocabulary); "
    "layer_bytes = 4 x tokens x inputs + 4 x outputs + mask_bytes + index_bytes + work_bytes; "
    "work_bytes = max(4 x tokens x mlp, attention)"
)


# Where torch computes; the values are those of torch_inference.terms.
_TORCH = {
    "weights": "layers_bytes + other_bytes: sums over tensors of rows x columns x bytes of the format",
    "kv_cache": (
        "sequences x (full_layers x tokens x row_bytes + window_layers x window_tokens x window_row_bytes"
        " + state_bytes)"
    ),
    "activations": "max(work_bytes - cache_to_come_bytes, cache_copy_bytes)",
    "logits": "vocabulary x rows x bytes_per_logit",
}
_VLLM_STEP = "max(2 x tokens x numbers_per_token, unpacked_bytes)"


def _torch_part(model: Model, workload: Workload, name: str) -> tuple[str, Mapping[str, object]]:
    values: dict[str, object] = {**torch_inference.terms(model, workload)[name]}
    if name == "weights":
        values["format"] = workload.quant
    paged = workload.resolved_stack == "vllm"
    return _VLLM_STEP if paged and name == "activations" else _TORCH[name], values


def _runtime(memory: MemoryEstimate) -> tuple[str, Mapping[str, object]]:
    """What lies beside the tensors: a card's context, or the process in RAM."""
    facts = training_speeds()
    tensors = sum(part.bytes for part in memory.components if part.name != "runtime")
    if memory.band in (TRAINING_RAM, INFERENCE_RAM):
        process = facts.process
        values = {"process_bytes": process.resident_bytes, "share": process.share, "tensors_bytes": tensors}
        return "process_bytes + share x tensors_bytes", values
    card = facts.card
    context: dict[str, object] = {
        "context_bytes": card.context_bytes, "context_low_bytes": card.context_low_bytes,
        "context_high_bytes": card.context_high_bytes,
    }  # fmt: skip
    if memory.band != "training_card":
        return "context_bytes", context
    return "context_bytes + share x tensors_bytes", {**context, "share": card.share, "tensors_bytes": tensors}


def _training_part(model: Model, workload: Workload, part: Component) -> tuple[str, Mapping[str, object]]:
    trained = trainable_parameters(model, workload)
    tokens = workload.batch * workload.seq
    if part.name == "weights":
        return _trained_weights(model, workload)
    peak = training.fullest(model, workload)
    if part.name == "activations":
        return _ACTIVATIONS, {
            "fixed_bytes": round(peak.constant - peak.gradients), "tokens": tokens, "seq": workload.seq,
            "bytes_per_token": round(peak.token - peak.logits, 3), "bytes_per_pair": round(peak.square, 3),
            "checkpointing": workload.checkpointing, "attention": workload.attention,
        }  # fmt: skip
    if part.name == "logits":
        return _LOGITS, {
            "tokens": tokens, "vocabulary": model.vocab, "bytes_per_logit": peak.logits / model.vocab,
            "stack": workload.resolved_stack,
        }  # fmt: skip
    settings = {"rank": workload.rank, "targets": workload.targets} if workload.task != "full" else {}
    if part.name == "gradients":
        return _GRADIENTS, {"trained": trained, "alive_bytes": round(peak.gradients), **settings}
    return "trained x bytes_per_parameter", {
        "trained": trained, "bytes_per_parameter": part.bytes / max(1, trained), **settings,
        "optimizer": workload.optimizer,
    }  # fmt: skip


# At the step's fullest moment, found by following every tensor that autograd keeps through forward and backward pass.
_ACTIVATIONS = "fixed_bytes + tokens x (bytes_per_token + seq x bytes_per_pair)"
_LOGITS = "tokens x vocabulary x bytes_per_logit"
_GRADIENTS = "alive_bytes"


def _trained_weights(model: Model, workload: Workload) -> tuple[str, Mapping[str, object]]:
    numbers, count = mode(workload), language_parameters(model)
    if not numbers.quantized:
        return "parameters x bytes_each", {"parameters": count, "bytes_each": numbers.weight}
    packed = linear_elements(model, experts=True)
    return "packed x bytes_packed + (parameters - packed) x bytes_each", {
        "parameters": count, "packed": packed, "bytes_packed": NF4_BYTES,
        "bytes_each": 4 if numbers.norms_fp32 else numbers.weight,
    }  # fmt: skip


def _total(memory: MemoryEstimate, training: bool) -> Explanation:
    values = {f"{part.name}_bytes": part.bytes for part in memory.components}
    values |= {"low_bytes": memory.low, "high_bytes": memory.high}
    formula = " + ".join(part.name for part in memory.components)
    sources = (COMPUTED, VALIDATED) if training else (COMPUTED,)
    return Explanation("total", formula, values, memory.total, "B", sources, memory.band)


def _resident(memory: MemoryEstimate, workload: Workload) -> Explanation:
    values = {"shown_bytes": memory.resident_shown, "flash_attention": workload.flash_attention}
    formula = "weights + kv_cache + touched part of the buffers + program and tokenizer"
    return Explanation("resident", formula, values, memory.resident_needed, "B", (LLAMA_CPP,), "resident_cpu")


def _speed(machine: Machine, estimate: Estimate, shares: tuple[Share, ...]) -> Iterator[Explanation]:
    model, workload, speed = estimate.model, estimate.workload, estimate.speed
    steps = decode_steps(model, workload, shares, depth_of(workload))
    if speed is None:
        return
    if steps is not None and speed.decode is not None:
        depth = {"depth": depth_of(workload), "context": workload.context}
        part = cache_part(model, workload, shares, depth_of(workload))
        values: dict[str, object] = {**depth}
        limit: dict[str, object] = {**depth}
        for share, step in zip(shares, steps, strict=True):
            prefix = f"{share.device.name}_" if len(shares) > 1 else ""
            read = _read(share, part)
            values |= {
                prefix + key: value for key, value in _step_values(model, share, step, read, len(shares)).items()
            }
            limit |= {prefix + key: read[key] for key in ("weights_bytes", "kv_read_bytes", "bandwidth_bytes_per_s")}
        joined = "1 / sum over devices of " if len(shares) > 1 else "1 / "
        sources = tuple(dict.fromkeys(_rates_source(share.device.rates) for share in shares))
        if is_measured(machine.memory) and any(share.device.rates.backend is None for share in shares):
            values |= {"stream_share": speeds().measured.stream_share}
            sources = (*sources, MEASURED, speeds().measured.source)
        laws = " and ".join(dict.fromkeys(_law(share.device.rates, len(shares) > 1) for share in shares))
        yield Explanation(
            "decode", f"min(ceiling, {joined}{laws})", values, speed.decode.mid, "tok/s", sources,
            decode_band_key(shares, workload.resolved_stack),
        )  # fmt: skip
        formula = joined + "((weights_bytes + kv_read_bytes) / bandwidth)"
        yield Explanation("ceiling", formula, limit, speed.ceiling, "tok/s")
    if speed.prefill is not None:
        yield _prefill(model, workload, shares, speed.prefill.mid)


def _read(share: Share, part: float) -> dict[str, object]:
    """Bytes that a device reads for one token: its weights, and a part of its cache."""
    return {
        "weights_bytes": share.weight_bytes, "kv_read_bytes": share.kv_bytes * part,
        "bandwidth_bytes_per_s": share.device.rates.bandwidth,
    }  # fmt: skip


def _law(rates: Rates, several: bool) -> str:
    if rates.backend is None:
        slowdown = "slowdown x " if several else ""
        return slowdown + "(max((weights_bytes + kv_read_bytes) / effective bandwidth, computing_s) + layers x layer_s)"
    reading = "(weights_bytes + kv_cost x kv_read_bytes) / effective bandwidth + computing_s"
    if rates.backend.queued:
        return f"(max({reading}, fixed_s - visits_s) + visits_s)"
    return f"({reading} + fixed_s)"


def _step_values(model: Model, share: Share, step: Step, read: Mapping[str, object], devices: int) -> dict[str, object]:
    rates, backend = share.device.rates, share.device.rates.backend
    found: dict[str, object] = {
        **read, "effective_bytes_per_s": rates.effective, "reading_s": step.reading, "computing_s": step.computing,
        "fixed_s": step.fixed, "layers": share.layers, "layer_s": rates.layer_s,
    }  # fmt: skip
    if backend is None:
        return {**found, "slowdown": speeds().cpu.split_slowdown} if devices > 1 else found
    experts = sum(model.moe.layers) * model.moe.experts if model.moe else 0
    return {**found, "kv_cost": backend.kv_cost, "visits_s": experts * backend.expert_s}


def _rates_source(rates: Rates) -> str:
    return speeds().cpu.source if rates.backend is None else rates.backend.source


def _prefill(model: Model, workload: Workload, shares: Sequence[Share], result: float) -> Explanation:
    values: dict[str, object] = {
        "active_parameters": active_parameters(model), "attention_flop": attention_flops(model, depth_of(workload)),
        "depth": depth_of(workload), "chunk": prompt_chunk(workload),
    }  # fmt: skip
    total = sum(share.weight_bytes for share in shares)
    for share in shares:
        backend = share.device.rates.backend
        values[f"{share.device.name}_flop_rate"] = prefill_rate(share.device.rates, workload.quant)
        values[f"{share.device.name}_part"] = share.weight_bytes / total
        values[f"{share.device.name}_attention_cost"] = backend.attention_cost if backend else 1.0
        values[f"{share.device.name}_weight_bytes"] = share.weight_bytes
        values[f"{share.device.name}_effective_bytes_per_s"] = share.device.rates.effective
    formula = (
        "1 / sum over devices of the larger of part x (2 x active_parameters + attention_cost x attention_flop) / "
        "flop_rate and weight_bytes / effective_bytes_per_s / chunk"
    )
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
    speed = gpu_speed(gpu, workload) if gpu else cpu_speed(machine.cpu, machine.memory, workload)
    if speed is not None:
        yield _rate(estimate, speed, time.tokens_per_s)
        band = speed.kind.band
        work_done = {"dataset_tokens": workload.dataset_tokens, "epochs": workload.epochs,
                     "tokens_per_s": time.tokens_per_s.mid}  # fmt: skip
        yield Explanation(
            "hours", "dataset_tokens x epochs / tokens_per_s / 3600", work_done, time.hours.mid, "h", (), band
        )
    if time.energy_kwh is not None and gpu is not None:
        share = training_speeds().energy
        power = {"board_power_w": gpu.board_power_w, "share": share.mid, "hours": time.hours.mid}
        formula = "board_power_w x share x hours / 1000"
        band = speed.kind.band if speed is not None else ""
        yield Explanation("energy_kwh", formula, power, time.energy_kwh.mid, "kWh", (share.source,), band)


def _rate(estimate: Estimate, speed: Speed, rate: Range) -> Explanation:
    workload, done, law = estimate.workload, work(estimate.model, estimate.workload), speed.kind
    values: dict[str, object] = {
        "tokens": workload.batch * workload.seq, "flop": done.flops, "flop_rate": speed.flops,
        "utilisation": law.utilisation, "traffic": law.traffic, "activation_bytes": done.activations,
        "weight_bytes": done.weights, "bandwidth_bytes_per_s": speed.bandwidth, "layers": done.layers,
        "layer_s": law.layer_s,
    }  # fmt: skip
    formula = (
        "flop / (flop_rate x utilisation) + (traffic x activation_bytes + weight_bytes) / bandwidth + layers x layer_s"
    )
    if speed.cycles:
        values |= {"unpacked": done.unpacked, "unpack_cycles": law.unpack_cycles, "cycles_per_s": speed.cycles}
        formula += " + unpacked x unpack_cycles / cycles_per_s"
    formula = f"tokens / ({formula})"
    return Explanation("tokens_per_s", formula, values, rate.mid, "tok/s", (law.source,), law.band)


def _sources(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
