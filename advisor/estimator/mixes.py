"""Which type each tensor of a GGUF file gets for a file type such as Q4_K_M, and the byte sums that follow from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import add

from advisor.catalog.model import Model
from advisor.catalog.quants import tensor_types
from advisor.errors import UserError
from advisor.estimator.tensors import LOOKED_UP, Tensor, gguf_extra, tensors
from advisor.i18n import N_

# The rules below restate llama.cpp's src/llama-quant.cpp (llama_tensor_get_type_impl, tensor_type_fallback,
# tensor_allows_quantization) at commit 0c1e570, without an importance matrix, as its `llama-quantize` applies them.

_BASE: Mapping[str, str] = {
    "F16": "F16", "BF16": "BF16", "Q4_0": "Q4_0", "Q4_1": "Q4_1", "Q5_0": "Q5_0", "Q5_1": "Q5_1", "Q8_0": "Q8_0",
    "Q2_K": "Q2_K", "Q3_K_S": "Q3_K", "Q3_K_M": "Q3_K", "Q3_K_L": "Q3_K", "Q4_K_S": "Q4_K", "Q4_K_M": "Q4_K",
    "Q5_K_S": "Q5_K", "Q5_K_M": "Q5_K", "Q6_K": "Q6_K", "IQ4_NL": "IQ4_NL", "IQ4_XS": "IQ4_XS",
}  # fmt: skip
_PLAIN = ("F16", "BF16")
# What a type becomes when its block does not divide the row; F16 when that does not divide either.
_FALLBACK: Mapping[str, str] = {
    "Q2_K": "Q4_0", "Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0", "IQ4_XS": "IQ4_NL",
}  # fmt: skip
# Tensors that stay F32 despite two dimensions: routers, small convolutions, state decays, learned positions.
_KEPT = ("ffn_gate_inp", "ssm_conv1d", "shortconv.conv", "ssm_a", "ssm_d",
         "position_embd", "token_types")  # fmt: skip
# Matrices that keep the 16 bits of the file that is quantised.
_KEPT_16 = (
    "per_layer_model_proj", "altup_proj", "altup_unembd_proj", "altup_correct_coef", "altup_predict_coef",
    "altup_router", "laurel_l", "laurel_r",
)  # fmt: skip
# Types that x86 with AVX2 copies into an interleaved layout (ggml-cpu/repack.cpp), when the rows divide by 8.
_REPACKED = ("Q4_0", "Q4_K", "IQ4_NL", "MXFP4")
# Models that their publisher trained and released with experts in MXFP4; llama.cpp's converter keeps them so in every
# file (conversion/gpt_oss.py), and llama-quantize does not quantise a second time.
_MXFP4_EXPERTS = ("gpt-oss",)
_ATTN_V = ("attn_v", "attn_qkv", "attn_kv_b")
_BITS_FOR_EIGHT_EXPERTS = ("Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "IQ4_NL", "IQ4_XS")


Place = tuple[str, int | None]  # a tensor's role and layer in a GGUF file


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of a model's tensors in one file type, as llama.cpp lays them out.

    Per-layer tuples have one entry for each repeating layer. `active` sums count what one generated token reads:
    every layer with the active experts only, the head, and no more of an untied token embedding than one row.
    """

    total: int
    embedding_bytes: int  # token_embd
    head_bytes: int  # output; for tied embeddings token_embd again, which the logits read
    other_bytes: int  # once per model: output_norm, rope_freqs, positions ...
    looked_up_bytes: int  # other tables that stay in RAM, where their rows are looked up
    tied: bool
    layer_bytes: tuple[int, ...]
    expert_bytes: tuple[int, ...]  # all experts, part of layer_bytes
    active_layer_bytes: tuple[int, ...]
    repack_bytes: int  # copied beside the mapped file on a CPU with AVX2
    active_bytes: int
    types: tuple[tuple[str, int], ...]  # bytes by tensor type, largest first

    @property
    def host_bytes(self) -> int:
        """Tables that llama.cpp keeps in RAM, whatever lies on GPUs (the input layer, llama-model.cpp)."""
        return self.embedding_bytes + self.looked_up_bytes


