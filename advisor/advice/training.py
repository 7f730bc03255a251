"""What can be fine-tuned on this machine: model, method and settings by search in the estimator, time and energy."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from advisor.advice.makes import age, make
from advisor.advice.plans import DatasetTime, TrainingPlan
from advisor.advice.result import Pick
from advisor.advice.survey import (
    NIGHT_HOURS,
    SMALL_PARAMETERS,
    Survey,
    dense_size,
    hours,
    on_processor,
    ranked,
    realistic,
    speaks,
    works,
)
from advisor.advice.training_rules import TRAINED, Dataset, training_rules
from advisor.advice.training_search import best_here, device_of, tuned
from advisor.estimator.result import Estimate, TrainingEstimate
from advisor.estimator.training_time import cpu_class
from advisor.machine import Cpu
from advisor.workload import Method, Workload, for_method

UNREALISTIC = "unrealistic"
_KINDS = ("chat", "base")
_PER_METHOD = {"qlora": 2, "lora": 2, "full": 1}
# Reasons of an estimate that say that its model's training was never tracked, or lay far off.
_NOT_VALIDATED = frozenset(
    {"recurrent_kernels", "every_expert", "layers_differ", "indexer_not_tracked", "qlora_experts_packed"}
)


def training_plans(found: Survey, language: str = "en") -> tuple[TrainingPlan, ...]:
    """The plans of this machine: on a GPU the strongest models that each method ends within a day; on the processor,
    where no GPU trains, small models in one night, and what a larger one would take. Empty when nothing fits.

    `language` is the reader's: models that list it come first.
    """
    plans = [plan for method in TRAINED for plan in _on_gpu(found, method, language)]
    return tuple(plans or _in_no_time(found, language) or _on_processor(found, language))


def as_picks(picks: Sequence[Pick], plans: Sequence[TrainingPlan]) -> tuple[Pick, ...]:
    """`picks` with the plans' models as those for training: one advice names one model with one time everywhere."""
    chosen = [p for p in plans if p.recommended and p.method != "full" and (p.on_gpu or small(p.estimate))]
    running = [pick for pick in picks if pick.use not in TRAINED]
    if not chosen:
        return tuple(picks)
    ordered = sorted(chosen, key=lambda plan: plan.method != "lora")
    return (*running, *(Pick(plan.method, plan.estimate, slow=not plan.on_gpu) for plan in ordered))


def small(answer: Estimate) -> bool:
    """Whether a processor may be asked to train the model."""
    return answer.parameters <= SMALL_PARAMETERS


def emulated(cpu: Cpu, workload: Workload) -> bool:
    """Whether the processor only emulates the workload's 16-bit training, so that FP32 is many times faster on it."""
    return workload.precision != "fp32" and cpu_class(cpu, workload) == "cpu-emulated"


def verdict(time: float | None) -> str:
    """The word for a time in hours: a key of words_plans.VERDICTS."""
    if time is None:
        return "unknown"
    return next((code for code, most in training_rules().verdicts if time <= most), UNREALISTIC)


def dataset_times(answer: Estimate) -> tuple[DatasetTime, ...]:
    """What the examples of data sets would take with the settings of `answer`."""
    return tuple(_dataset(answer, one) for one in training_rules().datasets)


# On a graphics card -------------------------------------------------------------------------------------------------


def _on_gpu(found: Survey, method: Method, language: str) -> Iterator[TrainingPlan]:
    base = for_method(found.workload, method)
    room = max((gpu.vram_bytes or 0 for gpu in found.machine.gpus if gpu.usable is not False), default=0)
    if any(gpu.kind == "unified" for gpu in found.machine.gpus):
        room = max(room, found.machine.memory.total_bytes or 0)
    chosen: list[Estimate] = []

    def choose(answers: Iterable[Estimate], wanted: Callable[[Estimate], bool], count: int, **how: bool) -> None:
        for answer in answers:
            if len(chosen) >= count:
                return
            if _weights(answer) <= room and wanted(answer):
                here = best_here(found.machine, found.budget, answer.model, base, **how)
                if here is not None and realistic(here):
                    chosen.append(here)

    models, most = _ordered(found.estimates[method], language), _PER_METHOD[method]
    choose(models, lambda _: True, 1)
    if method == "qlora" and chosen:  # what the card holds at most, if that is much larger
        for tight in (False, True):
            choose(models, lambda answer: _larger(answer, chosen[0]), most, tight=tight, keep_seq=True)
    choose(models, lambda answer: _another(answer, chosen), most)
    for here in chosen:
        yield _plan(found, method, tuned(found.machine, found.budget, here, base))


def _in_no_time(found: Survey, language: str) -> list[TrainingPlan]:
    """Where a card holds models but ends none within a day: the smallest one shows how long it takes."""
    for method in TRAINED:
        models = sorted(_ordered(found.estimates[method], language), key=lambda a: a.parameters)
        for answer in models if any(gpu.usable is not False for gpu in found.machine.gpus) else ():
            here = best_here(found.machine, found.budget, answer.model, answer.workload)
            if here is not None and hours(here) is not None:
                return [_plan(found, method, tuned(found.machine, found.budget, here, answer.workload))]
    return []


