"""Which recorder draws which recipe: a network of the catalogue -> its recording, its parameters."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from advisor.catalog.networks import (
    Bert,
    ClipText,
    GatedBert,
    MobileNet,
    Network,
    NetworkPart,
    PlainCnn,
    ResNet,
    UNet,
    Vae,
    Vit,
    Whisper,
)
from advisor.estimator import convnets, diffusion, encoders
from advisor.estimator.blocks import Mode
from advisor.estimator.recorder import How, Parameter, Recorder, Recording

_PLAIN: Mapping[type, Callable[[Recorder, Any], None]] = {
    PlainCnn: convnets.plain_cnn, ResNet: convnets.resnet, MobileNet: convnets.mobilenet, Vit: encoders.vit,
    ClipText: encoders.clip_text, UNet: diffusion.unet, Vae: diffusion.vae,
}  # fmt: skip
_WITH_LENGTH: Mapping[type, Callable[[Recorder, Any, int], None]] = {
    Bert: encoders.bert, GatedBert: encoders.gated_bert, Whisper: encoders.whisper,
}  # fmt: skip


@lru_cache(maxsize=16)  # a recording is large; what is read from it is kept elsewhere
def record(part: NetworkPart, how: How, tokens: int) -> Recording:
    """One pass of one part; `tokens` is the length of a text where it has one."""
    recorder, recipe = Recorder(how), part.recipe
    if type(recipe) in _WITH_LENGTH:
        _WITH_LENGTH[type(recipe)](recorder, recipe, tokens)
    else:
        _PLAIN[type(recipe)](recorder, recipe)
    return recorder.done()


def inference_mode(precision: str) -> Mode:
    """Weights in 16 bits unless fp32 is asked for; "mixed" is fp32 weights under autocast."""
    weight = 2 if precision == "bf16" else 4
    compute = 4 if precision == "fp32" else 2
    return Mode(weight, weight, compute, precision == "mixed", False, False, False, "all-linear", False)


@lru_cache(maxsize=1024)
def network_parameters(network: Network) -> int:
    """All parameters of all parts, matrices that are used twice counted once."""
    how = How(inference_mode("bf16"), False, False, "flash", 0)
    return sum(
        parameter.elements
        for part in network.parts
        for parameter in record(part, how, 1).parameters
        if parameter.learned
    )


def trained(recording: Recording, how: How) -> list[Parameter]:
    """The parameters that are trained: all that can be, or both matrices of every adapter."""
    if how.mode.full:
        return [p for p in recording.parameters if p.learned and not p.frozen]
    adapted = [p.shape for p in recording.parameters if p.adapted]
    return [Parameter(shape) for out, inner in adapted for shape in ((how.rank, inner), (out, how.rank))]
