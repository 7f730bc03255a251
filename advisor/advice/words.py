"""The words for advice: tiers, uses, upgrades, techniques, scenarios. Sentences take the values of their code."""

from collections.abc import Mapping

from advisor.advice.result import Advice
from advisor.advice.survey import WORKS
from advisor.i18n import N_, Translator
from advisor.machine import Origin
from advisor.words import say

__all__ = [
    "SCENARIOS",
    "TECHNIQUES",
    "TECHNIQUE_SENTENCES",
    "TIERS",
    "TIER_SENTENCES",
    "UPGRADES",
    "USES",
    "reason",
    "say",
]

TIERS: Mapping[str, str] = {
    "entry": N_("Entry level"),
    "basic": N_("Basic"),
    "capable": N_("Capable"),
    "strong": N_("Strong"),
    "workstation": N_("Workstation"),
    "server": N_("Server class"),
    "unknown": N_("Not known"),
}

TIER_SENTENCES: Mapping[str, str] = {
    "entry": N_("Small quantised models for inference; fine-tuning only at the smallest sizes, if at all."),
    "basic": N_("Quantised models of 4 to 9 billion parameters run at reading pace; little can be fine-tuned."),
    "capable": N_("Everyday models of 12 billion parameters and more, or mixtures of experts as able, run well."),
    "strong": N_("Models of 27 to 35 billion parameters run well, and everyday sizes can be fine-tuned with QLoRA."),
    "workstation": N_("The largest open models that one computer can hold run for one person at reading pace."),
    "server": N_("Models of 70 billion parameters run quickly enough to serve several people at once."),
    "unknown": N_("The bandwidth of this machine's memory is not known, so no speed can be given."),
}

USES: Mapping[str, str] = {
    "chat": N_("Talk and writing"),
    "quick": N_("Quick answers"),
    "code": N_("Programming"),
    "reasoning": N_("Reasoning"),
    "vlm": N_("Pictures"),
    "chinese": N_("Chinese (中文)"),
    "embedding": N_("Search by meaning"),
    "speech": N_("Speech to text"),
    "image": N_("Making pictures"),
    "vision": N_("Recognising pictures"),
    "lora": N_("Fine-tuning with LoRA"),
    "qlora": N_("Fine-tuning with QLoRA"),
}

UPGRADES: Mapping[str, str] = {
    "more_ram": N_("Memory: {to_bytes} instead of {from_bytes}"),
    "second_module": N_("Memory: a second module of the same kind ({to_bytes} in all, two channels)"),
    "gpu": N_("Graphics card: {gpu}"),
    "one_more_gpu": N_("Graphics cards: {count} × {gpu} ({vram_bytes} together)"),
    "other_computer": N_("Another computer: a desktop with {gpu} and {ram_bytes} of memory"),
    "named_computer": N_("Another computer: {name}, {ram_bytes} of memory"),
    "ssd": N_("Disk: a solid-state disk; loading {model} ({size_bytes}) takes about {after_s} instead of {before_s}"),
    "cooling": N_("Cooling: clean fans and a stand; a laptop at full load for hours lowers its clock"),
    "external": N_(
        "A graphics card cannot be fitted into a laptop. An external one needs a port with Thunderbolt 3 or newer, "
        "USB4 or OCuLink; whether this computer has one is not known"
    ),
    "external_seldom": N_(
        "A graphics card cannot be fitted into a laptop, and computers with {kind} memory are older than the ports "
        "that an external one needs (Thunderbolt 3, USB4)"
    ),
    "unified": N_("Memory and graphics are one part of this processor: neither can be extended or replaced"),
    "form_unknown": N_("Whether a graphics card fits into this computer's case is not known"),
    "too_old": N_("This computer is too old for a graphics card that AI programs can use"),
    "unknown": N_("Too little is known of this machine's speed to say what a change would bring"),
    "board": N_("No graphics card of use fits on a single-board computer"),
    "closed": N_("No graphics card of use fits into a computer of this kind, so other computers are compared"),
    "virtual": N_("This is a virtual machine or a container: its host decides what more it may have"),
}

TECHNIQUES: Mapping[str, str] = {
    "quant_8bit": N_("8-bit quantisation"),
    "quant_4bit": N_("4-bit quantisation"),
    "kv_8bit": N_("8-bit KV cache"),
    "context_half": N_("Half the context length"),
    "split": N_("GPU and CPU together"),
    "lora": N_("LoRA instead of full fine-tuning"),
    "qlora": N_("QLoRA instead of LoRA"),
    "checkpointing": N_("Gradient checkpointing"),
    "grad_accum": N_("Gradient accumulation"),
    "optimizer_8bit": N_("8-bit optimizer"),
    "fused_loss": N_("Fused loss"),
    "distillation": N_("Distillation"),
    "pruning": N_("Pruning"),
}

