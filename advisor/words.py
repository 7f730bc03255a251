"""The words for codes: verdicts, components, quantities, methods, reasons. One table each, marked for translation."""

import re
from collections.abc import Iterable, Mapping
from functools import reduce

from advisor.i18n import N_, Translator
from advisor.machine import Origin

VERDICT_WORDS: Mapping[str, str] = {
    "fits": N_("fits"),
    "tight": N_("tight"),
    "offload": N_("offload"),
    "no": N_("does not fit"),
    "unknown": N_("unknown"),
}
# In a count of models: some of these do not run whatever the memory, so both are named.
COUNT_WORDS: Mapping[str, str] = {**VERDICT_WORDS, "no": N_("does not fit or run")}
# Reasons that no memory would change: a "no" for one of them is not called one of room.
REFUSALS = frozenset({"stack_refused", "kv_type_refused", "lora_no_linears"})
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

# What a figure of an estimate is; the components' words besides. "gpu0", "gpu1", ... have a sentence of their own.
QUANTITY_WORDS: Mapping[str, str] = {
    **COMPONENT_WORDS,
    "parameters": N_("parameters"),
    "total": N_("memory in all"),
    "resident": N_("memory of the process"),
    "ram": N_("place in RAM"),
    "decode": N_("generation speed"),
    "prefill": N_("prompt speed"),
    "ceiling": N_("speed limit of the memory"),
    "trainable_parameters": N_("trained parameters"),
    "tokens_per_s": N_("training speed"),
    "hours": N_("training time"),
    "energy_kwh": N_("energy"),
}

# Facts of the machine that estimates rest on (estimator.weakest); {device} is the GPU's name.
INPUT_WORDS: Mapping[str, str] = {
    "memory.channels": N_("the number of memory channels"),
    "memory.speed_mts": N_("the speed of the memory modules"),
    "memory.bandwidth_bytes_per_s": N_("the bandwidth of the RAM"),
    "memory.available_bytes": N_("how much RAM is free"),
    "memory.total_bytes": N_("the size of the RAM"),
    "cpu.cores": N_("the number of processor cores"),
    "cpu.max_mhz": N_("the processor's highest clock"),
    "cpu.features": N_("the processor's instruction sets"),
    "gpu.bandwidth_bytes_per_s": N_("the memory bandwidth of {device}"),
    "gpu.fp32_flops": N_("the FP32 rate of {device}"),
    "gpu.fp16_flops": N_("the FP16 rate of {device}"),
    "gpu.board_power_w": N_("the board power of {device}"),
    "gpu.vram_available_bytes": N_("how much memory of {device} is free"),
}

