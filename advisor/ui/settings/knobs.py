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


INFERENCE: tuple[Knob, ...] = (
    Knob("stack", "choice", N_("Runtime"), N_("The program that runs the model")),
    Knob("quant", "choice", N_("Quantisation"), N_("How many bits a weight keeps in the first column")),
    Knob("context", "tokens", N_("Context"), N_("Tokens that prompt and answer share; the KV cache grows with them")),
    Knob("kv_type", "choice", N_("KV cache type"), N_("Smaller types save memory; q8_0 costs almost no quality")),
    Knob(
        "flash_attention", "switch", N_("Flash attention"), N_("Smaller compute buffer; a quantised V cache needs it")
    ),
    Knob(
        "parallel", "number", N_("Parallel"), N_("Sequences served at once; llama.cpp divides the context among them")
    ),
    Knob(
        "ubatch", "tokens", N_("Micro-batch"), N_("Prompt tokens computed together; the compute buffer grows with it")
    ),
    Knob(
        "output_rows", "choice", N_("Logits"), N_("llama-cpp-python keeps logits of the whole micro-batch by default")
    ),
    Knob("kv_unified", "switch", N_("Unified KV"), N_("One KV buffer shared by all sequences")),
    Knob("swa_full", "switch", N_("Full window cache"), N_("Keep the whole context for sliding-window layers too")),
)
TRAINING: tuple[Knob, ...] = (
    Knob("stack", "choice", N_("Stack"), N_("A fused loss (Liger, Unsloth) never keeps the logits")),
    Knob("seq", "tokens", N_("Sequence"), N_("Tokens of one training example; activations and logits grow with it")),
    Knob("batch", "number", N_("Batch"), N_("Examples computed together")),
    Knob("grad_accum", "number", N_("Accumulate"), N_("Steps whose gradients are added before the weights move")),
    Knob("checkpointing", "switch", N_("Checkpointing"), N_("Recompute activations: less memory, a third slower")),
    Knob("optimizer", "choice", N_("Optimizer"), N_("Its states cost up to 8 bytes for each trained parameter")),
    Knob("precision", "choice", N_("Precision"), N_("Number format of weights and gradients")),
    Knob("rank", "number", N_("LoRA rank"), N_("Width of the adapters")),
    Knob("targets", "choice", N_("LoRA targets"), N_("Which projections get adapters")),
    Knob("kbit_prepare", "switch", N_("fp32 norms (PEFT)"), N_("QLoRA: prepare_model_for_kbit_training keeps "
         "embeddings, head and norms in fp32")),
    Knob("keep_logits", "switch", N_("Keep logits"), N_("A loop of your own that holds the outputs; Trainer does not")),
    Knob("attention", "choice", N_("Attention"), N_("Kernel; eager and math keep the whole score matrix")),
    Knob("dataset_tokens", "tokens", N_("Data tokens"), N_("Size of the training data")),
    Knob("epochs", "number", N_("Epochs"), N_("Passes over the data")),
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
