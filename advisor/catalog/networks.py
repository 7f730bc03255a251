"""Networks beside decoders: embedding models, Whisper, image classifiers, Stable Diffusion. Facts of each as a recipe.

Read strictly from resources/catalog/networks/*.json; advisor.estimator.recorder turns a recipe into tensors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast, get_type_hints

from advisor import RESOURCES
from advisor.catalog.model import Model, Style
from advisor.catalog.reading import Fields, read_entries
from advisor.errors import UserError
from advisor.i18n import N_

NETWORK_KINDS = ("embedding", "speech", "vision", "image")
_MOST = 1 << 20  # no width, count or side of a published network comes near


class PlainCnn(NamedTuple):
    """Pairs of 3x3 convolutions with batch norm, a pooling after each pair, and two linear layers."""

    channels: tuple[int, ...]  # one per pair
    hidden: int
    classes: int
    image: int  # pixels of a side


class ResNet(NamedTuple):
    """He et al. 2015, as timm and torchvision build it."""

    blocks: tuple[int, ...]  # per stage
    bottleneck: bool
    classes: int
    image: int


class MobileNet(NamedTuple):
    """Inverted residual blocks (timm's _efficientnet_blocks.py): MobileNetV3, EfficientNet.

    A row of `blocks` is one block: kernel, stride, inner channels, outer channels, squeezed channels (0: none), and 1
    where the activation is the late one. Equal inner and incoming channels of the first rows mean no expansion.
    """

    stem: int
    blocks: tuple[tuple[int, ...], ...]
    stages: tuple[int, ...]  # how many blocks lie in each stage
    last: int  # channels of the last 1x1 convolution
    head: int  # channels of the linear layer after pooling, 0 when there is none
    activation: str  # the late one: "hardswish", "silu"
    classes: int
    image: int


class Vit(NamedTuple):
    """Dosovitskiy et al. 2020, as timm builds it: class token, pre-norm, no dropout."""

    layers: int
    hidden: int
    heads: int
    ffn: int
    patch: int
    classes: int
    image: int


class Bert(NamedTuple):
    """A post-norm encoder with learned positions (BERT, XLM-RoBERTa), as transformers builds it."""

    layers: int
    hidden: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int
    context: int  # tokens that it was made for
    pooler: bool


class GatedBert(NamedTuple):
    """A post-norm encoder with rotated positions and gated MLPs, without biases (Nomic Embed)."""

    layers: int
    hidden: int
    heads: int
    ffn: int
    vocab: int
    types: int
    context: int


class ClipText(NamedTuple):
    """CLIP's text encoder: pre-norm, causal, learned positions."""

    layers: int
    hidden: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    projection: int  # width of a projection at the end, 0 without


class Whisper(NamedTuple):
    """Radford et al. 2022: two convolutions, an encoder and a decoder with cross-attention."""

    hidden: int
    encoder_layers: int
    decoder_layers: int
    heads: int
    ffn: int
    mels: int
    vocab: int
    frames: int  # encoder positions: 30 s of audio
    positions: int  # of the decoder


class UNet(NamedTuple):
    """Stable Diffusion's denoiser (diffusers' UNet2DConditionModel)."""

    channels: tuple[int, ...]
    layers_per_block: int
    transformers: tuple[int, ...]  # transformer layers behind each residual block, per level; 0: no attention
    heads: tuple[int, ...]  # per level
    middle: int  # transformer layers in the middle
    cross: int  # width of the text's hidden states
    tokens: int
    pooled: int  # width of the pooled text and sizes that SDXL adds to the time embedding, 0 without
    linear_projection: bool
    sample: int  # side of the latent image
    latent: int


class Vae(NamedTuple):
    """Stable Diffusion's picture decoder and encoder (diffusers' AutoencoderKL)."""

    channels: tuple[int, ...]
    layers_per_block: int
    latent: int
    sample: int  # side of the latent image


Recipe = PlainCnn | ResNet | MobileNet | Vit | Bert | GatedBert | ClipText | Whisper | UNet | Vae
RECIPES: Mapping[str, type[Recipe]] = {
    "plain-cnn": PlainCnn, "resnet": ResNet, "mobilenet": MobileNet, "vit": Vit, "bert": Bert,
    "gated-bert": GatedBert, "clip-text": ClipText, "whisper": Whisper, "unet": UNet, "vae": Vae,
}  # fmt: skip


class NetworkPart(NamedTuple):
    """One network of a model that may have several. The first is the one that is trained; others stay as they are."""

    name: str
    recipe: Recipe


@dataclass(frozen=True, eq=False)
class Network(Model):
    """A model that is no decoder: its parts say what it is; the sizes of decoders are 0."""

    parts: tuple[NetworkPart, ...] = ()


@cache
def networks() -> tuple[Network, ...]:
    """All networks of the catalogue. Raises UserError when a file is damaged."""
    return load_networks(RESOURCES / "catalog" / "networks")


def load_networks(folder: Path) -> tuple[Network, ...]:
    """The networks of `folder`/*.json, uncached. Raises UserError naming file, entry and field."""
    found: list[Network] = []
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        for entry in read_entries(path, "networks"):
            network = _network(entry)
            for name in {text.lower() for text in (network.id, *network.aliases)}:
                if name in seen:
                    entry.fail("id", N_("{where}: {field}: this name is there twice"))
                seen.add(name)
            found.append(network)
    return tuple(found)


def _network(entry: Fields) -> Network:
    parts = tuple(_part(Fields(values, f"{entry.where}: parts")) for values in entry.items("parts"))
    if not parts:
        entry.fail("parts", N_("{where}: {field}: missing"))
    recipe = parts[0].recipe
    network = Network(
        id=entry.text("id"),
        name=entry.text("name"),
        family=entry.text("family"),
        kind=entry.choice("kind", NETWORK_KINDS),
        style=Style(type(recipe).__name__, None),
        layers=0, hidden=0, heads=0, kv_heads=0, head_dim=0, vocab=0, tied_embeddings=False,
        max_context=recipe.context if isinstance(recipe, Bert | GatedBert) else None,
        published_parameters=entry.optional_integer("published_parameters", 1),
        count_note=entry.optional_text("count_note") or "",
        aliases=entry.texts("aliases"),
        licence=entry.optional_text("licence"),
        languages=entry.optional_text("languages"),
        released=entry.optional_text("released"),
        source=entry.text("source"),
        parts=parts,
    )  # fmt: skip
    entry.close()
    return network


def _part(entry: Fields) -> NetworkPart:
    recipe = entry.choice("recipe", tuple(RECIPES))
    name = entry.text("name")
    values = {field: _fact(entry, field, hint) for field, hint in _facts(recipe).items()}
    entry.close()
    return NetworkPart(name, cast(Any, RECIPES[recipe])(**values))


@cache
def _facts(recipe: str) -> Mapping[str, object]:
    """The facts of a recipe and their types."""
    return get_type_hints(RECIPES[recipe])


def _fact(entry: Fields, field: str, hint: object) -> object:
    """One fact of a recipe, of the type that its field has."""
    if hint is bool:
        return entry.flag(field)
    if hint is str:
        return entry.text(field)
    if hint is int:
        return entry.integer(field, 0, _MOST)
    if hint == tuple[int, ...]:
        return entry.integers(field, 0, _MOST)
    rows = [Fields({"row": row}, f"{entry.where}: {field}").integers("row", 0, _MOST) for row in entry.items(field)]
    if not rows or len({len(row) for row in rows}) != 1:
        raise UserError(N_("{where}: {field}: missing"), where=entry.where, field=field)
    return tuple(rows)