TECHNIQUE_SENTENCES: Mapping[str, str] = {
    "quant_8bit": N_("Weights in 8 bits instead of 16; the answers stay practically the same."),
    "quant_4bit": N_("Weights in about 4.8 bits instead of 16; a small loss that most tasks do not notice."),
    "kv_8bit": N_("The memory of the conversation in 8 bits; needs flash attention."),
    "context_half": N_("The KV cache grows with the context length; ask for no more than you use."),
    "split": N_("Layers that do not fit into VRAM stay in RAM: it runs, at a speed between the two."),
    "lora": N_("Only small matrices beside the frozen weights are trained: few gradients and optimizer states."),
    "qlora": N_("The frozen weights are kept in 4 bits while the adapters train."),
    "checkpointing": N_("Activations are computed again instead of kept: less memory, about a third more time."),
    "grad_accum": N_("Eight small steps add up to one large batch: the memory of batch 1, the result of batch 8."),
    "optimizer_8bit": N_("Adam's two states per weight in 8 bits instead of 32; counts where all weights are trained."),
    "fused_loss": N_("The loss is computed in slices, so the logits of the whole vocabulary are never kept at once."),
    "distillation": N_("A large model answers in the cloud, a small one learns from it and works here."),
    "pruning": N_("Cutting weights saves memory only with a runtime that skips them; quantise first."),
}

SCENARIOS: Mapping[str, str] = {
    "chat": N_("A private assistant without a network: {model} at about {speed_tokens_per_s}, as fast as people read."),
    "chat_slow": N_("Trying a model out: {model} at about {speed_tokens_per_s}, slower than people read."),
    "batch": N_("Work overnight: {model} writes about {tokens} tokens in eight hours (summaries, translations)."),
    "code_completion": N_("Code completion while typing: {model} at about {speed_tokens_per_s}."),
    "code_chat": N_("Questions about code: {model} at about {speed_tokens_per_s}; too slow to complete while typing."),
    "reasoning": N_("Problems that need thought: {model}; an answer of {tokens} tokens takes about {time_s}."),
    "pictures": N_("Questions about pictures and scans: {model} at about {speed_tokens_per_s}."),
    "try": N_("Proving an idea: {count} models of the catalogue answer at reading pace here and can be compared."),
    "documents": N_("Long documents: {model} with a context of {context} tokens needs {needed_bytes} and fits."),
    "search": N_("Search in own documents: {model} needs {needed_bytes} and works beside {chat}."),
    "transcribe": N_("Writing down speech: {model} needs {needed_bytes}; its speed here is not known."),
    "draw": N_("Making pictures: {model} needs {needed_bytes}; its speed here is not known."),
    "team": N_(
        "An assistant for a team: {model} gives {count} people reading pace at once, even when they take turns; "
        "with {context} tokens for each it needs {needed_bytes}."
    ),
    "fine_tune": N_("Teaching a model your own texts: {model}, {tokens} tokens in about {time_s}."),
    "tuning_service": N_("Fine-tuning for others: about {count} jobs a day with {model}, {tokens} tokens each."),
    "prepare": N_("Preparing and checking training data, and evaluating results: no GPU needed."),
    "prepare_disk": N_(
        "Planning, and preparing training data: no GPU needed; half of the {free_bytes} free on the disk hold about "
        "{tokens} tokens of text."
    ),
    "coordinate": N_(
        "Directing training elsewhere: {model} on a rented {gpu} takes about {time_s} and {usd} US$; "
        "what comes back are {adapter_bytes} of adapters."
    ),
    "distil": N_(
        "Distillation experiments: {teacher} writes the answers, {model} learns from them here, {tokens} tokens in "
        "about {time_s}."
    ),
    "cloud_then_local": N_(
        "Train in the cloud, use it here: {model} on a rented {gpu}, then quantised, at about {speed_tokens_per_s}."
    ),
}


def reason(_: Translator, origin: Origin) -> str:
    """Why something is as it is, without the kind of source: "compute capability 2.1; ... need 5.0 or newer"."""
    return _(origin.detail, **origin.values)


def fitting(advice: Advice, _: Translator) -> str:
    """How many models fit into the memory, where that is all that can be said; "" when not even that is known."""
    counts = next(fit.counts for fit in advice.fits if fit.method == "run")
    count = sum(number for verdict, number in counts.items() if verdict in WORKS)
    if not count:
        return ""
    return _("{count} of {total} models of the catalogue fit.", count=count, total=sum(counts.values()))
