"""Uses that suit this machine, each with the figure that makes it so; limits are resources/advice/scenarios.json."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from advisor import RESOURCES
from advisor.advice.pick_rules import rules as pick_rules
from advisor.advice.picks import serving
from advisor.advice.result import CloudPlan, Pick, Scenario
from advisor.advice.survey import (
    READING_PACE,
    Survey,
    comfortable,
    decode,
    dense_size,
    hours,
    needed,
    on_processor,
    ranked,
    works,
)
from advisor.catalog.reading import Fields, read_json
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.workload import for_method

SCENARIOS_FILE = RESOURCES / "advice" / "scenarios.json"
LIMITS = (
    "completion_tokens_per_s", "thought_tokens", "night_hours", "document_tokens", "user_tokens", "users_least",
    "users_most", "jobs_a_day", "models_to_try", "bytes_per_token", "disk_share", "adapter_bytes",
)  # fmt: skip
_TRAINING = ("qlora", "lora")


def scenarios(found: Survey, picks: Sequence[Pick], cloud: Sequence[CloudPlan]) -> tuple[Scenario, ...]:
    """The scenarios whose conditions this machine meets: running, serving, training, and work beside the cloud."""
    return (
        *_running(found, picks), *_documents(found, picks), *_beside(picks), *_team(found, picks),
        *_training(picks), *_prepare(found), *_coordinate(cloud), *_distil(picks, cloud), *_later(found, cloud),
    )  # fmt: skip


@cache
def limits() -> Mapping[str, float]:
    """The program's own limits by name."""
    return load_limits(SCENARIOS_FILE)


def load_limits(path: Path) -> Mapping[str, float]:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.text("note")
    found = {}
    for name in LIMITS:
        entry = document.section(name)
        if entry is None:
            raise UserError(N_("{where}: an object was expected"), where=f"{path.name}: {name}")
        found[name] = entry.number("value", 0, 1e9)
        entry.text("why")
        entry.close()
    document.close()
    return MappingProxyType(found)


# Running ------------------------------------------------------------------------------------------------------------


def _running(found: Survey, picks: Sequence[Pick]) -> Iterator[Scenario]:
    law = limits()
    chat, code, reasoning, vlm = (serving(picks, use) for use in ("chat", "code", "reasoning", "vlm"))
    if chat is not None and (speed := decode(chat.estimate)):
        yield Scenario("chat_slow" if chat.slow else "chat", _paced(chat.estimate, speed))
        tokens = round(speed * 3600 * law["night_hours"], -3)
        yield Scenario("batch", {"model": chat.estimate.model.name, "tokens": tokens})
    if code is not None and (speed := decode(code.estimate)):
        quick = speed >= law["completion_tokens_per_s"]
        yield Scenario("code_completion" if quick else "code_chat", _paced(code.estimate, speed))
        if not quick:
            yield from _completion(found)
    if reasoning is not None and (speed := decode(reasoning.estimate)):
        tokens = law["thought_tokens"]
        name = reasoning.estimate.model.name
        yield Scenario("reasoning", {"model": name, "tokens": int(tokens), "time_s": tokens / speed})
    if vlm is not None and (speed := decode(vlm.estimate)):
        yield Scenario("pictures", _paced(vlm.estimate, speed))
    count = sum(comfortable(answer) for answer in found.estimates["run"])
    if count >= law["models_to_try"]:
        yield Scenario("try", {"count": count})


def _paced(answer: Estimate, speed: float) -> dict[str, object]:
    return {"model": answer.model.name, "speed_tokens_per_s": speed}


def _completion(found: Survey) -> Iterator[Scenario]:
    """Beside a code model that is too slow for it: the strongest on the card that keeps up with typing."""
    answer = _on_card(found, ("code",), limits()["completion_tokens_per_s"])
    if answer is not None:
        yield Scenario("code_completion", _paced(answer, decode(answer) or 0.0))


def _on_card(found: Survey, kinds: Sequence[str], pace: float) -> Estimate | None:
    """The strongest model of `kinds` that lies on graphics cards alone and generates at least `pace` tokens a second;
    a processor reads prompts too slowly to serve while somebody waits.
    """
    quick = (a for a in found.estimates["run"] if a.verdict == "fits" and not on_processor(a))
    able = ranked(quick, lambda a: a.model.kind in kinds and (decode(a) or 0.0) >= pace)
    return next(iter(able), None)


def _documents(found: Survey, picks: Sequence[Pick]) -> Iterator[Scenario]:
    """The longest context at which the first pick still fits, in its own quantisation."""
    chat = serving(picks, "chat")
    if chat is None:
        return
    model, base = chat.estimate.model, chat.estimate.workload
    for context in pick_rules().contexts:
        if limits()["document_tokens"] <= context <= (model.max_context or 0):
            answer = found.ask(model, replace(base, context=context))
            if works(answer):
                values = {"model": model.name, "context": context, "needed_bytes": needed(answer)}
                yield Scenario("documents", values)
                return


def _beside(picks: Sequence[Pick]) -> Iterator[Scenario]:
    """Networks that are small enough to work beside the first pick."""
    chat = serving(picks, "chat")
    for use, code in (("embedding", "search"), ("speech", "transcribe"), ("image", "draw")):
        pick = serving(picks, use)
        if pick is None:
            continue
        size = needed(pick.estimate)
        if code == "search" and (chat is None or not _both(chat.estimate, pick.estimate)):
            continue
        beside = chat.estimate.model.name if chat is not None else ""
        yield Scenario(code, {"model": pick.estimate.model.name, "needed_bytes": size, "chat": beside})


