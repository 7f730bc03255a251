"""Models worth trying on this machine: by use, each with the best settings that leave room."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from advisor.advice.makes import age, make
from advisor.advice.pick_rules import Use, rules
from advisor.advice.pick_settings import given_up, reference, tuned
from advisor.advice.result import Pick
from advisor.advice.survey import READING_PACE, Survey, comfortable, decode, power, speaks, speechless, works
from advisor.catalog.networks import Network, networks
from advisor.estimator.result import Estimate
from advisor.estimator.tensors import active_parameters
from advisor.workload import for_method

# Where no speed is known: what any computer of the last ten years reads from memory at a bearable pace.
_ACTIVE_PARAMETERS = 4.5e9
NETWORK_USES = ("embedding", "speech", "image", "vision")


def picks(found: Survey, language: str = "en") -> tuple[Pick, ...]:
    """The picks for inference, the best first within each use; then other networks.

    A model that is best for several uses is picked once: `also` names the others. `language` is the reader's
    ("zh-CN"): models that list it come before those that do not. English is spoken by all.
    """
    return (*_merged(_running(found, language)), *_networks(found))


# Language models ----------------------------------------------------------------------------------------------------


def _running(found: Survey, language: str) -> Iterator[Pick]:
    answers = [a for a in reference(found) if not isinstance(a.model, Network)]
    silent = speechless(answers)
    nothing = True
    for use in rules().uses:
        candidates = [a for a in answers if a.model.kind in use.kinds and _speaks(a, use)]
        wanted = _bearable if silent else _at(use.tokens_per_s)
        best = _best(candidates, wanted, use.language or language)
        if not best and use.tokens_per_s > READING_PACE and use.use != "quick":
            wanted = comfortable
            best = _best(candidates, wanted, use.language or language)
        if silent and use.use == "quick":
            best = []
        for answer in _distinct(best, use, use.language or language):
            nothing = False
            chosen = tuned(found, answer, use)
            yield Pick(use.use, chosen, gives_up=given_up(chosen, candidates, wanted, language))
    if nothing:  # nothing is comfortable: the quickest that fits, marked as slow
        kinds = rules().uses[0].kinds
        quickest = _quickest([a for a in answers if a.model.kind in kinds])
        yield from (Pick("chat", a, slow=True) for a in quickest)


def _at(tokens_per_s: float) -> Callable[[Estimate], bool]:
    def wanted(answer: Estimate) -> bool:
        return comfortable(answer) and (decode(answer) or 0.0) >= tokens_per_s

    return wanted


def _bearable(answer: Estimate) -> bool:
    """Where no speed is known: fits, and is small enough per token that its speed can hardly disappoint."""
    return works(answer) and active_parameters(answer.model) <= _ACTIVE_PARAMETERS


def _speaks(answer: Estimate, use: Use) -> bool:
    return use.language is None or use.language in (answer.model.languages or "").split(",")


def _best(answers: Iterable[Estimate], wanted: Callable[[Estimate], bool], language: str) -> list[Estimate]:
    """Those `wanted`: those that speak the language first, then those of our days, then the best expected answers."""
    return sorted(
        filter(wanted, answers),
        key=lambda a: (_fluency(a, language), age(a.model) <= rules().max_age_years, _worth(a)),
        reverse=True,
    )


def _fluency(answer: Estimate, language: str) -> int:
    """2: the model lists the language; 1: it lists "multilingual", and nobody says which languages; 0: neither."""
    return 2 if speaks(answer.model, language) else int("multilingual" in (answer.model.languages or ""))


def _worth(answer: Estimate) -> float:
    """The power of the model, less where it has little room, a little more where it is quick. Only for comparing."""
    speed = min(decode(answer) or READING_PACE, rules().speed_most)
    return power(answer.model) * rules().weights.get(answer.verdict, 0.0) * float(speed ** rules().speed_exponent)


def _distinct(answers: Sequence[Estimate], use: Use, language: str) -> list[Estimate]:
    """The first of different makes, as long as they come near the first: sizes of one model are one recommendation.
    Where one speaks the language, none that does not stands beside it.
    """
    seen: set[str] = set()
    chosen: list[Estimate] = []
    for answer in answers:
        near = not chosen or (
            _worth(answer) >= rules().second_share * _worth(chosen[0])
            and bool(_fluency(answer, language)) >= bool(_fluency(chosen[0], language))
        )
        if near and make(answer) not in seen and len(chosen) < use.most:
            seen.add(make(answer))
            chosen.append(answer)
    return chosen


def _quickest(answers: Sequence[Estimate]) -> list[Estimate]:
    known = [(speed, a) for a in answers if works(a) and (speed := decode(a)) is not None]
    return [a for _speed, a in sorted(known, key=lambda pair: pair[0], reverse=True)[:1]]


def _merged(chosen: Iterable[Pick]) -> list[Pick]:
    """One pick for each model: the first use's settings, the other uses beside it."""
    kept: dict[str, Pick] = {}
    for pick in chosen:
        known = kept.get(pick.estimate.model.id)
        if known is None:
            kept[pick.estimate.model.id] = pick
        elif pick.use != known.use:
            kept[pick.estimate.model.id] = known._replace(also=(*known.also, pick.use))
    return list(kept.values())


# Other networks ---------------------------------------------------------------------------------------


def _networks(found: Survey) -> Iterator[Pick]:
    """The best network of each use that fits: on a graphics card where one computes it, else the lighter ones."""
    known = {network.id: network for network in networks()}
    workload = for_method(found.workload, "run")
    served: set[str] = set()
    usable = any(gpu.usable for gpu in found.machine.gpus)
    for rule in rules().networks:
        if rule.gpu and not usable:
            continue
        for name in rule.models:
            if rule.use in served or name not in known:
                continue
            answer = found.ask(known[name], replace(workload, parallel=1))
            if answer.verdict == "fits" and (answer.placements[0].device != "ram") == rule.gpu:
                served.add(rule.use)
                yield Pick(rule.use, answer)


def uses(pick: Pick) -> tuple[str, ...]:
    """All uses of a pick, the one that it was picked for first."""
    return (pick.use, *pick.also)


def serving(chosen: Iterable[Pick], use: str) -> Pick | None:
    """The first pick that serves `use`."""
    return next((pick for pick in chosen if use in uses(pick)), None)
