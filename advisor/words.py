"""The words for codes: verdicts, components, methods, reasons, tiers. One table each, marked for translation."""

from collections.abc import Mapping

from advisor.i18n import N_, Translator
from advisor.machine import Origin

VERDICT_WORDS: Mapping[str, str] = {
    "fits": N_("fits"),
    "tight": N_("tight"),
    "offload": N_("offload"),
    "no": N_("does not fit"),
    "unknown": N_("unknown"),
}
# Never colour alone: each verdict has a shape of its own.
VERDICT_SYMBOLS: Mapping[str, str] = {"fits": "●", "tight": "▲", "offload": "◆", "no": "–", "unknown": "?"}

METHOD_WORDS: Mapping[str, str] = {
    "run": N_("Run {quant}"),
    "run-q8": N_("Run {quant}"),
    "run-f16": N_("Run {quant}"),
    "qlora": N_("QLoRA"),
    "lora": N_("LoRA"),
    "full": N_("Full fine-tuning"),
}

COMPONENT_WORDS: Mapping[str, str] = {
    "weights": N_("weights"),
    "kv_cache": N_("KV cache"),
    "compute_buffer": N_("compute buffer"),
    "output_buffer": N_("output buffer"),
    "adapters": N_("adapters"),
    "gradients": N_("gradients"),
    "optimizer": N_("optimizer states"),
    "activations": N_("activations"),
    "logits": N_("logits and loss"),
    "runtime": N_("runtime"),
}

ORIGIN_WORDS: Mapping[str, str] = {
    "measured": N_("measured"),
    "reported": N_("reported"),
    "looked_up": N_("looked up"),
    "computed": N_("computed"),
    "assumed": N_("assumed"),
    "unknown": N_("unknown"),
}

# What docs/example-lenovo-g480.json, the machine of the screenshots, says of its values.
EXAMPLE_DETAIL = N_("an example: as its owner described it")

# Sentences of estimator.result.Reason, by code. Values ending in _bytes are shown in GiB, _s in a natural unit.
REASONS: Mapping[str, str] = {
    "estimate_failed": N_("The estimate failed: {error}"),
    "needs_more_memory": N_("needs {needed_bytes} on {device}, {available_bytes} are free: {missing_bytes} short"),
    "close_programs": N_(
        "would fit with other programs closed: {needed_bytes} are needed, {available_bytes} are free now"
    ),
    "from_disk_only": N_("llama.cpp could read the weights from disk for every token: it starts, but is far too slow"),
    "partly_on_gpu": N_("{layers} of {all_layers} layers fit on the GPU, the rest runs from RAM on the processor"),
    "nothing_on_gpu": N_("not one layer fits on {gpu}: everything runs from RAM on the processor"),
    "several_gpus": N_("the layers are divided over {count} GPUs, which work one after the other"),
    "several_gpus_not_validated": N_(
        "the GPUs together have {together_bytes}, but dividing this work over several GPUs is not validated here"
    ),
    "runs_on_cpu": N_("runs in RAM on the processor, without a GPU: slow"),
    "memory_unknown": N_("the memory of {device} is not known"),
    "vram_in_use": N_(
        "would fit on {gpu} if nothing else used it: {needed_bytes} are needed, {available_bytes} are free now"
    ),
    "bandwidth_unknown": N_("no generation speed: the memory bandwidth of {device} is not known"),
    "gpu_unusable": N_("{gpu} cannot be used: {why}"),
    "gpu_unknown": N_("{gpu} is not counted: it is not known what it can run"),
    "vram_unknown": N_("{gpu} is not counted: its memory is not known"),
    "no_avx2": N_("{cpu} has AVX but no AVX2: llama.cpp's slower kernels run"),
    "no_avx": N_("{cpu} has no AVX: llama.cpp's slowest kernels run, and many ready-made programs do not start"),
    "container_limit": N_("this container may use {limit_bytes} of memory"),
    "free_memory_assumed": N_("how much memory is free is not known; {reserve_bytes} are kept for the system"),
    "llama_cpp_unknown_architecture": N_("llama.cpp does not know the architecture {architecture}"),
    "beyond_trained_context": N_("{context} tokens are more than the {trained} that the model was trained for"),
}


def sentence(_: Translator, code: str, values: Mapping[str, object]) -> str:
    """The sentence of a reason's code with its values as people write them; an unknown code prints as itself."""
    template = REASONS.get(code)
    if template is None:
        return code
    return _(template, **{name: figure(_, name, value) for name, value in values.items()})


def figure(_: Translator, name: str, value: object) -> str:
    """One value as text, its unit told by the end of its name: _bytes, _s, _bytes_per_s, _tokens_per_s."""
    if isinstance(value, Origin):
        return _(value.detail, **value.values)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if name.endswith("_bytes"):
        return _.gib(value)
    if name.endswith("_bytes_per_s"):
        return _.bandwidth(value)
    if name.endswith("_tokens_per_s"):
        return _.tokens_per_second(value)
    if name.endswith("_s"):
        return _.duration(value)
    return _.integer(value) if isinstance(value, int) else _.number(value)


def origin_text(_: Translator, origin: Origin) -> str:
    """Where a value comes from, in words: "reported (/proc/meminfo)", or why it is unknown."""
    detail = _(origin.detail, **origin.values) if origin.values else _(origin.detail)
    if origin.kind == "unknown":
        return detail
    return f"{_(ORIGIN_WORDS[origin.kind])} ({detail})" if detail else _(ORIGIN_WORDS[origin.kind])
