"""Fine-tuning in stages: which step where, from the data to the answers, and what several computers would bring."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from advisor.advice.plans import Stage, TrainingPlan
from advisor.advice.result import CloudPlan
from advisor.advice.survey import READING_PACE, Survey, decode, hours, needed, on_processor, works
from advisor.advice.training import emulated
from advisor.advice.training_rules import TRAINED, training_rules
from advisor.estimator.ground import ground
from advisor.estimator.mixes import weights
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.workload import Method, for_method

_FILE_TYPE = "BF16"  # of the weights that adapters are merged into


def stages(found: Survey, plans: Sequence[TrainingPlan], cloud: Sequence[CloudPlan]) -> tuple[Stage, ...]:
    """The steps for the first job that is out of reach here; with none, for the first plan of this machine. Empty where
    neither is there.
    """
    plan = next((p for p in plans if p.recommended), None)
    if cloud:
        return (*_split(found, plan, cloud[0]), *_after(found, cloud[0].estimate, here=False))
    if plan is None:
        return ()
    return (Stage("prepare", {}), _train_here(plan), *_after(found, plan.estimate, here=True))


def clusters(found: Survey, plans: Sequence[TrainingPlan], cloud: Sequence[CloudPlan]) -> tuple[Stage, ...]:
    """What more cards or computers like this one would bring, with the time that the network alone takes."""
    return tuple(_clusters(found, plans, cloud))


# The stages ---------------------------------------------------------------------------------------------------------


def _split(found: Survey, plan: TrainingPlan | None, job: CloudPlan) -> Iterator[Stage]:
    if (stage := _out_of_reach(found, job.estimate, cards=plan is not None and plan.on_gpu)) is not None:
        yield stage
    yield Stage("prepare", {})
    if plan is not None and plan.estimate.training is not None and plan.estimate.training.tokens_per_s is not None:
        tokens = training_rules().trial_tokens
        seconds = tokens / plan.estimate.training.tokens_per_s.mid
        yield Stage("trial", {"model": plan.estimate.model.name, "tokens": tokens, "time_s": seconds})
    time = hours(job.estimate)
    values = {"model": job.estimate.model.name, "gpu": job.gpu, "time_s": None if time is None else 3600 * time}
    yield Stage("train_cloud", values)


def _out_of_reach(found: Survey, job: Estimate, *, cards: bool) -> Stage | None:
    """Why the job is not for this machine: its memory, else its time, in FP32 where 16 bits are only emulated."""
    here = next((a for a in found.estimates[_column(job)] if a.model is job.model), None)
    if here is None or needed(here) is None or here.verdict == "unknown":
        return None
    if on_processor(here) and emulated(found.machine.cpu, here.workload):
        here = found.ask(here.model, replace(here.workload, precision="fp32"))
    if not works(here):
        # The settings of the matrix or those searched for the rented card, whichever take less.
        least = min(size for size in (needed(here), needed(job)) if size is not None)
        return Stage("too_large_here" if cards else "no_card_here", {"model": job.model.name, "needed_bytes": least})
    time = hours(here)
    code = "too_slow_processor" if on_processor(here) else "too_slow_here"
    return None if time is None else Stage(code, {"model": job.model.name, "time_s": 3600 * time})


def _column(job: Estimate) -> Method:
    return next(method for method in TRAINED if method == job.workload.task)


def _train_here(plan: TrainingPlan) -> Stage:
    time = hours(plan.estimate)
    return Stage("train_here", {"model": plan.estimate.model.name, "time_s": None if time is None else 3600 * time})


def _after(found: Survey, job: Estimate, *, here: bool) -> Iterator[Stage]:
    """Merging, quantising and running what was trained. Merging loads the weights in 16 bits into RAM; the converter
    writes them once more beside the originals (both stream from disk), the quantised file beside that.
    """
    model = job.model
    full = weights(model, _FILE_TYPE).total
    room = _ram(found)
    loaded = round(training_rules().merge_room * full)
    merged_here = room is not None and loaded <= room
    if job.workload.task != "full":
        code = "merge_unknown" if room is None else "merge_here" if merged_here else "merge_there"
        yield Stage(code, {"model": model.name, "needed_bytes": loaded, "available_bytes": room})
    run = found.ask(model, for_method(replace(found.workload, stack="auto"), "run"))
    if run.memory is None:  # llama.cpp does not know the architecture
        yield Stage("no_gguf", {"model": model.name, "needed_bytes": full})
        return
    yield _quantise(found.machine, run, full, at_hand=here or merged_here)
    yield _run(run)
    if job.training is not None and job.workload.task != "full":
        yield Stage("adapter", {"adapter_bytes": 2 * job.training.trainable_parameters})


def _quantise(machine: Machine, run: Estimate, full: int, *, at_hand: bool) -> Stage:
    small, disk = weights(run.model, run.workload.quant).total, _free_disk(machine)
    taken = 2 * full + small
    values = {"quant": run.workload.quant, "file_bytes": small, "needed_bytes": taken, "free_bytes": disk}
    if not at_hand:
        return Stage("quantise_there", values)
    if disk is None:
        return Stage("quantise_disk_unknown", values)
    return Stage("quantise_here" if taken <= disk else "quantise_disk_full", values)


def _run(run: Estimate) -> Stage:
    speed = decode(run)
    values = {
        "model": run.model.name, "quant": run.workload.quant, "needed_bytes": needed(run), "speed_tokens_per_s": speed,
    }  # fmt: skip
    if run.verdict in ("no", "unknown"):
        return Stage("run_not", values)
    if speed is None:
        return Stage("run_unknown", values)
    return Stage("run_here" if speed >= READING_PACE else "run_slow", values)


def _ram(found: Survey) -> int | None:
    """The RAM that the estimates count with."""
    return ground(found.machine, found.budget).ram.available


def _free_disk(machine: Machine) -> int | None:
    return max((disk.free_bytes for disk in machine.disks if disk.free_bytes is not None), default=None)


# Several cards, several computers -----------------------------------------------------------------------------------


def _clusters(found: Survey, plans: Sequence[TrainingPlan], cloud: Sequence[CloudPlan]) -> Iterator[Stage]:
    network = training_rules().network_bytes_per_s
    plan = next((p for p in plans if p.recommended), None)
    cards = [gpu.name for gpu in found.machine.gpus if gpu.usable and gpu.kind == "discrete"]
    if plan is not None and plan.on_gpu and len(cards) > 1 and len(set(cards)) == 1:
        yield Stage("own_cards", {"count": len(cards), "gpu": cards[0]})
    if plan is not None and (stage := _shared_batches(plan.estimate, network)) is not None:
        yield stage
    if cloud and (stage := _divided(cloud[0].estimate, network)) is not None:
        yield stage


def _shared_batches(answer: Estimate, network: float) -> Stage | None:
    """Two computers with the whole model each: a ring all-reduce sends each one's gradients once an update."""
    if answer.training is None or answer.training.tokens_per_s is None:
        return None
    w = answer.workload
    # Gradients of adapters are kept in 32 bits, those of all weights in the weights' own.
    each = 2 if w.task == "full" and w.precision == "bf16" else 4
    sent = each * answer.training.trainable_parameters
    computing = w.batch * w.grad_accum * w.seq / answer.training.tokens_per_s.mid / 2
    values = {"model": answer.model.name, "sent_bytes": sent, "network_s": sent / network, "computing_s": computing}
    return Stage("shared_batches" if sent / network < computing else "shared_in_vain", values)


def _divided(job: Estimate, network: float) -> Stage | None:
    """One model divided over two computers: each fetches the other's half for every forward and backward pass."""
    if job.memory is None:
        return None
    fetched = next((part.bytes for part in job.memory.components if part.name == "weights"), 0)
    w = job.workload
    steps = w.dataset_tokens * w.epochs / (2 * w.batch * w.seq)
    values = {"model": job.model.name, "sent_bytes": fetched, "network_s": steps * fetched / network}
    return Stage("divided", values)
