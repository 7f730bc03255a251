"""The words for techniques as the waterfall shows them: names, what they cost in quality, why some are no step."""

from collections.abc import Mapping

from advisor import words as program_words
from advisor.advice import words
from advisor.advice.waterfall import Idle, Step
from advisor.i18n import N_, Translator

_NAMES: Mapping[str, str] = {
    "quant_3bit": N_("3-bit quantisation"),
    "flash_attention": N_("Flash attention"),
    "kv_4bit": N_("4-bit KV cache"),
    "micro_batch": N_("Smaller micro-batch"),
    "optimizer_paged": N_("Paged 8-bit optimizer"),
    "seq_half": N_("Half the sequence length"),
    "attention_fused": N_("Fused attention"),
}
_QUALITY: Mapping[str, str] = {
    "same": N_("the same result"),
    "stated": N_("no loss in its authors' tests"),
    "less": N_("half the length at once"),
    "unpublished": N_("not published"),
    "perplexity": N_("not published"),  # a quantisation that no table has
}
_REASONS: Mapping[str, str] = {
    "needs_engine": N_("needs a GPU with {engines}"),
    "not_on_device": N_("does not run on this device"),
}
_ENGINES: Mapping[str, str] = {"cuda": "CUDA", "rocm": "ROCm", "metal": "Metal", "vulkan": "Vulkan", "sycl": "SYCL"}


def name(_: Translator, code: str) -> str:
    """A technique's name."""
    return _(_NAMES.get(code) or words.TECHNIQUES[code])


def quality(_: Translator, step: Step) -> str:
    """What a step costs in quality: a published figure, or that there is none."""
    if step.loss is None:
        return _(_QUALITY[step.quality])
    return _("perplexity +{share} % ({model})", share=_.number(100 * step.loss.share, 2), model=step.loss.model)


def time(_: Translator, step: Step) -> str:
    """What a step costs in time: "x1.23", "x0.55" where it is quicker, "unknown" where nothing is estimated."""
    return _("unknown") if step.time is None else f"× {_.number(step.time, 2)}"


def why_not(_: Translator, idle: Idle) -> str:
    """Why a technique is no step here."""
    label = name(_, idle.code)
    if idle.reason is None:
        return _("{technique}: saves nothing beside the others", technique=label)
    template = _REASONS.get(idle.reason.code)
    if template is None:
        reason = program_words.sentence(_, idle.reason.code, idle.reason.values)
    else:
        engines = idle.reason.values.get("engines", ())
        names = " / ".join(_ENGINES.get(str(one), str(one)) for one in engines) if isinstance(engines, tuple) else ""
        reason = _(template, engines=names)
    return _("{technique}: cannot be used here: {reason}", technique=label, reason=reason)
