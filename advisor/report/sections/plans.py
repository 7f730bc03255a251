"""Feasible plans: running and fine-tuning here, in stages, in the cloud."""

from collections.abc import Iterator, Sequence

from advisor import words
from advisor.advice import words_plans
from advisor.advice.plans import TrainingPlan
from advisor.advice.result import Advice
from advisor.advice.survey import SMALL_PARAMETERS, WORKS, decode
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory, span, speed_span, time_span
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.cloud import cloud
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import joined_sentences

_TRAINING = ("lora", "qlora")
_ENERGY = 4  # the place of this column


def sections(context: Context) -> Iterator[Section]:
    """Running here, fine-tuning here, in stages, in the cloud."""
    advice, _ = context.advice, context._
    yield Section(_("Feasible plans"), ())
    yield Section(_("Running models here"), tuple(_run_here(advice, _)), 2)
    yield Section(_("Fine-tuning here"), tuple(_train_here(context)), 2)
    if advice.stages or advice.clusters:
        yield Section(_("In stages, on several computers"), tuple(_stages(advice, _)), 2)
    yield Section(_("In the cloud"), tuple(cloud(advice, _)), 2)


def conclusion(advice: Advice, _: Translator) -> str:
    """What to tell of training in one sentence: here, else in the cloud, else nowhere."""
    plan = next((p for p in advice.training if p.recommended), None)
    if plan is not None and plan.estimate.training is not None:
        sentence = _(
            "Fine-tune {model} here with {method}: {time} for {tokens} tokens.",
            model=plan.estimate.model.name, method=_(words.METHOD_WORDS[plan.method]),
            time=time_span(plan.estimate.training.hours, _), tokens=_tokens(plan, _),
        )  # fmt: skip
        return sentence if plan.on_gpu or not advice.cloud else joined_sentences([sentence, _rented(advice, _)], _)
    return _rented(advice, _) if advice.cloud else _("Fine-tuning is not realistic on this machine.")


def matrix_note(advice: Advice, _: Translator) -> str:
    """Why the matrix shows another time than the plans, where it does; "" where it does not."""
    plan = next((p for p in advice.training if p.asked_hours is not None), None)
    if plan is None or plan.asked_hours is None:
        return ""
    time = plan.estimate.training
    return _(
        "The matrix trains in {asked}, as its settings say. This processor only emulates 16-bit training: LoRA of "
        "{model} takes about {slow} there, in FP32 {time}. Plans and picks therefore use FP32.",
        asked=advice.workload.precision.upper(), model=plan.estimate.model.name,
        slow=_.duration(3600 * plan.asked_hours), time=time_span(time.hours if time else None, _),
    )  # fmt: skip


def _rented(advice: Advice, _: Translator) -> str:
    plan = advice.cloud[0]
    time = plan.estimate.training.hours if plan.estimate.training else None
    return _(
        "Fine-tune in the cloud: {model} on a rented {gpu}, {time}.",
        model=plan.estimate.model.name, gpu=plan.gpu, time=time_span(time, _),
    )  # fmt: skip


# Running ------------------------------------------------------------------------------------------------------------


def _run_here(advice: Advice, _: Translator) -> Iterator[Block]:
    run = [p for p in advice.picks if p.use not in _TRAINING]
    if not run:
        yield Paragraph(
            _("No model of the catalogue fits into the free memory. Close other programs, or see “{section}”.",
              section=_("Upgrades"))
        )  # fmt: skip
        return
    if all(decode(p.estimate) is None for p in run):
        yield Paragraph(
            _("No speed is known here: the models are chosen by what fits and reads few weights for each token.")
        )
    elif all(p.slow for p in run):
        yield Paragraph(_("Nothing answers at reading pace here; the quickest model that fits is listed."))
    best = run[0].estimate
    yield Paragraph(
        _(
            "Start with {model} in {quant} with a context of {context} tokens: {memory}, {speed}.",
            model=best.model.name, quant=best.workload.quant, context=_.integer(best.workload.context),
            memory=memory(best, _), speed=speed_span(best, _),
        )
    )  # fmt: skip
    yield Paragraph(
        _(
            "Programs that do this: llama.cpp, Ollama and LM Studio run the same model files (GGUF) "
            "on Windows, Linux and macOS."
        )
    )


# Fine-tuning --------------------------------------------------------------------------------------------------------


def _train_here(context: Context) -> Iterator[Block]:
    advice, _ = context.advice, context._
    plans = advice.training
    if not plans:
        yield Paragraph(_no_plan(advice, _))
        return
    if not any(plan.recommended for plan in plans):
        yield Paragraph(
            _("It fits into memory but is not realistic here; the quickest one shows how long it would take.")
        )
    elif not plans[0].on_gpu:
        yield Paragraph(_processor(_))
    yield _training_table(plans, _)
    yield Paragraph(joined_sentences(list(_notes(advice, _)), _), "caption")
    if plans[0].on_gpu and any(gpu.vendor == "Apple" for gpu in context.machine.gpus):
        yield Paragraph(
            _(
                "On Apple chips mlx-lm trains adapters on 4-bit weights too, and is the usual choice; these figures "
                "are PyTorch's."
            ),
            "caption",
        )
    if (note := matrix_note(advice, _)) != "":
        yield Paragraph(note, "caption")
    yield Paragraph(_("How long data sets take"), "strong")
    yield _datasets(plans, _)
    yield Paragraph(_("Time and energy grow with the tokens; each further epoch takes as long again."), "caption")


