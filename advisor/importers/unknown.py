"""A file of an architecture that nobody described yet -> a Model with its parameters or their bounds, and no more."""

from collections.abc import Callable, Mapping
from typing import Any

from advisor.catalog.model import Model, Stored, Style
from advisor.errors import UserError
from advisor.i18n import N_

Facts = Mapping[str, Any]


def bounded_model(kind: str, facts: Facts, label: str, where: str, tied: bool | None) -> Model | None:
    """A model of the unknown architecture `kind`; None when its config does not state the sizes that bounds need.

    `facts` gives layers, hidden, heads, kv_heads, head_dim, ffn, vocab, experts, expert_ffn, shared_ffn, max_context
    (None where the config is silent); `tied` is whether the output matrix is the embedding's, None where not said.
    """
    needed = ("layers", "hidden", "heads", "vocab")
    if not all(facts[name] for name in needed) or not (facts["ffn"] or facts["expert_ffn"]):
        return None
    heads = int(facts["heads"])
    head_dim = facts["head_dim"] or max(1, facts["hidden"] // heads)
    return Model(
        id=label.lower(), name=label, family=kind, kind="base", style=Style(kind, None, source=where),
        layers=facts["layers"], hidden=facts["hidden"], heads=heads, kv_heads=facts["kv_heads"] or heads,
        head_dim=head_dim, vocab=facts["vocab"], tied_embeddings=bool(tied), ffn=facts["ffn"],
        max_context=facts["max_context"], parameter_bounds=bounds(facts, head_dim, tied), source=where,
    )  # fmt: skip


def tensor_sums(kind: str, name: str, where: str, stored: Stored, sizes: Mapping[str, int | None]) -> Model:
    """A model of which nothing but its tensors is known. `sizes` are what its file states beside: layers, hidden,
    heads, kv_heads, key_length, max_context; 0 stands for what it does not state.
    """
    count = stored.parameters or 0
    heads = sizes.get("heads") or 0
    return Model(
        id=name.lower(), name=name, family=kind, kind="base", style=Style(kind, None, source=where),
        layers=sizes.get("layers") or 0, hidden=sizes.get("hidden") or 0, heads=heads,
        kv_heads=sizes.get("kv_heads") or heads, head_dim=sizes.get("key_length") or 0, vocab=0, tied_embeddings=False,
        max_context=sizes.get("max_context"), source=where, stored=stored, parameter_bounds=(count, count),
    )  # fmt: skip


def adapter_refused(path: object, base: str) -> UserError:
    """The sentence about a LoRA adapter, which is no model without its base."""
    return UserError(
        N_("{path}: a LoRA adapter for {base}, not a model of its own: open {base} instead"), path=path, base=base[:200]
    )


def bounds(facts: Facts, head_dim: int, tied: bool | None) -> tuple[int, int]:
    """The fewest and the most parameters that a transformer of the usual build has with these sizes.

    Fewest: an MLP of two matrices, one matrix for embeddings and output where the config leaves it open, no biases.
    Most: an MLP of three, a matrix each, keys and values as wide as queries where the config does not say less, four
    norms and every bias. Experts stand in all layers, or, at least, in half of them beside dense layers.
    """
    hidden, layers = int(facts["hidden"]), int(facts["layers"])
    query = int(facts["heads"]) * head_dim
    cached = int(facts["kv_heads"] or facts["heads"]) * head_dim
    embedding = int(facts["vocab"]) * hidden
    attention = 2 * hidden * query + 2 * hidden * cached
    beside = 4 * hidden + 2 * query + 2 * cached + 2 * hidden
    low = embedding * (2 if tied is False else 1) + layers * (attention + _mlp(facts, 2, min, 0))
    high = embedding * (1 if tied else 2) + layers * (attention + beside + _mlp(facts, 3, max, 1))
    return low, high


def _mlp(facts: Facts, matrices: int, choose: Callable[..., int], biases: int) -> int:
    """Parameters of one layer's MLP or experts, averaged over the layers."""
    hidden = int(facts["hidden"])
    dense = (matrices * hidden + 2 * biases) * int(facts["ffn"] or 0)
    experts = int(facts["experts"] or 0)
    if experts < 2:
        return dense
    width = int(facts["expert_ffn"] or facts["ffn"])
    routed = experts * ((matrices * hidden + 2 * biases) * width + hidden)
    shared = matrices * hidden * int(facts["shared_ffn"] or width) * biases
    return choose(routed + shared, (routed + dense) // 2) if dense else routed + shared