# What a computer runs inside, and kinds of disks; kinds that are names already stand for themselves.
ENVIRONMENT_WORDS: Mapping[str, str] = {"vm": N_("virtual machine"), "container": N_("container")}
DISK_WORDS: Mapping[str, str] = {
    "hdd": N_("hard disk"), "ssd": "SSD", "nvme": "NVMe SSD", "usb": "USB", "emmc": "eMMC", "network": N_("network"),
    "virtual": N_("virtual disk"),
}  # fmt: skip

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
    "ram_is_faster": N_("runs from RAM on the processor alone: with layers on {gpu} it would be slower"),
    "experts_in_ram": N_(
        "the experts of {layers} of {all_layers} layers run from RAM on the processor, all else on the GPU "
        "(llama.cpp's --n-cpu-moe {layers})"
    ),
    "one_gpu_enough": N_("{gpu} alone holds it; llama.cpp divides it over all GPUs unless told -sm none"),
    "runtime_context": N_(
        "{context_bytes} of {gpu} are counted for the runtime itself; measured were {low_bytes} to {high_bytes}"
    ),
    "several_gpus": N_("the layers are divided over {count} GPUs, which work one after the other"),
    "several_gpus_not_validated": N_(
        "the GPUs together have {together_bytes}, but dividing this work over several GPUs is not validated here"
    ),
    "runs_on_cpu": N_("runs in RAM on the processor, without a GPU: slow"),
    "ram_not_stated": N_("the size of the RAM is not stated: about {needed_bytes} of it are needed beside the GPU"),
    "ram_unknown": N_("it would need about {needed_bytes} of RAM on the processor; the size of the RAM is not stated"),
    "memory_unknown": N_("the memory of {device} is not known"),
    "vram_in_use": N_(
        "would fit on {gpu} if nothing else used it: {needed_bytes} are needed, {available_bytes} are free now"
    ),
    "bandwidth_unknown": N_("no generation speed: the memory bandwidth of {device} is not known"),
    "stack_refused": N_("{stack} with {format} does not run on {device}: {why}"),
    "stack_not_computed": N_(
        "{stack} on {device} is not computed here: there are builds for such GPUs, "
        "but no measurements to hold a figure against"
    ),
    "training_speed_unknown": N_("no training time: how fast {device} computes is not known"),
    "energy_unknown": N_("no energy: the power that {device} draws is not known"),
    "qlora_not_computed": N_("QLoRA is computed for language models only; of this kind of network, LoRA is computed"),
    "lora_no_linears": N_("LoRA adapts linear layers, and this network is made of convolutions: train it fully"),
    "network_runs_in_16_bits": N_("torch runs this kind of network in 16 bits; {quant} is a format of language models"),
    "network_speed_unknown": N_("no speed: nothing measured says how fast this kind of network runs"),
    "network_training_unknown": N_("no training time: nothing measured says how fast this kind of network trains"),
    "shortened": N_("computed for {tokens} tokens, the most that this model takes"),
    "recurrent_kernels": N_(
        "its recurrent layers are computed for fused kernels (flash-linear-attention, mamba-ssm); without them torch "
        "needs up to twice the memory"
    ),
    "layers_differ": N_(
        "its layers differ from each other: its training is computed for their mean, "
        "which no tracked step has confirmed"
    ),
    "indexer_not_tracked": N_(
        "what its sparse attention's indexer keeps in training is not in the figure: no tracked step stands behind it"
    ),
    "every_expert": N_("in torch all its experts work on every token: its training needs more memory than computed"),
    "qlora_experts_packed": N_(
        "the experts are counted in 4 bit, as Unsloth and transformers 4 keep them; "
        "transformers 5 leaves them in 16 bit and needs far more memory"
    ),
    "gpu_unusable": N_("{gpu} cannot be used: {why}"),
    "gpu_unknown": N_("{gpu} is not counted: it is not known what it can run"),
    "vram_unknown": N_("{gpu} is not counted: its memory is not known"),
    "no_avx2": N_("{cpu} has AVX but no AVX2: llama.cpp's slower kernels run"),
    "no_avx": N_("{cpu} has no AVX: llama.cpp's slowest kernels run, and many ready-made programs do not start"),
    "container_limit": N_("this container may use {limit_bytes} of memory"),
    "free_memory_assumed": N_("how much memory is free is not known; {reserve_bytes} are kept for the system"),
    "architecture_unknown": N_(
        "the architecture {architecture} is not known here, so nothing is computed; a transformer with the sizes in "
        "its config would have {low_parameters} to {high_parameters} parameters"
    ),
    "architecture_unknown_file": N_(
        "the architecture {architecture} is not known here: its file holds {file_bytes} of weights ({format}), "
        "and what it needs beside them is not known"
    ),
    "architecture_unstated": N_(
        "no config.json beside the file says what it is: it holds {file_bytes} of weights ({format}), and what they "
        "need beside them is not known"
    ),
    "file_quantisation": N_(
        "computed for the file as it is, {format}; another quantisation of this model would be another file"
    ),
    "weights_alone_too_large": N_("the weights alone take {file_bytes}, GPU and RAM together have {available_bytes}"),
    "llama_cpp_unknown_architecture": N_("llama.cpp does not know the architecture {architecture}"),
    "kv_type_refused": N_(
        "llama.cpp refuses a {kv_type} KV cache for this model: heads of {width} do not divide into blocks of {block}"
    ),
    "beyond_trained_context": N_("{context} tokens are more than the {trained} that the model was trained for"),
}


def verdict_word(_: Translator, verdict: str, first_reason: str | None) -> str:
    """The verdict's word; a "no" whose first reason no memory would change is "does not run"."""
    if verdict == "no" and first_reason in REFUSALS:
        return _("does not run")
    return _(VERDICT_WORDS[verdict])


def sentence(_: Translator, code: str, values: Mapping[str, object]) -> str:
    """The sentence of a reason's code with its values as people write them; an unknown code prints as itself."""
    template = REASONS.get(code)
    if template is None:
        return code
    return say(_, template, values)


