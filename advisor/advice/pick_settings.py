"""The quantisation and the context for a model that is picked, and what the pick gives up."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from advisor.advice.perplexity import quality_loss
from advisor.advice.pick_rules import GivesUp, Use, rules
from advisor.advice.survey import Survey, decode, dense_size, power, speaks
from advisor.advice.tier import current
from advisor.estimator.result import Estimate
from advisor.workload import for_method

_AS_FAST = 0.9  # of the speed with a short context: what a longer one may cost


def tuned(found: Survey, answer: Estimate, use: Use) -> Estimate:
    """`answer`'s model in the best quantisation and then with the longest context that still leave room to spare.

    The estimate itself where nothing better does. No settings are worth less than twice the reading pace, or than
    the pace that the model has anyway.
    """
    if answer.workload.resolved_stack != "llama.cpp":
        return answer
    longest = min(use.context, answer.model.max_context or use.context)
    asked = [c for c in rules().contexts if answer.workload.context < c <= longest]
    first = min(max(rules().first_context, answer.workload.context), max(longest, answer.workload.context))
    pace = min(use.tokens_per_s, decode(answer) or 0.0)
    best = _better_quant(found, answer, first, max(pace, rules().quality_tokens_per_s))
    for context in asked:
        if context <= best.workload.context:
            break
        longer = found.ask(answer.model, replace(best.workload, context=context))
        if _easy(longer, best, pace):
            return longer
    return best


def _better_quant(found: Survey, answer: Estimate, context: int, pace: float) -> Estimate:
    for quant in rules().quants:
        if quant == answer.workload.quant:
            break
        better = found.ask(answer.model, replace(answer.workload, quant=quant, context=context))
        if better.verdict == "fits" and (decode(better) or 0.0) >= pace:
            return better
    return answer


def _easy(longer: Estimate, base: Estimate, pace: float) -> bool:
    """Whether the longer context still fits with room to spare at about the same pace, and at least at `pace`."""
    if longer.verdict != "fits":
        return False
    speed, before = decode(longer), decode(base)
    return before is None or (speed is not None and speed >= max(pace, _AS_FAST * before))


def given_up(
    answer: Estimate,
    candidates: Sequence[Estimate],
    wanted: Callable[[Estimate], bool],
    language: str,
) -> GivesUp:
    """What the pick `answer` gives up against 16 bits, its trained context and the next of the use's `candidates`."""
    model = answer.model
    larger = [
        a for a in candidates
        if current(a.model)
        and dense_size(a.model) > dense_size(model)
        and power(a.model) > power(model)
        and not wanted(a)
    ]  # fmt: skip
    following = min(larger, key=lambda a: dense_size(a.model), default=None)
    trained = model.max_context
    return GivesUp(
        quality=quality_loss(answer.workload.quant),
        larger=following,
        why="" if following is None else "memory" if following.verdict == "no" else "speed",
        context=trained if trained is not None and trained > answer.workload.context else None,
        language_unknown=not speaks(model, language) and "multilingual" not in (model.languages or ""),
    )


def reference(found: Survey) -> Sequence[Estimate]:
    """The whole catalogue in the smallest quantisation that is picked, with the context asked for at least."""
    base = for_method(found.workload, "run")
    smallest = rules().quants[-1]
    if base.resolved_stack != "llama.cpp" or base.quant == smallest:
        return found.estimates["run"]
    wish = replace(base, quant=smallest)
    return [found.ask(answer.model, wish) for answer in found.estimates["run"]]
