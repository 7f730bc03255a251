"""Files of architectures whose own facts this program does not read: the catalogue's model of the same sizes stands in.

Such an architecture has more to it than the usual keys say (layers that share a cache, that are one thing alone, that
see each other through indexers). A fine-tuned file has the sizes of its base, and so of the catalogue's model.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.catalog.reading import read_json


class Sizes(NamedTuple):
    """What a file states; None where it does not."""

    layers: int | None
    hidden: int | None
    heads: int | None
    vocab: int | None
    experts: int | None


@cache
def special() -> frozenset[str]:
    """Styles that are only known by the catalogue's models (resources/catalog/hf_configs.json, "by_catalogue")."""
    document: Any = read_json(RESOURCES / "catalog" / "hf_configs.json")
    return frozenset(document["by_catalogue"])


def twin(styles: Collection[str], sizes: Sizes) -> Model | None:
    """The first model of the catalogue that has all the sizes, and one of `styles` by Hugging Face's or llama.cpp's
    name; None when there is none.
    """
    named = (m for m in models() if m.style.name in styles or (m.style.gguf or "") in styles)
    return next((model for model in named if _alike(model, sizes)), None)


def _alike(model: Model, sizes: Sizes) -> bool:
    experts = model.moe.experts if model.moe else 0
    return (
        (model.layers, model.hidden, model.heads) == (sizes.layers, sizes.hidden, sizes.heads)
        and sizes.vocab in (model.vocab, model.gguf_vocab)
        and experts == (sizes.experts or 0)
    )


def own(model: Model, name: str, where: str) -> Mapping[str, object]:
    """The fields in which a file of one's own differs from the catalogue's `model` that stands in for it."""
    return {
        "id": name.lower(), "name": name, "source": where, "aliases": (), "published_parameters": None, "extras": {},
        "count_note": f"read as {model.name}, which has the same sizes", "count_tolerance": 0.0,
    }  # fmt: skip