def say(_: Translator, template: str, values: Mapping[str, object]) -> str:
    """`template` in the translator's language, its values written as people do (_bytes, _s, _tokens_per_s)."""
    text = _(template, **{name: figure(_, name, value) for name, value in values.items()})
    # A Chinese value ("内存") in a place that keeps a space for Latin ones.
    return _BETWEEN_CHINESE.sub("", text)


_BETWEEN_CHINESE = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def quantity(_: Translator, code: str) -> str:
    """What an Explanation's quantity is called; an unknown code prints as itself."""
    if code.startswith("gpu") and code[3:].isdigit():
        return _("place on GPU {number}", number=code[3:])
    return _(QUANTITY_WORDS.get(code, code))


def amount(_: Translator, value: float | None, unit: str) -> str:
    """A figure in one of the estimator's units ("B", "h", "tok/s", "kWh", "") as people write it."""
    if value is None:
        return _("unknown")
    if unit == "B":
        return _.gib(value)
    if unit == "h":
        return _.duration(3600 * value)
    return _.tokens_per_second(value) if unit == "tok/s" else f"{_.number(value)} {unit}".strip()


def value(_: Translator, name: str, given: object) -> str:
    """A value in a formula: whole numbers and sizes are written out, so that it can be worked out again."""
    if isinstance(given, int) and not isinstance(given, bool):
        if name.endswith("_bytes"):
            return size(_, given)
        if not name.endswith("_s"):
            return _.integer(given)
    return figure(_, name, given)


def size(_: Translator, count: float) -> str:
    """A size for people and to the byte: "4.68 GiB (5,021,827,072 bytes)"."""
    return _("{size} ({bytes} bytes)", size=_.gib(count), bytes=_.integer(round(count)))


def device(_: Translator, code: str) -> str:
    """A placement's device: "ram" as "RAM", "gpu0" as "GPU 0"."""
    return _("RAM") if code in ("ram", "RAM") else re.sub("^gpu([0-9]+)$", "GPU \\1", code)


def titled(_: Translator, title: str, text: str) -> str:
    """ "title: text"."""
    return _("{title}: {text}", title=title, text=text)


def clauses(_: Translator, parts: Iterable[str]) -> str:
    """Parts of one sentence, "a, b"; empty ones left out."""
    kept = [part for part in parts if part]
    return reduce(lambda a, b: _("{first}, {second}", first=a, second=b), kept) if kept else ""


def names(_: Translator, parts: Iterable[str]) -> str:
    """An enumeration, "a, b and so on"; empty ones left out."""
    return _(", ").join(filter(None, parts))


def sentences(_: Translator, parts: Iterable[str]) -> str:
    """Independent sentences in one line, "a; b"; empty ones left out."""
    return _("; ").join(filter(None, parts))


def figure(_: Translator, name: str, value: object) -> str:
    """One value as text, its unit told by the end of its name: _bytes, _s, _bytes_per_s, _tokens_per_s."""
    if isinstance(value, Origin):
        return _(value.detail, **value.values)
    if name == "device":
        return device(_, str(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if name.endswith("_bytes"):
        return _.gib(value)
    if name.endswith("_parameters"):
        return _.parameters(round(value))
    if name.endswith("_bytes_per_s"):
        return _.bandwidth(value)
    if name.endswith("tokens_per_s"):
        return _.tokens_per_second(value)
    if name.endswith("_s"):
        return _.duration(value)
    return _.integer(value) if isinstance(value, int) else _.number(value)


def input_text(_: Translator, code: str, device_name: str, origin: Origin) -> str:
    """A fact that an estimate rests on and where it comes from: "how much RAM is free: assumed (...)"."""
    template = INPUT_WORDS[code]
    what = _(template, device=device_name) if "{device}" in template else _(template)
    return titled(_, what, origin_text(_, origin))


def origin_text(_: Translator, origin: Origin) -> str:
    """Where a value comes from, in words: "reported (/proc/meminfo)", or why it is unknown."""
    detail = _(origin.detail, **origin.values) if origin.values else _(origin.detail)
    if origin.kind == "unknown":
        return detail
    kind = _(ORIGIN_WORDS[origin.kind])
    return _("{kind} ({detail})", kind=kind, detail=detail) if detail else kind
