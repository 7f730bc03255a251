"""The reader of networks: strict, every error naming file, entry and field; every entry complete."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.networks import NETWORK_KINDS, Network, load_networks, networks
from advisor.errors import UserError

ENTRY: dict[str, Any] = {
    "id": "small", "name": "Small", "family": "ResNet", "kind": "vision", "source": "a test", "aliases": ["lab/small"],
    "parts": [{"name": "network", "recipe": "resnet", "blocks": [1, 1, 1, 1], "bottleneck": False, "classes": 10,
               "image": 64}],
}  # fmt: skip


def load(folder: Path, *entries: dict[str, Any]) -> tuple[Network, ...]:
    """What the reader makes of these entries."""
    (folder / "test.json").write_text(json.dumps({"networks": entries}), encoding="utf-8")
    return load_networks(folder)


def test_an_entry_becomes_a_network(tmp_path: Path) -> None:
    """Its facts are those of its recipe; it is no decoder."""
    (network,) = load(tmp_path, ENTRY)
    assert network.parts[0].recipe == ((1, 1, 1, 1), False, 10, 64)
    assert (network.layers, network.heads, network.max_context) == (0, 0, None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kind": "chat"}, "kind"),
        ({"parts": []}, "parts"),
        ({"parts": [{"name": "network", "recipe": "transformer"}]}, "recipe"),
        ({"parts": [{**ENTRY["parts"][0], "image": -1}]}, "image"),
        ({"parts": [{**ENTRY["parts"][0], "blocks": [1, "2"]}]}, "blocks"),
        ({"parts": [{**ENTRY["parts"][0], "blocs": [1]}]}, "blocs"),
        ({"published_parameters": "many"}, "published_parameters"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    """One sentence with the entry and the field."""
    with pytest.raises(UserError) as caught:
        load(tmp_path, {**ENTRY, **change})
    assert "small" in str(caught.value)
    assert named in str(caught.value)


def test_a_name_stands_for_one_network(tmp_path: Path) -> None:
    """An id or alias twice is refused."""
    with pytest.raises(UserError, match="twice"):
        load(tmp_path, ENTRY, {**ENTRY, "id": "other"})


@pytest.mark.parametrize("network", networks(), ids=lambda network: network.id)
def test_every_entry_is_complete(network: Network) -> None:
    """Kind, source in a form that can be resolved, and at least one part."""
    assert network.kind in NETWORK_KINDS
    assert network.source.startswith("https://")
    assert network.parts
    assert network.released or network.id == "cifar-cnn"
    # Spelt as those of the language models, which they stand beside.
    assert (network.licence or "").islower() or network.id == "cifar-cnn"
