"""How llama.cpp divides a model: over one card, over several, over cards and RAM by whole layers or by experts.

As its programs do without further options (common/fit.cpp, src/llama-model.cpp, commit 0c1e570): several cards share
all layers in proportion to their free memory; where that overflows one, and where RAM has to help, cards are filled
from the last layer backwards, beginning with the last card; of a mixture of experts that does not fit, experts go to
RAM first (--n-cpu-moe). One card alone is filled by -ngl. Their own choice (--fit, on unless -ngl is given) leaves
1 GiB of each card free and may move single matrices of one layer; here cards are filled to what is free.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.estimator import llama_cpp, llama_cpp_devices
from advisor.estimator.ground import Device, Share
from advisor.estimator.mixes import Weights, weights
from advisor.workload import Workload


class Part(NamedTuple):
    """What lies on one card: repeating layers, all bytes with scratch and context, and what one token reads there."""

    layers: int
    used: int
    share: Share
    weights: int  # bytes of weights that are stored there


class Division(NamedTuple):
    """Parts of the cards that take something, in the order in which they work, and what stays in RAM."""

    parts: tuple[Part, ...]
    host: int  # bytes of RAM, without the program itself
    layers: int  # whole layers in RAM
    experts: int  # layers whose experts alone are there
    reads: tuple[int, int] = (0, 0)  # bytes of weights and of caches that one token reads in RAM
    host_weights: int = 0  # the part of `host` that is weights


class _Sums(NamedTuple):
    """Running sums of bytes: of the first 0, 1, 2, ... layers, experts and experts as one token reads them; of the last
    0, 1, 2, ... layers, stored and read for one token.
    """

    experts: tuple[int, ...]
    active_experts: tuple[int, ...]
    tails: tuple[int, ...]
    active_tails: tuple[int, ...]


def on_one(card: Device, model: Model, workload: Workload, tensors: Weights, cached: int) -> Division:
    """Everything on one card, whether it has room or not."""
    movable = _movable(tensors)
    used = movable + cached + card.runtime + llama_cpp_devices.alone(model, workload, card.engine)
    host = tensors.host_bytes + llama_cpp.buffers(model, workload).host_compute
    share = Share(card, tensors.active_bytes, cached, model.layers)
    return Division((Part(model.layers, used, share, movable),), host, 0, 0, host_weights=tensors.host_bytes)


def over_several(cards: Sequence[Device], model: Model, workload: Workload, tensors: Weights) -> Division:
    """All layers and the head over every card, in proportion to their free memory; some may overflow."""
    cards = in_order(cards)
    total = sum(card.available or 0 for card in cards) or 1
    ends = list(accumulate((card.available or 0) / total for card in cards))
    units = model.layers + 1
    places = [min(bisect_right(ends, layer / units), len(cards) - 1) for layer in range(units)]
    counts = [places.count(card) for card in range(len(cards))]
    counts[places[-1]] -= 1
    return _laid_out(cards, counts, places[-1], model, workload, tensors)


def filled(cards: Sequence[Device], model: Model, workload: Workload, tensors: Weights) -> Division | None:
    """As many of the last layers as fit, whole, on the cards; None when no card takes anything."""
    cards = in_order(cards)
    sums = _sums(model, workload.quant)
    caches = _tails(llama_cpp.kv_bytes(model, workload))
    if len(cards) > 1:
        pipeline = [llama_cpp_devices.several(model, workload, card.engine) for card in cards]
        scratch = [found.of(place, len(cards)) for place, found in enumerate(pipeline)]
        counts, head = _fill(cards, scratch, sums.tails, caches, _head(tensors))
        if sum(counts) == model.layers and head is not None:
            return _laid_out(cards, counts, head, model, workload, tensors)
    # The fewer layers stay in RAM, the less scratch they may need: what fits beside many of them fits beside fewer.
    scratch = _beside(cards, model, workload, model.layers)
    counts, head = _fill(cards, scratch, sums.tails, caches, _head(tensors))
    fewer = _beside(cards, model, workload, model.layers - sum(counts))
    if fewer != scratch:
        scratch = fewer
        counts, head = _fill(cards, scratch, sums.tails, caches, _head(tensors))
    if head is None:
        return None
    return _with_ram(cards, counts, head, scratch, model, workload, tensors)


def experts_in_ram(card: Device, model: Model, workload: Workload, tensors: Weights, cached: int) -> Division | None:
    """All but experts on one card, and of those as many layers' as fit; None when that is not enough or all fit."""
    if model.moe is None:
        return None
    sums = _sums(model, workload.quant)
    scratch = llama_cpp_devices.beside_experts(model, workload, card.engine)
    movable = _movable(tensors)
    used = movable + cached + card.runtime + scratch.card
    count = bisect_left(sums.experts, used - (card.available or 0))
    if not 0 < count <= model.layers:
        return None
    moved = sums.experts[count]
    read = sums.active_experts[count]
    share = Share(card, tensors.active_bytes - read, cached, model.layers)
    part = Part(model.layers, used - moved, share, movable - moved)
    host = tensors.host_bytes + moved
    return Division((part,), host + scratch.host, 0, count, (read, 0), host)


