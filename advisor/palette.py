"""Colours as plain hex, the same in window, charts and PDF: verdicts and memory components, on light and dark."""

from collections.abc import Mapping
from typing import NamedTuple


class Palette(NamedTuple):
    """One theme's colours, "#rrggbb". Texts on `window` and `card` reach a contrast of 4.5 to 1 at least."""

    window: str
    card: str
    raised: str  # buttons and fields
    border: str
    text: str
    caption: str
    disabled: str
    accent: str
    on_accent: str
    track: str  # the empty part of gauges and bars
    verdicts: Mapping[str, str]  # symbol and word
    grounds: Mapping[str, str]  # the cell behind them
    components: Mapping[str, str]


LIGHT = Palette(
    window="#f4f6f8", card="#ffffff", raised="#ffffff", border="#d5dbe3", text="#18202b", caption="#566273",
    disabled="#9aa4b1", accent="#2359c4", on_accent="#ffffff", track="#e3e8ee",
    verdicts={"fits": "#0b6e55", "tight": "#8a5a00", "offload": "#8f2705", "no": "#5b6573", "unknown": "#5b6573"},
    grounds={"fits": "#e2f3ed", "tight": "#fcf0d4", "offload": "#fbe4d8", "no": "#f1f3f5", "unknown": "#f1f3f5"},
    components={
        "weights": "#2f6bd0", "kv_cache": "#7a4fc9", "compute_buffer": "#12908a", "output_buffer": "#5fb8b3",
        "adapters": "#3fa7e0", "gradients": "#e68a1f", "optimizer": "#a4452f", "activations": "#7f8c2d",
        "logits": "#c2389c", "runtime": "#8a94a1",
    },
)  # fmt: skip

DARK = Palette(
    window="#14181e", card="#1c2128", raised="#262d37", border="#3a4450", text="#e7ebf0", caption="#a2aebb",
    disabled="#66717f", accent="#7aa6ff", on_accent="#0d1420", track="#2d3541",
    verdicts={"fits": "#4fcba6", "tight": "#f0c052", "offload": "#f3925f", "no": "#a2aebb", "unknown": "#a2aebb"},
    grounds={"fits": "#173329", "tight": "#382e14", "offload": "#3c2518", "no": "#232931", "unknown": "#232931"},
    components={
        "weights": "#5b93f0", "kv_cache": "#a582ee", "compute_buffer": "#2fb5ae", "output_buffer": "#8ad6d1",
        "adapters": "#6cc3f2", "gradients": "#f0a24a", "optimizer": "#cf6e56", "activations": "#a9b553",
        "logits": "#e06dbf", "runtime": "#8a94a1",
    },
)  # fmt: skip