def _no_plan(advice: Advice, _: Translator) -> str:
    counts = next((fit.counts for fit in advice.fits if fit.method == "lora"), {})
    if any(count for verdict, count in counts.items() if verdict in WORKS):
        return _("Fine-tuning of small models fits into memory, but how long it would take here is not known.")
    return _(
        "Not realistic here: no fine-tuning of a catalogue model fits into this machine's memory. See “{section}”.",
        section=_("In the cloud"),
    )


def _processor(_: Translator) -> str:
    return _(
        "No graphics card here can train, so the processor does: slow, and worth it only for small models, left alone "
        "for a night. For anything larger see “{section}”.",
        section=_("In the cloud"),
    )


def _notes(advice: Advice, _: Translator) -> Iterator[str]:
    plans = advice.training
    yield _("Time for {tokens} training tokens.", tokens=_tokens(plans[0], _))
    yield _(
        "The settings were searched: the first that fit with room to spare, then the batch that ends first; they may "
        "differ from the matrix's."
    )
    if any(p.estimate.verdict == "tight" for p in plans):
        yield _("▲ fits only just: close everything else, and expect to shorten the sequences.")
    if any(p.estimate.training is None or p.estimate.training.energy_kwh is None for p in plans):
        yield _("The power that this machine draws in training is not known, so neither is the energy.")
    if not plans[0].on_gpu and any(p.recommended and p.estimate.parameters > SMALL_PARAMETERS for p in plans):
        yield _("The largest of these is at the limit of what a processor should be asked for.")


def _training_table(plans: Sequence[TrainingPlan], _: Translator) -> Table:
    """One row a plan; energy only where it is known of one."""
    energy = any(plan.estimate.training is not None and plan.estimate.training.energy_kwh for plan in plans)
    columns = (
        Column(_("Method"), 1.1), Column(_("Model"), 1.6), Column(_("Memory"), 1.1, True),
        Column(_("Time"), 1.5, True), Column(_("Energy"), 1.2, True), Column(_("Settings"), 2.6),
    )  # fmt: skip
    rows = [_training_row(plan, _) for plan in plans]
    kept = [place for place in range(len(columns)) if energy or place != _ENERGY]
    return Table(tuple(columns[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))


def _training_row(plan: TrainingPlan, _: Translator) -> tuple[Cell, ...]:
    answer, time = plan.estimate, plan.estimate.training
    symbol = words.VERDICT_SYMBOLS[answer.verdict]
    return (
        Cell(_(words.METHOD_WORDS[plan.method])),
        Cell(answer.model.name),
        Cell(f"{symbol} {memory(answer, _)}", answer.verdict),
        Cell(f"{time_span(time.hours if time else None, _)}\n{_(words_plans.VERDICTS[plan.verdict])}"),
        Cell(DASH if time is None or time.energy_kwh is None else span(time.energy_kwh, "kWh", _)),
        Cell(_settings(plan, _)),
    )


def _settings(plan: TrainingPlan, _: Translator) -> str:
    w = plan.estimate.workload
    seq = _.integer(w.seq)
    if plan.longest_seq is not None:
        seq = _("{seq} (up to {longest} at batch 1)", seq=seq, longest=_.integer(plan.longest_seq))
    parts = [
        _("batch {batch} × {accum}", batch=w.batch, accum=w.grad_accum),
        _("sequence {seq}", seq=seq),
        "" if plan.method == "full" else _("rank {rank}", rank=w.rank),
        w.precision.upper(),
        _("checkpointing") if w.checkpointing else _("no checkpointing"),
        w.optimizer,
        _("fused loss") if w.resolved_stack == "fused-loss" else "",
        "" if plan.method != "qlora" or w.kbit_prepare else _("norms and embeddings left in 16 bits"),
    ]
    return words.clauses(_, parts)


def _datasets(plans: Sequence[TrainingPlan], _: Translator) -> Table:
    kinds = plans[0].datasets
    columns = (
        Column(_("Model"), 1.6), Column(_("Method"), 1.2),
        *(Column(words_plans.dataset(_, one), 2, True) for one in kinds),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(plan.estimate.model.name),
            Cell(_(words.METHOD_WORDS[plan.method])),
            *(Cell(time_span(one.hours, _)) for one in plan.datasets),
        )
        for plan in plans
    )
    return Table(columns, rows)


def _tokens(plan: TrainingPlan, _: Translator) -> str:
    w = plan.estimate.workload
    return _.integer(w.dataset_tokens * w.epochs)


# In stages ----------------------------------------------------------------------------------------------------------


def _stages(advice: Advice, _: Translator) -> Iterator[Block]:
    if advice.stages:
        yield Bullets(tuple(words_plans.stage(_, one) for one in advice.stages))
    if advice.clusters:
        yield Paragraph(_("Several computers"), "strong")
        yield Bullets(tuple(words_plans.stage(_, one) for one in advice.clusters))
        yield Paragraph(
            _(
                "The times of the network are computed from the bytes, at best; training on several computers was not "
                "measured here."
            ),
            "caption",
        )
