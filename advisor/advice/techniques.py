"""What each technique saves here: the same job estimated without and with it, on a model that suits the machine."""

from collections.abc import Iterator
from dataclasses import replace

from advisor.advice.result import CloudPlan, Pick, Technique
from advisor.advice.survey import READING_PACE, Survey, decode, dense_size, largest, ranked, teaching_model, works
from advisor.advice.waterfall import Waterfall, waterfall
from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.workload import Workload, for_method

TRAINING_USES = ("lora", "qlora", "full")
_BATCH = 8  # a usual effective batch, all at once or gathered by gradient accumulation


def techniques(found: Survey, picks: tuple[Pick, ...], cloud: tuple[CloudPlan, ...]) -> tuple[Technique, ...]:
    """Techniques for running, then for training, then those that no estimate can put a number on."""
    model = teaching_model(found)
    parts: list[Technique] = []
    if model is not None:
        parts += [*_running(found, model), *_training(found, model)]
    parts += _split(found)
    parts += _distilling(found, picks, cloud)
    parts.append(Technique("pruning"))
    return tuple(parts)


def waterfalls(found: Survey, picks: tuple[Pick, ...]) -> tuple[Waterfall, ...]:
    """The waterfalls of running the first pick and of fine-tuning the first pick for that; without picks of the model
    that techniques are shown on.
    """
    shown = teaching_model(found)
    running = (p.estimate.model for p in picks if p.use not in TRAINING_USES)
    run = next((model for model in running if not isinstance(model, Network)), shown)
    train = next((p.estimate for p in picks if p.use in TRAINING_USES), None)
    cells = [(run, for_method(found.workload, "run"))]
    if train is not None:
        cells.append((train.model, train.workload))
    else:
        cells.append((shown, for_method(found.workload, "qlora")))
    made = [waterfall(found, model, cell) for model, cell in cells if model is not None]
    return tuple(one for one in made if one is not None)


def _compare(found: Survey, model: Model, code: str, before: Workload, after: Workload) -> Technique:
    return Technique(code, found.ask(model, before), found.ask(model, after))


def _running(found: Survey, model: Model) -> Iterator[Technique]:
    base = for_method(found.workload, "run")
    full, half = for_method(base, "run-f16"), for_method(base, "run-q8")
    yield _compare(found, model, "quant_8bit", full, half)
    yield _compare(found, model, "quant_4bit", full, for_method(replace(base, quant=_four_bit(base)), "run"))
    if base.resolved_stack == "llama.cpp":
        with_flash = replace(base, kv_type="f16", flash_attention=True)
        yield _compare(found, model, "kv_8bit", with_flash, replace(with_flash, kv_type="q8_0"))
    if base.context >= 2048:
        yield _compare(found, model, "context_half", base, replace(base, context=base.context // 2))


def _four_bit(base: Workload) -> str:
    return "Q4_K_M" if base.resolved_stack == "llama.cpp" else "NF4"


def _training(found: Survey, model: Model) -> Iterator[Technique]:
    base = replace(for_method(found.workload, "lora"), stack="transformers")
    full, qlora = (replace(base, task="full"), replace(base, task="qlora"))
    yield _compare(found, model, "lora", full, base)
    yield _compare(found, model, "qlora", base, qlora)
    yield _compare(found, model, "checkpointing", replace(base, checkpointing=False), replace(base, checkpointing=True))
    at_once, in_steps = replace(base, batch=_BATCH, grad_accum=1), replace(base, batch=1, grad_accum=_BATCH)
    yield _compare(found, model, "grad_accum", at_once, in_steps)
    adam = replace(full, optimizer="adamw")
    yield _compare(found, model, "optimizer_8bit", adam, replace(adam, optimizer="adamw8bit"))
    yield _compare(found, model, "fused_loss", base, replace(base, stack="fused-loss"))


def _split(found: Survey) -> Iterator[Technique]:
    """The largest model that runs on GPU and CPU together at reading pace, where there is such a pair; else the
    quickest.
    """
    pairs = [a for a in found.estimates["run"] if a.verdict == "offload" and decode(a) is not None]
    quickest = max(pairs, key=lambda a: decode(a) or 0.0, default=None)
    answer = largest(pairs, lambda a: (decode(a) or 0.0) >= READING_PACE) or quickest
    if answer is not None:
        yield Technique("split", None, answer)


def _distilling(found: Survey, picks: tuple[Pick, ...], cloud: tuple[CloudPlan, ...]) -> Iterator[Technique]:
    """A large teacher in the cloud, a student that works here."""
    students = [p.estimate for p in picks if p.use == "chat"]
    teachers = [plan.estimate.model for plan in cloud] or [
        a.model for a in ranked(found.estimates["run"], lambda a: not works(a) and a.memory is not None)[-1:]
    ]
    if students and teachers:
        teacher = found.ask(max(teachers, key=dense_size), for_method(found.workload, "run"))
        if teacher.parameters > students[0].parameters:
            yield Technique("distillation", teacher, students[0])