@lru_cache(maxsize=4096)
def weights(model: Model, quant: str) -> Weights:
    """Byte sums of `model` in llama.cpp's file type `quant`. Raises UserError when it is none of llama.cpp's."""
    if quant not in _BASE:
        raise UserError(N_("{quant} is no llama.cpp type; types are {choices}"), quant=quant, choices=", ".join(_BASE))
    sums = _Sums(model)
    if model.stored is not None and model.stored.tensors:
        sums.add_file(model.stored.tensors, model.file_types or {})
        return sums.weights()
    for tensor in (*tensors(model), *gguf_extra(model)):
        for kind, layers in by_type(model, quant, tensor).items():
            sums.add(tensor, layers, kind)
    return sums.weights()


def by_type(model: Model, quant: str, tensor: Tensor) -> Mapping[str, Sequence[int]]:
    """The layers of a tensor by the type that it has there; () for one that occurs once per model."""
    layers = tensor.layers
    layered = quant in _FFN_DOWN or quant in _FALCON_DOWN
    varies = model.file_types is not None or (layered and (tensor.role in _ATTN_V or "ffn_down" in tensor.role))
    if not varies or not layers:
        return {tensor_type(model, quant, tensor, 0, layers[0] if layers else 0): layers}
    found: dict[str, list[int]] = {}
    # Some architectures have matrices of one name in two widths; they are counted together.
    before = _first_of_role(model, tensor)
    for place, layer in enumerate(layers, before):
        found.setdefault(tensor_type(model, quant, tensor, place, layer), []).append(layer)
    return found


class _Sums:
    """Adds up tensors as `weights` meets them: what all layers have alike in one number, the rest by layer."""

    def __init__(self, model: Model) -> None:
        self.layers, self.moe = model.layers, model.moe
        self.once: dict[str, int] = {}
        self.every = 0
        self.layer = [0] * model.layers
        self.expert = [0] * model.layers
        self.active_expert = [0.0] * model.layers
        self.repack = 0
        self.types: dict[str, int] = {}

    def add(self, tensor: Tensor, layers: Sequence[int], kind: str) -> None:
        size = tensor.rows * tensor_types()[kind].row_bytes(tensor.width)
        copies = len(layers) or 1
        self.types[kind] = self.types.get(kind, 0) + copies * size
        if kind in _REPACKED and tensor.role != "token_embd" and tensor.rows // tensor.experts % 8 == 0:
            self.repack += copies * size
        if not layers:
            self.once[tensor.role] = self.once.get(tensor.role, 0) + size
            return
        if tensor.experts > 1 and self.moe is not None:
            active = size * self.moe.active / self.moe.experts
            for layer in layers:
                self.expert[layer] += size
                self.active_expert[layer] += active
        elif copies == self.layers:
            self.every += size
        else:
            for layer in layers:
                self.layer[layer] += size

    def add_file(self, stored: Mapping[Place, tuple[int, int]], types: Mapping[Place, str]) -> None:
        """Add a file's own tensors. Layers beyond the model's predict further tokens: llama.cpp does not load them."""
        for (role, layer), (rows, size) in stored.items():
            kind = types[role, layer]
            if layer is not None and layer >= self.layers:
                continue
            self.types[kind] = self.types.get(kind, 0) + size
            routed = "_exps" in role and not role.endswith(".scale") and self.moe is not None
            experts = self.moe.experts if routed and self.moe is not None else 1
            if kind in _REPACKED and role != "token_embd" and rows // experts % 8 == 0:
                self.repack += size
            if layer is None:
                self.once[role] = self.once.get(role, 0) + size
            elif routed and self.moe is not None:
                self.expert[layer] += size
                self.active_expert[layer] += size * self.moe.active / self.moe.experts
            else:
                self.layer[layer] += size

    def weights(self) -> Weights:
        embedding = self.once.pop("token_embd", 0)
        head = self.once.pop("output", 0)
        looked_up = sum(self.once.pop(role, 0) for role in LOOKED_UP)
        other = sum(self.once.values())
        tied = head == 0
        plain = [self.every + size for size in self.layer]
        layers = tuple(map(add, plain, self.expert))
        active = layers if self.moe is None else tuple(map(round, map(add, plain, self.active_expert)))
        return Weights(
            total=embedding + head + other + looked_up + sum(layers),
            embedding_bytes=embedding,
            head_bytes=embedding if tied else head,
            other_bytes=other,
            looked_up_bytes=looked_up,
            tied=tied,
            layer_bytes=layers,
            expert_bytes=tuple(self.expert),
            active_layer_bytes=active,
            repack_bytes=self.repack,
            active_bytes=sum(active) + other + (embedding if tied else head),
            types=tuple(sorted(self.types.items(), key=lambda item: -item[1])),
        )


