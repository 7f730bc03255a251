"""llama.cpp's memory on each device against our own: one card, several cards, layers or experts in RAM."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.catalog.speeds import speeds
from advisor.estimator import division, llama_cpp, llama_cpp_devices
from advisor.estimator.ground import Device, Rates
from advisor.estimator.mixes import Weights, weights
from advisor.workload import Workload
from benchmarks.table import Miss

ROWS = Path(__file__).resolve().parent / "data" / "llama_cpp_devices.json"
QUANT = "Q4_K_M"
KINDS = {"one": "all layers on one card", "several": "divided over several cards",
         "layers": "some layers in RAM", "experts": "some experts in RAM"}  # fmt: skip
FIGURES = ("weights", "kv_cache", "total")

Sizes = tuple[int, int, int]
"""Bytes of weights, KV cache and compute buffer on one device."""


class Row(NamedTuple):
    """A measured division: free GiB by card, -ngl, --n-cpu-moe, and the sizes of each card and, last, of RAM."""

    model: Model
    workload: Workload
    cards: Sequence[float]
    gpu_layers: int
    cpu_moe: int
    measured: Sequence[Sequence[int]]

    @property
    def kind(self) -> str:
        """One of KINDS."""
        if len(self.cards) > 1:
            return "several"
        if self.gpu_layers <= self.model.layers:
            return "layers"
        return "experts" if self.cpu_moe else "one"


def misses(figure: str, kind: str | None = None) -> Iterator[Miss]:
    """Estimate against measurement on every card, of one of FIGURES and one of KINDS (None: all)."""
    for row in rows():
        if kind not in (None, row.kind):
            continue
        for place, (ours, theirs) in enumerate(zip(estimated(row)[:-1], row.measured[:-1], strict=True)):
            size, measured = {"weights": (ours[0], theirs[0]), "kv_cache": (ours[1], theirs[1]),
                              "total": (sum(ours), sum(theirs))}[figure]  # fmt: skip
            if measured:
                yield Miss(size / measured - 1, f"{_name(row)} card {place}")


def host_misses() -> Iterator[Miss]:
    """What stays in RAM, all together."""
    for row in rows():
        yield Miss(sum(estimated(row)[-1]) / sum(row.measured[-1]) - 1, _name(row))


def rows() -> Iterator[Row]:
    """Every measured row."""
    document: Mapping[str, Any] = json.loads(ROWS.read_text(encoding="utf-8"))
    for name, found in document["models"].items():
        model = find_model(name)
        for cards, gpu_layers, cpu_moe, setting, measured in found:
            workload = Workload(quant=QUANT, **document["settings"][setting])
            yield Row(model, workload, cards, gpu_layers, cpu_moe, measured)


def estimated(row: Row) -> list[Sizes]:
    """Our sizes of each card and, last, of RAM."""
    tensors = weights(row.model, QUANT)
    caches = llama_cpp.kv_bytes(row.model, row.workload)
    if row.kind == "several":
        return _several(row, tensors)
    head = tensors.head_bytes + tensors.other_bytes
    left = max(0, row.model.layers + 1 - row.gpu_layers)
    experts = sum(tensors.expert_bytes[: row.cpu_moe])
    scratch = _scratch(row, left)
    card = (head + sum(tensors.layer_bytes[left:]) - experts, sum(caches[left:]), scratch.card)
    ram = (tensors.embedding_bytes + sum(tensors.layer_bytes[:left]) + experts, sum(caches[:left]), scratch.host)
    return [card, ram]


def _scratch(row: Row, left: int) -> llama_cpp_devices.Beside:
    if left:
        return llama_cpp_devices.beside_layers(row.model, row.workload, "cuda", left)
    if row.cpu_moe:
        return llama_cpp_devices.beside_experts(row.model, row.workload, "cuda")
    host = llama_cpp.buffers(row.model, row.workload).host_compute
    return llama_cpp_devices.Beside(llama_cpp_devices.alone(row.model, row.workload, "cuda"), host)


def _several(row: Row, tensors: Weights) -> list[Sizes]:
    """As `division` divides: the cards' layers too must be llama.cpp's."""
    rates = Rates(speeds().backends["cuda"], None, None, None, None, 0)
    cards = [
        Device(f"gpu{place}", None, int(free * 2**30), 0, rates, "", "cuda") for place, free in enumerate(row.cards)
    ]
    found = division.over_several(cards, row.model, row.workload, tensors)
    scratch = llama_cpp_devices.several(row.model, row.workload, "cuda")
    sizes = []
    for place, part in enumerate(found.parts):
        own, cached = scratch.of(place, len(found.parts)), part.share.kv_bytes
        sizes.append((part.used - own - cached, cached, own))
    return [*sizes, (tensors.embedding_bytes, 0, scratch.host)]


def _name(row: Row) -> str:
    work = row.workload
    words = [row.model.id, f"context {work.context} ubatch {work.ubatch} {work.kv_type}"]
    words += [] if work.flash_attention else ["no flash attention"]
    words += [f"logits {work.output_rows}"] if work.output_rows == "all" else []
    if row.kind == "several":
        return " ".join([*words, "on " + "+".join(f"{free:g}" for free in row.cards), "GiB"])
    experts = [f"--n-cpu-moe {row.cpu_moe}"] if row.cpu_moe else []
    return " ".join([*words, f"-ngl {row.gpu_layers}", *experts])
