"""Feasible plans: running and fine-tuning here, in stages, in the cloud."""

from collections.abc import Iterator, Sequence

from advisor import words
from advisor.advice.result import Advice, CloudPlan, Pick
from advisor.advice.survey import WORKS, decode, realistic
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory, span, speed_span, time_span
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context

_TRAINING = ("lora", "qlora")


def sections(context: Context) -> Iterator[Section]:
    """Running here, fine-tuning here, in stages, in the cloud."""
    advice, _ = context.advice, context._
    yield Section(_("Feasible plans"), ())
    yield Section(_("Running models here"), tuple(_run_here(advice, _)), 2)
    yield Section(_("Fine-tuning here"), tuple(_train_here(advice, _)), 2)
    yield Section(_("In stages, on several computers"), (_stages(advice, _),), 2)
    yield Section(_("In the cloud"), tuple(_cloud(advice.cloud, _)), 2)


def _run_here(advice: Advice, _: Translator) -> Iterator[Block]:
    run = [p for p in advice.picks if p.use not in _TRAINING]
    if not run:
        yield Paragraph(
            _("No model of the catalogue fits into the free memory. Close other programs, or see section 8.")
        )
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


def _train_here(advice: Advice, _: Translator) -> Iterator[Block]:
    train = [p for p in advice.picks if p.use in _TRAINING]
    if not train:
        fits = any(
            count for fit in advice.fits if fit.method == "lora" for v, count in fit.counts.items() if v in WORKS
        )
        yield Paragraph(
            _("Fine-tuning of small models fits into memory, but how long it would take here is not known.")
            if fits
            else _("No fine-tuning of a catalogue model fits into this machine's memory: use section 4.4.")
        )
        return
    if any(p.slow and realistic(p.estimate) for p in train):
        yield Paragraph(
            _(
                "No graphics card here can train, so the processor does: slow, and worth it only for the smallest "
                "models, left alone for a night. For anything larger use section 4.4."
            )
        )
    elif all(p.slow for p in train):
        yield Paragraph(
            _("It fits into memory but is not realistic here; the quickest one shows how long it would take.")
        )
    if any(p.estimate.workload.precision != advice.workload.precision for p in train):
        yield Paragraph(
            _(
                "In FP32: this processor has no instructions for 16-bit training, which would be tens of times "
                "slower on it."
            )
        )
    columns = (
        Column(_("Method"), 1.2), Column(_("Model"), 1.6), Column(_("Memory"), 1, True), Column(_("Time"), 1.6, True),
        Column(_("Energy"), 1.3, True), Column(_("Settings"), 2.4),
    )  # fmt: skip
    yield Table(columns, tuple(_training_row(p, _) for p in train))
    tokens = advice.workload.dataset_tokens * advice.workload.epochs
    yield Paragraph(_("Time for {tokens} training tokens.", tokens=_.integer(tokens)), "caption")


def _training_row(pick: Pick, _: Translator) -> tuple[Cell, ...]:
    answer, w = pick.estimate, pick.estimate.workload
    time = answer.training
    settings = _(
        "batch {batch} × {accum}, sequence {seq}, rank {rank}, {precision}", batch=w.batch, accum=w.grad_accum,
        seq=_.integer(w.seq), rank=w.rank, precision=w.precision.upper(),
    )  # fmt: skip
    return (
        Cell({"lora": "LoRA", "qlora": "QLoRA"}[pick.use]),
        Cell(answer.model.name),
        Cell(memory(answer, _), answer.verdict),
        Cell(time_span(time.hours if time else None, _)),
        Cell(span(time.energy_kwh if time else None, "kWh", _)),
        Cell(settings),
    )


def _stages(advice: Advice, _: Translator) -> Bullets:
    """Three stages with this machine's own models, and what is honest about distributed training."""
    run = next((p.estimate for p in advice.picks if p.use not in _TRAINING), None)
    items = [_("Prepare, clean and tokenise the data here: this needs no GPU.")]
    if run is not None:
        items.append(
            _(
                "Try prompts and check the data's format with {model} here before anything is rented.",
                model=run.model.name,
            )
        )
    if advice.cloud:
        plan = advice.cloud[0]
        items.append(
            _("Train the adapters of {model} on a rented {gpu}.", model=plan.estimate.model.name, gpu=plan.gpu)
        )
    items.append(_("Merge the adapters, quantise to 4 bits, and run the result here."))
    items.append(
        _(
            "Training one model over several computers needs a fast network and equal GPUs; "
            "the time of such a set-up has not been validated here, so no figure is given."
        )
    )
    return Bullets(tuple(items))


def _cloud(plans_: Sequence[CloudPlan], _: Translator) -> Iterator[Block]:
    if not plans_:
        yield Paragraph(
            _("No cloud plan could be computed: no GPU of the price list holds a model that is out of reach here.")
        )
        return
    columns = (
        Column(_("Job"), 1.8), Column(_("GPU"), 1.3), Column(_("Memory"), 0.9, True), Column(_("Time"), 1.5, True),
        Column(_("US$ per hour"), 1.1, True), Column(_("Cost in US$"), 1.2, True),
        Column(_("Energy in kWh"), 1.3, True),
    )  # fmt: skip
    yield Table(columns, tuple(_cloud_row(p, _) for p in plans_))
    dates = words.names(_, sorted({p.date or _("a page without a date") for p in plans_}))
    note = _("Prices as published on {dates}, low and high of the source; they change often.", dates=dates)
    yield Paragraph(note, "caption")
    if any(p.old for p in plans_):
        yield Paragraph(_("Some prices are older than half a year or undated: check before you decide."), "caption")


def _cloud_row(plan: CloudPlan, _: Translator) -> tuple[Cell, ...]:
    answer, time = plan.estimate, plan.estimate.training
    method = {"lora": "LoRA", "qlora": "QLoRA", "full": _("Full fine-tuning")}.get(answer.workload.task, "")
    low, high = plan.usd_per_hour
    cost = DASH if plan.usd is None else f"{plan.usd[0]:,.2f} – {plan.usd[1]:,.2f}"
    return (
        Cell(f"{answer.model.name}\n{method}"),
        Cell(plan.gpu),
        Cell(memory(answer, _)),
        Cell(time_span(time.hours if time else None, _)),
        Cell(f"{low:.2f} – {high:.2f}"),
        Cell(cost),
        Cell(span(time.energy_kwh if time else None, "", _)),
    )