def tensor_type(model: Model, quant: str, tensor: Tensor, place: int, layer: int) -> str:
    """The type of one tensor: `place` counts the layers that have such a tensor, `layer` is its layer's own number.

    A model read from a GGUF file has that file's types, whatever `quant` says.
    """
    if model.file_types is not None:
        return _type_in_file(model, model.file_types, tensor, layer)
    if _stays_f32(tensor):
        return "F32"
    if tensor.experts > 1 and model.style.gguf in _MXFP4_EXPERTS:
        return _fitting("MXFP4", tensor.width)
    base = _BASE[quant]
    if base in _PLAIN:
        return base
    if tensor.role in _KEPT_16:
        return "BF16"
    return _fitting(_wanted(model, quant, base, tensor, place, layer), tensor.width)


def _type_in_file(model: Model, types: Mapping[Place, str], tensor: Tensor, layer: int) -> str:
    """The type of a tensor in the file; of one that the file joins with others (a fused qkv), that of most bytes."""
    kind = types.get((tensor.role, layer if tensor.layers else None))
    if kind is not None:
        return kind
    common = model.stored.type if model.stored is not None else "F16"
    return _fitting(common, tensor.width)


def _stays_f32(tensor: Tensor) -> bool:
    role = tensor.role
    return tensor.rows == 1 or role.endswith((".bias", ".scale", "_norm")) or role in _KEPT


def _fitting(kind: str, width: int) -> str:
    """`kind`, or what llama-quantize falls back to when rows of `width` do not divide into its blocks."""
    if width % tensor_types()[kind].block == 0:
        return kind
    fallback = _FALLBACK.get(kind, kind)
    return fallback if width % tensor_types()[fallback].block == 0 else "F16"


def _wanted(model: Model, quant: str, base: str, tensor: Tensor, place: int, layer: int) -> str:
    role = tensor.role
    if role == "output" or (role in ("token_embd", "per_layer_token_embd") and _tied(model)):
        return _head(model, base, tensor.width)
    if role in _ATTN_V:
        return _attn_v(model, quant, base, _attn_v_layers(model).index(layer))
    if role == "attn_k" and _experts(model) == 8:
        return "Q8_0"
    if "ffn_down" in role:
        # With experts the layer's own number decides, without them the count of ffn_down tensors so far.
        rules = _FALCON_DOWN if _falcon(model) else _FFN_DOWN
        return rules.get(quant, _always_base)(base, layer if _experts(model) > 1 else place, model.layers)
    if role == "attn_output":
        return _attn_output(model, quant, base)
    return base


def _head(model: Model, base: str, width: int) -> str:
    if _falcon(model) or width % tensor_types()[base].block:
        return "Q8_0"
    return base if base == "Q8_0" else "Q6_K"


def _attn_v(model: Model, quant: str, base: str, place: int) -> str:
    grouped = _gqa(model) >= 4
    kind = base
    if quant == "Q2_K":
        kind = "Q4_K" if grouped else "Q3_K"
    elif quant == "Q3_K_M":
        kind = "Q5_K" if place < 2 else "Q4_K"
    elif quant == "Q3_K_L" or (quant in ("IQ4_NL", "IQ4_XS") and grouped):
        kind = "Q5_K"
    elif quant in ("Q4_K_M", "Q5_K_M") and _more_bits(place, len(_attn_v_layers(model))):
        kind = "Q6_K"
    elif quant == "Q4_K_S" and place < 4:
        kind = "Q5_K"
    if _is_70b(model) and kind in ("Q3_K", "Q4_K"):
        kind = "Q5_K"
    return "Q8_0" if _experts(model) == 8 else kind


