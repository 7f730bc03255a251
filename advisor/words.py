"""The words for codes: verdicts, components, methods, reasons, tiers. One table each, marked for translation."""

from collections.abc import Mapping

from advisor.i18n import N_

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

# Sentences of estimator.result.Reason, by code. Values ending in _bytes are shown in GiB, _s in a natural unit.
REASONS: Mapping[str, str] = {}