def _another(answer: Estimate, chosen: Sequence[Estimate]) -> bool:
    """Whether a model is a choice beside those: of another make, not of an older generation, not much smaller."""
    rules = training_rules()
    return not chosen or (
        make(answer) not in map(make, chosen)
        and age(answer.model) <= age(chosen[0].model) + rules.second_years
        and dense_size(answer.model) >= rules.second_share * dense_size(chosen[0].model)
    )


def _larger(answer: Estimate, first: Estimate) -> bool:
    """Whether a dense model that is not too old is much larger than the first choice."""
    rules = training_rules()
    if answer.model.moe is not None or not _validated(answer) or age(answer.model) > rules.larger_years:
        return False
    return dense_size(answer.model) >= rules.larger * dense_size(first.model)


def _ordered(answers: Iterable[Estimate], language: str) -> list[Estimate]:
    """The models for fine-tuning: those that speak the language, whose training is validated, the strongest first.
    Mixtures of experts, which are rarely fine-tuned, come last.
    """
    wanted = ranked((a for a in answers if a.memory is not None), lambda a: a.model.kind in _KINDS)
    return sorted(wanted, key=lambda a: (a.model.moe is not None, not _validated(a), not speaks(a.model, language)))


def _validated(answer: Estimate) -> bool:
    return not any(reason.code in _NOT_VALIDATED for reason in answer.reasons)


def _weights(answer: Estimate) -> int:
    if answer.memory is None:
        return 0
    return next((part.bytes for part in answer.memory.components if part.name == "weights"), 0)


# On the processor ---------------------------------------------------------------------------------------------------


def _on_processor(found: Survey, language: str) -> Iterator[TrainingPlan]:
    """Two small models that end within a night; one larger that shows how long it takes. In FP32 where 16 bits are
    only emulated: twice the bytes, tens of times the speed.
    """
    base = for_method(found.workload, "lora")
    changed = emulated(found.machine.cpu, base)
    work = replace(base, batch=1, grad_accum=1, precision="fp32" if changed else base.precision)
    most = training_rules().processor_parameters
    models = [a for a in _ordered(found.estimates["lora"], language) if a.parameters <= most]
    timed = [a for a in (found.ask(m.model, work) for m in models) if works(a) and on_processor(a) and hours(a)]
    night: list[Estimate] = []
    for answer in timed:
        if len(night) < _PER_METHOD["lora"] and realistic(answer) and _another(answer, night):
            night.append(answer)
    rest = [a for a in timed if a not in night and a.parameters > max((b.parameters for b in night), default=0)]
    larger = [a for a in rest if (hours(a) or 0) > NIGHT_HOURS or a.parameters > SMALL_PARAMETERS]
    shown = _next_larger(larger) if night else _quickest(timed)
    asked = {a.model.id: hours(a) for a in found.estimates["lora"]} if changed else {}
    for answer in (*night, *shown):
        best = tuned(found.machine, found.budget, answer, base) if answer.verdict == "fits" else answer
        yield _plan(found, "lora", best, asked.get(answer.model.id))


def _next_larger(answers: Sequence[Estimate]) -> list[Estimate]:
    """The strongest that a week suffices for, else the quickest of those."""
    week = [a for a in answers if verdict(hours(a)) != UNREALISTIC]
    return week[:1] or _quickest(answers)


def _quickest(answers: Sequence[Estimate]) -> list[Estimate]:
    return sorted(answers, key=lambda a: hours(a) or 0)[:1]


# The plan -----------------------------------------------------------------------------------------------------------


def _plan(found: Survey, method: Method, answer: Estimate, asked: float | None = None) -> TrainingPlan:
    word = verdict(hours(answer))
    return TrainingPlan(method, answer, word, _longest(found, answer), dataset_times(answer), asked)


def _longest(found: Survey, answer: Estimate) -> int | None:
    """The longest sequence, of the model's own lengths, that still fits at batch 1 on the same device."""
    best: int | None = None
    for length in training_rules().sequences:
        if length <= answer.workload.seq:
            continue
        if length > (answer.model.max_context or 0):
            break
        other = found.ask(answer.model, replace(answer.workload, seq=length, batch=1, checkpointing=True))
        if other.verdict != "fits" or device_of(other) != device_of(answer):
            break
        best = length
    return best


def _dataset(answer: Estimate, one: Dataset) -> DatasetTime:
    tokens = one.samples * one.tokens_each * answer.workload.epochs
    asked = answer.workload.dataset_tokens * answer.workload.epochs
    time: TrainingEstimate | None = answer.training
    taken = time.hours.scaled(tokens / asked) if time is not None and time.hours is not None else None
    energy = time.energy_kwh.scaled(tokens / asked) if time is not None and time.energy_kwh is not None else None
    return DatasetTime(one.code, one.samples, tokens, taken, energy)