def _attn_output(model: Model, quant: str, base: str) -> str:
    if _falcon(model):
        return "Q4_K" if quant == "Q3_K_L" else base
    if _experts(model) == 8:
        return "Q5_K" if quant in _BITS_FOR_EIGHT_EXPERTS else base
    return {"Q2_K": "Q3_K", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K"}.get(quant, base)


def _always_base(base: str, _layer: int, _layers: int) -> str:
    return base


def _eighth(kind: str) -> Callable[[str, int, int], str]:
    """The rule that gives `kind` to the first eighth of the layers."""
    return lambda base, layer, layers: kind if layer < layers // 8 else base


def _more(kind: str) -> Callable[[str, int, int], str]:
    return lambda base, layer, layers: kind if _more_bits(layer, layers) else base


_FFN_DOWN: Mapping[str, Callable[[str, int, int], str]] = {
    "Q2_K": lambda _base, _layer, _layers: "Q3_K",
    "Q3_K_M": lambda _base, layer, layers: "Q5_K" if layer < layers // 16 else "Q4_K",
    "Q3_K_L": lambda _base, _layer, _layers: "Q5_K",
    "Q4_K_S": _eighth("Q5_K"),
    "Q4_K_M": _more("Q6_K"),
    "Q5_K_M": _more("Q6_K"),
    "IQ4_NL": _eighth("Q5_K"),
    "IQ4_XS": _eighth("Q5_K"),
}
_FALCON_DOWN: Mapping[str, Callable[[str, int, int], str]] = {
    "Q2_K": _FFN_DOWN["Q2_K"],
    "Q3_K_M": lambda _b, i, n: "Q5_K" if i < n // 16 else "Q4_K" if _more_bits(i, n) else "Q3_K",
    "Q3_K_L": lambda _base, _layer, _layers: "Q4_K",
    "Q4_K_M": lambda _b, i, n: "Q6_K" if i < n // 16 else "Q5_K" if _more_bits(i, n) else "Q4_K",
    "Q5_K_M": _FFN_DOWN["Q5_K_M"],
    "IQ4_NL": _FFN_DOWN["IQ4_NL"],
    "IQ4_XS": _FFN_DOWN["IQ4_XS"],
}


def _more_bits(layer: int, layers: int) -> bool:
    """Layers that the _M types give more bits: the first and last eighth and every third between."""
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


@cache
def _tied(model: Model) -> bool:
    return not any(tensor.role == "output" for tensor in tensors(model))


def _first_of_role(model: Model, tensor: Tensor) -> int:
    """How many layers below those of `tensor` have a tensor of its name in another width."""
    if model.late_ffn is None:
        return 0
    return sum(
        t.copies for t in tensors(model) if t.role == tensor.role and t.layers and t.layers[-1] < tensor.layers[0]
    )


@cache
def _attn_v_layers(model: Model) -> tuple[int, ...]:
    """Layers with a tensor that counts as attn_v, in the order in which llama-quantize counts them."""
    return tuple(sorted(layer for t in tensors(model) if t.role in _ATTN_V for layer in t.layers))


def _falcon(model: Model) -> bool:
    """Falcon has rules of its own throughout."""
    return model.style.gguf == "falcon"


def _experts(model: Model) -> int:
    return model.moe.experts if model.moe is not None else 0


def _gqa(model: Model) -> int:
    """Heads per key/value head as GGUF states them for the first layer, which llama-quantize goes by."""
    linear = model.linear
    if linear is not None and linear.layers[0] and linear.type != "gated_delta_net":
        return 0  # such files list the key/value heads of each layer, and this layer has none
    if model.mla is not None and not model.style.mla_whole:
        return model.heads  # latent attention is stored as one key/value head for all
    return model.heads // model.kv_heads if model.kv_heads else 0


def _is_70b(model: Model) -> bool:
    """Whether llama.cpp calls the model "70B": by its 80 layers (models/llama.cpp, models/qwen2.cpp)."""
    grouped = model.heads != model.kv_heads
    return model.layers == 80 and (model.style.gguf == "qwen2" or (model.style.gguf == "llama" and grouped))