def in_order(cards: Iterable[Device]) -> list[Device]:
    """Cards as the machine, and so llama.cpp, counts them."""
    return sorted(cards, key=lambda card: int(card.name[3:]))


def _movable(tensors: Weights) -> int:
    """Weights on the GPU when all layers go there; a tied embedding is copied for the logits."""
    movable = tensors.total - tensors.looked_up_bytes
    return movable if tensors.tied else movable - tensors.embedding_bytes


def _head(tensors: Weights) -> int:
    return tensors.head_bytes + tensors.other_bytes


@lru_cache(maxsize=4096)
def _sums(model: Model, quant: str) -> _Sums:
    tensors = weights(model, quant)
    idle = map(sub, tensors.layer_bytes, tensors.active_layer_bytes)
    active = map(sub, tensors.expert_bytes, idle)
    return _Sums(
        tuple(accumulate(tensors.expert_bytes, initial=0)),
        tuple(accumulate(active, initial=0)),
        tuple(accumulate(reversed(tensors.layer_bytes), initial=0)),
        tuple(accumulate(reversed(tensors.active_layer_bytes), initial=0)),
    )


def _tails(caches: tuple[int, ...]) -> Sequence[int]:
    """Bytes of the caches of the last 0, 1, 2, ... layers; most models have the same in every layer."""
    first = caches[0]
    if first and caches.count(first) == len(caches):
        return range(0, first * (len(caches) + 1), first)
    return list(accumulate(reversed(caches), initial=0))


def _fill(
    cards: Sequence[Device], scratch: Sequence[int], layers: Sequence[int], caches: Sequence[int], head: int
) -> tuple[list[int], int | None]:
    """Layers of each card, filled from the last card and the last layer backwards, and the card that has the head."""
    counts = [0] * len(cards)
    placed, owner = 0, None
    for place in reversed(range(len(cards))):
        card = cards[place]
        room = (card.available or 0) - card.runtime - scratch[place] - (0 if owner is not None else head)
        if room < 0:
            continue
        owner = place if owner is None else owner
        room += layers[placed] + caches[placed]
        upto = bisect_right(range(len(layers)), room, key=lambda k: layers[k] + caches[k]) - 1
        counts[place], placed = upto - placed, upto
    return counts, owner


def _beside(cards: Sequence[Device], model: Model, workload: Workload, in_ram: int) -> list[int]:
    """Scratch of each card while `in_ram` layers stay in RAM: the first card reads prompts with those."""
    first = llama_cpp_devices.beside_layers(model, workload, cards[0].engine, in_ram).card
    return [first, *(llama_cpp_devices.alone(model, workload, card.engine) for card in cards[1:])]


def _laid_out(
    cards: Sequence[Device], counts: Sequence[int], head: int, model: Model, workload: Workload, tensors: Weights
) -> Division:
    """All layers on cards that work in a pipeline: `counts` of them each, in order, the head on one."""
    pipeline = [llama_cpp_devices.several(model, workload, card.engine) for card in cards]
    used = [place for place, count in enumerate(counts) if count or place == head]
    scratch = [pipeline[place].of(used.index(place), len(used)) if place in used else 0 for place in range(len(cards))]
    if len(used) == 1:
        return on_one(cards[used[0]], model, workload, tensors, sum(llama_cpp.kv_bytes(model, workload)))
    parts = _parts(cards, counts, head, scratch, model, workload, tensors)
    return Division(parts, tensors.host_bytes + pipeline[0].host, 0, 0, host_weights=tensors.host_bytes)


def _with_ram(
    cards: Sequence[Device], counts: Sequence[int], head: int, scratch: Sequence[int], model: Model, workload: Workload,
    tensors: Weights,
) -> Division:  # fmt: skip
    sums = _sums(model, workload.quant)
    caches = llama_cpp.kv_bytes(model, workload)
    left = model.layers - sum(counts)
    cached = sum(caches[:left])
    scratch_in_ram = llama_cpp_devices.beside_layers(model, workload, cards[0].engine, left).host
    stored = tensors.host_bytes + sums.tails[-1] - sums.tails[model.layers - left]
    read = sums.active_tails[-1] - sums.active_tails[model.layers - left]
    parts = _parts(cards, counts, head, scratch, model, workload, tensors)
    return Division(parts, stored + cached + scratch_in_ram, left, 0, (read, cached), stored)


def _parts(
    cards: Sequence[Device], counts: Sequence[int], head: int, scratch: Sequence[int], model: Model, workload: Workload,
    tensors: Weights,
) -> tuple[Part, ...]:  # fmt: skip
    caches = llama_cpp.kv_bytes(model, workload)
    parts = []
    start = model.layers - sum(counts)
    for place, card in enumerate(cards):
        count = counts[place]
        if not count and place != head:
            continue
        layers = slice(start, start + count)
        start += count
        own = _head(tensors) if place == head else 0
        cached = sum(caches[layers])
        stored = sum(tensors.layer_bytes[layers]) + own
        share = Share(card, sum(tensors.active_layer_bytes[layers]) + own, cached, count)
        parts.append(Part(count, stored + cached + card.runtime + scratch[place], share, stored))
    return tuple(parts)
