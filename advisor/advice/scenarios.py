"""Uses that suit this machine, each with the figure that makes it so."""

from collections.abc import Iterator
from dataclasses import replace

from advisor.advice.result import CloudPlan, Pick, Scenario
from advisor.advice.survey import Survey, decode, hours, works
from advisor.estimator.result import Estimate
from advisor.workload import for_method

_CONTEXTS = (131_072, 65_536, 32_768, 16_384, 8_192)
_COMPLETION_TOKENS_PER_S = 20.0  # below this, a suggestion comes later than the typing
_THOUGHT_TOKENS = 3000  # a usual length of a reasoning model's answer
_NIGHT_S = 8 * 3600


def scenarios(found: Survey, picks: tuple[Pick, ...], cloud: tuple[CloudPlan, ...]) -> tuple[Scenario, ...]:
    """The scenarios whose conditions this machine meets."""
    by_use = {use: next((p for p in picks if p.use == use), None) for use in ("chat", "code", "reasoning", "vlm")}
    parts = [*_running(by_use), *_documents(found, by_use["chat"]), *_training(picks)]
    parts.append(Scenario("prepare", {}))
    if cloud:
        plan = cloud[0]
        parts.append(Scenario("cloud_then_local", {"model": plan.estimate.model.name, "gpu": plan.gpu}))
    return tuple(parts)


def _running(by_use: dict[str, Pick | None]) -> Iterator[Scenario]:
    chat, code, reasoning, vlm = (by_use[use] for use in ("chat", "code", "reasoning", "vlm"))
    if chat is not None and (speed := decode(chat.estimate)):
        values = {"model": chat.estimate.model.name, "speed_tokens_per_s": speed}
        yield Scenario("chat_slow" if chat.slow else "chat", values)
        yield Scenario("batch", {"model": chat.estimate.model.name, "tokens": round(speed * _NIGHT_S, -3)})
    if code is not None and (speed := decode(code.estimate)):
        kind = "code_completion" if speed >= _COMPLETION_TOKENS_PER_S else "code_chat"
        yield Scenario(kind, {"model": code.estimate.model.name, "speed_tokens_per_s": speed})
    if reasoning is not None and (speed := decode(reasoning.estimate)):
        values = {"model": reasoning.estimate.model.name, "tokens": _THOUGHT_TOKENS, "time_s": _THOUGHT_TOKENS / speed}
        yield Scenario("reasoning", values)
    if vlm is not None:
        yield Scenario("pictures", {"model": vlm.estimate.model.name})


def _documents(found: Survey, chat: Pick | None) -> Iterator[Scenario]:
    """The longest context at which the best model for talk still fits."""
    if chat is None:
        return
    model = chat.estimate.model
    base = for_method(found.workload, "run")
    for context in _CONTEXTS:
        if context <= (model.max_context or 0) and works(answer := found.ask(model, replace(base, context=context))):
            yield Scenario("documents", {"model": model.name, "context": context, **_total(answer)})
            return


def _total(answer: Estimate) -> dict[str, object]:
    return {"needed_bytes": answer.memory.total if answer.memory is not None else None}


def _training(picks: tuple[Pick, ...]) -> Iterator[Scenario]:
    pick = next((p for p in picks if p.use in ("qlora", "lora") and not p.slow), None)
    if pick is not None and (time := hours(pick.estimate)) is not None:
        tokens = pick.estimate.workload.dataset_tokens * pick.estimate.workload.epochs
        yield Scenario("fine_tune", {"model": pick.estimate.model.name, "tokens": tokens, "time_s": 3600 * time})