def _both(first: Estimate, second: Estimate) -> bool:
    """Whether both fit at once where the first lies."""
    free = sum(place.available or 0 for place in first.placements)
    used = sum(place.used for place in first.placements) + sum(place.used for place in second.placements)
    return 0 < used <= free


# Serving several people ---------------------------------------------------------------------------------------------


def _team(found: Survey, picks: Sequence[Pick]) -> Iterator[Scenario]:
    """How many people the best pick serves at reading pace even when they take turns: batching only makes it more.
    Where the picks serve one person each, as those with parts in RAM do, the strongest model on the card may do.
    """
    law = limits()
    chats = [pick.estimate for pick in picks if pick.use == "chat" and not pick.slow]
    count, answer = _busiest(found, chats)
    if count < law["users_least"] and (other := _on_card(found, ("chat",), law["users_least"] * READING_PACE)):
        count, answer = _busiest(found, [other])
    if answer is None or count < law["users_least"]:
        return
    values = {"model": answer.model.name, "count": count, "context": int(law["user_tokens"])}
    yield Scenario("team", {**values, "needed_bytes": needed(_shared(found, answer, count))})


def _busiest(found: Survey, answers: Sequence[Estimate]) -> tuple[int, Estimate | None]:
    """The one that serves most people, and how many."""
    served = [(_users(found, answer), answer) for answer in answers]
    return max(served, key=lambda pair: pair[0], default=(0, None))


def _users(found: Survey, answer: Estimate) -> int:
    """The most people, by speed and by the memory of their conversations."""
    law = limits()
    if answer.workload.resolved_stack != "llama.cpp":
        return 0
    count = int(min((decode(answer) or 0.0) / READING_PACE, law["users_most"]))
    while count >= law["users_least"] and not works(_shared(found, answer, count)):
        count //= 2
    return count


def _shared(found: Survey, answer: Estimate, count: int) -> Estimate:
    context = count * int(limits()["user_tokens"])
    return found.ask(answer.model, replace(answer.workload, parallel=count, context=context))


# Training and the cloud ---------------------------------------------------------------------------------------------


def _training(picks: Sequence[Pick]) -> Iterator[Scenario]:
    timed = [(p.estimate, time) for p in picks if p.use in _TRAINING and not p.slow and (time := hours(p.estimate))]
    for code, most in (("fine_tune", 24.0), ("tuning_service", 24 / limits()["jobs_a_day"])):
        best = max(
            (pair for pair in timed if pair[1] <= most), key=lambda pair: dense_size(pair[0].model), default=None
        )
        if best is not None:
            answer, time = best
            tokens = answer.workload.dataset_tokens * answer.workload.epochs
            values = {"model": answer.model.name, "tokens": tokens, "time_s": 3600 * time, "count": int(24 / time)}
            yield Scenario(code, values)


def _prepare(found: Survey) -> Iterator[Scenario]:
    """Data of the size that the free disk holds; without a figure where the disk is not known."""
    law = limits()
    free = max((d.free_bytes for d in found.machine.disks if d.free_bytes is not None), default=None)
    if free is None:
        yield Scenario("prepare", {})
    elif free > 0:
        tokens = round(free * law["disk_share"] / law["bytes_per_token"], -8)
        if tokens:
            yield Scenario("prepare_disk", {"free_bytes": free, "tokens": int(tokens)})


def _coordinate(cloud: Sequence[CloudPlan]) -> Iterator[Scenario]:
    """Training elsewhere, directed from here: what it takes and what comes back."""
    for plan in cloud:
        time, training = hours(plan.estimate), plan.estimate.training
        if time is None or training is None or plan.usd is None or plan.estimate.workload.task == "full":
            continue
        yield Scenario(
            "coordinate",
            {
                "model": plan.estimate.model.name, "gpu": plan.gpu, "time_s": 3600 * time,
                "usd": f"{plan.usd[0]:.2f}–{plan.usd[1]:.2f}",
                "adapter_bytes": int(training.trainable_parameters * limits()["adapter_bytes"]),
            },
        )  # fmt: skip
        return


def _distil(picks: Sequence[Pick], cloud: Sequence[CloudPlan]) -> Iterator[Scenario]:
    """A student that is trained here on the answers of a larger model that runs here or in the cloud."""
    student = next((p.estimate for p in picks if p.use in _TRAINING), None)
    chat = serving(picks, "chat")
    if student is None or not (time := hours(student)):
        return
    here = [chat.estimate.model] if chat is not None and not chat.slow else []
    teacher = max([*here, *(plan.estimate.model for plan in cloud)], key=dense_size, default=None)
    if teacher is None or dense_size(teacher) <= dense_size(student.model):
        return
    yield Scenario(
        "distil",
        {
            "model": student.model.name, "teacher": teacher.name, "time_s": 3600 * time,
            "tokens": student.workload.dataset_tokens * student.workload.epochs,
        },
    )  # fmt: skip


def _later(found: Survey, cloud: Sequence[CloudPlan]) -> Iterator[Scenario]:
    """Trained in the cloud, then quantised and used here, where the model answers at reading pace here."""
    run = for_method(found.workload, "run")
    for plan in cloud:
        answer = found.ask(plan.estimate.model, run)
        if comfortable(answer) and (speed := decode(answer)):
            values = {"model": plan.estimate.model.name, "gpu": plan.gpu, "speed_tokens_per_s": speed}
            yield Scenario("cloud_then_local", values)
            return
