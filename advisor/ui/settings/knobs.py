"""The knobs as data: which settings the panel shows for inference and for training, with labels, hints and words."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from advisor.i18n import N_

Kind = Literal["choice", "number", "tokens", "switch"]


class Knob(NamedTuple):
    """One setting: its key in the contract, how it is turned, its label and its hint (both marked for translation)."""

    key: str
    kind: Kind
    label: str
    hint: str


class Section(NamedTuple):
    """Knobs that belong together; a heading "" stands on top and never folds."""

    key: str
    heading: str
    knobs: tuple[Knob, ...]


INFERENCE: tuple[Section, ...] = (
    Section(
        "run",
        "",
        (
            Knob("stack", "choice", N_("Runtime"), N_("The program that runs the model; each has formats of its own")),
            Knob(
                "quant",
                "choice",
                N_("Quantisation"),
                N_(
                    "How many bits a weight keeps in the first column. Fewer bits: "
                    "less memory, more speed, a little less quality; below 4 bits it shows"
                ),
            ),
            Knob(
                "context",
                "tokens",
                N_("Context"),
                N_(
                    "How many tokens prompt and answer may have together; 1,000 tokens "
                    "are about 750 English words. The KV cache grows with them"
                ),
            ),
            Knob(
                "kv_type",
                "choice",
                N_("KV cache type"),
                N_(
                    "How exactly the model remembers what it has read. Smaller "
                    "types save memory; q8_0 costs almost no quality"
                ),
            ),
            Knob(
                "flash_attention",
                "switch",
                N_("Flash attention"),
                N_("Attention computed in small pieces: the same result with a smaller compute buffer"),
            ),
        ),
    ),
    Section(
        "serving",
        N_("Several at once"),
        (
            Knob(
                "parallel",
                "number",
                N_("Parallel"),
                N_("How many conversations are served at once; llama.cpp divides the context among them"),
            ),
            Knob(
                "kv_unified",
                "switch",
                N_("Unified KV"),
                N_("One KV cache that all conversations share, instead of equal parts"),
            ),
        ),
    ),
    Section(
        "buffers",
        N_("Buffers"),
        (
            Knob(
                "ubatch",
                "tokens",
                N_("Micro-batch"),
                N_("How many tokens of a prompt are computed together; the compute buffer grows with it"),
            ),
            Knob(
                "output_rows",
                "choice",
                N_("Logits"),
                N_(
                    "Whether the scores of the last token are kept or those of the "
                    "whole micro-batch, as llama-cpp-python does by default"
                ),
            ),
            Knob(
                "swa_full",
                "switch",
                N_("Full window cache"),
                N_("Keep the whole context for layers that look back a short window only; needed to reuse old prompts"),
            ),
        ),
    ),
)
TRAINING: tuple[Section, ...] = (
    Section("train", "", (
        Knob("stack", "choice", N_("Stack"), N_("The program that trains; a fused loss (Liger, Unsloth) never keeps "
             "the logits")),
        Knob("seq", "tokens", N_("Sequence"), N_("How many tokens one training example has; activations and logits "
             "grow with it")),
        Knob("batch", "number", N_("Batch"), N_("How many examples are computed together")),
        Knob("grad_accum", "number", N_("Accumulate"), N_("How many steps add up their gradients before the weights "
             "move: a larger batch that costs time, not memory")),
        Knob("checkpointing", "switch", N_("Checkpointing"), N_("Compute activations again instead of keeping them: "
             "less memory, about a third slower")),
    )),
    Section("lora", "LoRA", (
        Knob("rank", "number", N_("LoRA rank"), N_("Width of the adapters: more can be learnt, more memory is needed")),
        Knob("targets", "choice", N_("LoRA targets"), N_("Which parts of the model get adapters")),
        Knob("kbit_prepare", "switch", N_("fp32 norms (PEFT)"), N_("QLoRA: prepare_model_for_kbit_training keeps "
             "embeddings, head and norms in fp32")),
    )),
    Section("numbers", N_("Optimizer and numbers"), (
        Knob("optimizer", "choice", N_("Optimizer"), N_("What moves the weights; its states cost up to 8 bytes for "
             "each trained parameter")),
        Knob("precision", "choice", N_("Precision"), N_("Number format of weights and gradients")),
        Knob("attention", "choice", N_("Attention"), N_("How attention is computed; eager and math keep the whole "
             "score matrix")),
        Knob("keep_logits", "switch", N_("Keep logits"), N_("A loop of your own that holds the outputs; Trainer does "
             "not")),
    )),
    Section("data", N_("Data"), (
        Knob("dataset_tokens", "tokens", N_("Data tokens"), N_("How much text the model is trained on")),
        Knob("epochs", "number", N_("Epochs"), N_("How often the data is gone through")),
    )),
)  # fmt: skip

# Where the slider of a token count ends; the field beside it takes whatever the contract allows.
SLIDERS: Mapping[str, tuple[int, int]] = {
    "context": (512, 1 << 20),
    "ubatch": (32, 8192),
    "seq": (128, 1 << 17),
    "dataset_tokens": (10_000, 10_000_000_000),
}

# Words for values that do not speak for themselves.
VALUE_WORDS: Mapping[tuple[str, str], str] = {
    ("output_rows", "few"): N_("last token"),
    ("output_rows", "all"): N_("whole batch"),
    ("stack", "vllm"): "vLLM",
    ("stack", "fused-loss"): N_("fused loss"),
    ("targets", "all-linear"): N_("all linear"),
    ("targets", "attention"): N_("attention"),
    ("optimizer", "adamw"): N_("AdamW (fused)"),
    ("optimizer", "adamw-foreach"): "AdamW (foreach)",
    ("optimizer", "adamw8bit"): N_("AdamW 8-bit"),
    ("optimizer", "paged_adamw8bit"): N_("paged AdamW 8-bit"),
    ("optimizer", "sgd"): "SGD",
    ("optimizer", "sgd-momentum"): N_("SGD + momentum"),
    ("optimizer", "adafactor"): "Adafactor",
    ("precision", "bf16"): "bf16",
    ("precision", "mixed"): N_("mixed (autocast)"),
    ("attention", "sdpa"): N_("SDPA (automatic)"),
}
