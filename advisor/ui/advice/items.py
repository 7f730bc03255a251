"""Advice as sections of items: what each says, what a click on it does, and which number its "Why?" explains."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from advisor import words as program_words
from advisor.advice import words, words_bottleneck, words_picks, words_plans, words_upgrades
from advisor.advice.needs import Needs
from advisor.advice.plans import TrainingPlan
from advisor.advice.result import Advice, CloudPlan, Fit, Technique, Upgrade
from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.ui.advice import text
from advisor.ui.base import texts
from advisor.ui.base.topic import Topic
from advisor.words import COUNT_WORDS
from advisor.workload import SETTINGS, Method, Workload

METHOD_OF: Mapping[str, Method] = {"inference": "run", "lora": "lora", "qlora": "qlora", "full": "full"}
_HELD: Mapping[str, Method] = {"Q8_0": "run-q8", "F16": "run-f16"}
_BUILT = ("gpu", "one_more_gpu", "more_ram", "second_module", "other_computer", "named_computer")


class Select(NamedTuple):
    """Show a model's cell."""

    model: Model
    method: Method


class Turn(NamedTuple):
    """Turn knobs, and show the cell that they are for."""

    model: Model
    method: Method
    changes: Mapping[str, Any]


class Build(NamedTuple):
    """Show the machine as it would be after an upgrade."""

    upgrade: Upgrade


Act = Select | Turn | Build


class Item(NamedTuple):
    """One line: what it is, its figures, small print below; a click and further offers."""

    title: str
    figures: str = ""
    note: str = ""
    act: Act | None = None
    why: Topic | None = None
    offer: tuple[str, Act] | None = None


class Section(NamedTuple):
    """Items under a heading; `key` names it for links."""

    key: str
    title: str
    items: tuple[Item, ...]


def sections(_: Translator, advice: Advice) -> Iterator[Section]:
    """All that advice says, as a user would read it: what this machine is, what to try, what would help."""
    found = (
        Section("tier", text.tier(_, advice)[0], tuple(_machine(_, advice))),
        Section("picks", _("Worth trying here"), tuple(_picks(_, advice))),
        Section("fits", _("What fits"), tuple(_fit(_, advice, one) for one in advice.fits)),
        Section("scenarios", _("What this machine suits"), tuple(_scenarios(_, advice))),
        Section("training", _("Fine-tuning here"), tuple(_plan(_, one) for one in advice.training)),
        Section("stages", _("Step by step"), tuple(_stages(_, advice))),
        Section("cloud", _("Rented instead"), tuple(_cloud(_, one) for one in advice.cloud)),
        Section("upgrades", _("What an upgrade brings"), tuple(_upgrade(_, one) for one in advice.upgrades)),
        Section("techniques", _("What techniques save"), tuple(_technique(_, one) for one in advice.techniques)),
    )
    yield from (section for section in found if section.items)


def _machine(_: Translator, advice: Advice) -> Iterator[Item]:
    yield Item(text.tier(_, advice)[1], why=Topic("tier", advice.tier))
    if advice.tier.inference is not None:
        yield Item(text.tiers(_, advice), why=Topic("tier", advice.tier))
        why = Topic("bottleneck", advice.bottleneck) if advice.bottleneck is not None else None
        yield Item(words_bottleneck.sentence(advice.bottleneck, _), why=why)
    for gpu in advice.unusable:
        said = _("{name} cannot be used: {reason}", name=gpu.name, reason=texts.why_not(_, gpu.reason))
        yield Item(said, why=Topic("gauge", gpu.device))


def _picks(_: Translator, advice: Advice) -> Iterator[Item]:
    labels = text.pick_uses(_, advice.picks)
    for one, label in zip(advice.picks, labels, strict=True):
        found = one.estimate
        figures = program_words.clauses(_, (_.gib(found.memory.total) if found.memory else "", texts.pace(_, found)))
        lost = words_picks.given_up(one, _).replace("\n", _("; "))
        notes = [
            program_words.names(_, [label, *(_(words.USES[use]) for use in one.also)]),
            _("slow: nothing better is comfortable here") if one.slow else "",
            _("it gives up: {lost}", lost=lost) if lost else "",
            words_picks.licence(one, _),
        ]
        title = found.model.name + (f" · {_settings(_, found.workload)}" if text.quantised(one) else "")
        method = method_of(found.workload)
        offer = _own_settings(_, advice.workload, found, method)
        yield Item(
            title, figures, " · ".join(filter(None, notes)),
            Select(found.model, method), Topic("pick", one), offer,
        )  # fmt: skip
    if not advice.picks:
        yield Item(text.no_picks(_))


def _settings(_: Translator, workload: Workload) -> str:
    return _("{quant}, context {context}", quant=workload.quant, context=_.integer(workload.context))


def method_of(workload: Workload) -> Method:
    """The usual column of a workload: inference in the quantisations that have columns of their own stands there."""
    method = METHOD_OF[workload.task]
    return _HELD.get(workload.quant, method) if method == "run" else method


def _own_settings(_: Translator, base: Workload, found: Estimate, method: Method) -> tuple[str, Act] | None:
    """To count with the settings that were searched for this item, where they are not those of the window."""
    changes = changed(base, found.workload)
    if method in _HELD.values():
        changes.pop("quant", None)
    if not changes:
        return None
    return _("with these settings"), Turn(found.model, method, changes)


def changed(base: Workload, other: Workload) -> dict[str, Any]:
    """The knobs that stand otherwise in `other`, of those that its task has; "auto" runtimes count as resolved."""
    found = {
        name: getattr(other, name)
        for name in SETTINGS
        if name != "task" and getattr(other, name) != getattr(base, name)
    }
    if not other.training:
        found = {name: value for name, value in found.items() if name not in _TRAINING}
    elif "stack" in found and other.resolved_stack == "transformers":
        del found["stack"]
    return found


_TRAINING = (
    "precision", "kbit_prepare", "optimizer", "batch", "grad_accum", "seq", "checkpointing", "keep_logits", "attention",
    "rank", "targets", "dataset_tokens", "epochs",
)  # fmt: skip


def _fit(_: Translator, advice: Advice, one: Fit) -> Item:
    counts = program_words.clauses(
        _, (f"{_(COUNT_WORDS[name])} {count}" for name, count in one.counts.items() if count)
    )
    heading = texts.column(_, advice.workload, one.method)
    if one.largest is None:
        return Item(heading, counts, why=Topic("counts", one))
    note = _("largest that fits: {model}", model=one.largest.model.name)
    return Item(heading, counts, note, Select(one.largest.model, one.method), Topic("counts", one))


def _scenarios(_: Translator, advice: Advice) -> Iterator[Item]:
    for one in advice.scenarios:
        yield Item(words.say(_, words.SCENARIOS[one.code], one.values))


def _plan(_: Translator, one: TrainingPlan) -> Item:
    found = one.estimate
    time = found.training.hours if found.training is not None else None
    taken = _.duration_range(3600 * time.low, 3600 * time.high) if time is not None else _("time unknown")
    figures = program_words.clauses(_, (_.gib(found.memory.total) if found.memory else "", taken))
    said = _(words_plans.VERDICTS[one.verdict])
    sets = [
        program_words.titled(_, words_plans.dataset(_, data), _.duration(3600 * data.hours.mid))
        for data in one.datasets
        if data.hours is not None
    ]
    title = f"{found.model.name} · {_(program_words.METHOD_WORDS[one.method])}"
    note = " · ".join(filter(None, (said, program_words.sentences(_, sets))))
    offer = _("with these settings"), Turn(found.model, one.method, changed(Workload(), found.workload))
    return Item(title, figures, note, Select(found.model, one.method), Topic("plan", one), offer)


def _stages(_: Translator, advice: Advice) -> Iterator[Item]:
    for number, one in enumerate(advice.stages, 1):
        yield Item(_("{number}. {step}", number=number, step=words_plans.stage(_, one)))
    for one in advice.clusters:
        yield Item(words_plans.stage(_, one))


def _cloud(_: Translator, plan: CloudPlan) -> Item:
    found = plan.estimate
    method = METHOD_OF[found.workload.task]
    time = found.training.hours if found.training is not None else None
    taken = _.duration_range(3600 * time.low, 3600 * time.high) if time is not None else ""
    low, high = (_.number(usd, 2) for usd in plan.usd_per_hour)
    hourly = low if low == high else f"{low}–{high}"
    date = plan.date or _("price without a date")
    notes = [
        _("{usd} USD an hour ({date})", usd=hourly, date=date),
        _("an old price") if plan.old else "",
        bought(_, plan),
    ]
    title = _("{model} {method} on {gpu}", model=found.model.name, method=_(program_words.METHOD_WORDS[method]),
              gpu=plan.gpu)  # fmt: skip
    figures = program_words.clauses(_, (taken, text.usd(_, plan)))
    return Item(title, figures, " · ".join(filter(None, notes)), Select(found.model, method), Topic("cloud", plan))


def bought(_: Translator, plan: CloudPlan) -> str:
    """From how many hours on buying the card costs less; "" where its price is not known."""
    if plan.purchase is None:
        return ""
    low, high = (_.integer(round(hours)) for hours in plan.purchase.rent_hours)
    usd = " – ".join(dict.fromkeys(_.integer(round(one)) for one in plan.purchase.usd))
    return _("bought it costs {usd} USD, as much as {low} to {high} hours of rent", usd=usd, low=low, high=high)


def _upgrade(_: Translator, one: Upgrade) -> Item:
    notes = (words_upgrades.price(_, one.price) if one.price is not None else "", words_upgrades.warnings(_, one))
    act = Build(one) if one.code in _BUILT else None
    why = Topic("upgrade", one) if one.code in _BUILT else None
    note = " · ".join(filter(None, notes))
    return Item(words_upgrades.change(_, one), words_upgrades.gains(_, one), note, act, why)


def _technique(_: Translator, one: Technique) -> Item:
    title, note = _(words.TECHNIQUES[one.code]), _(words.TECHNIQUE_SENTENCES[one.code])
    if one.before is None or one.after is None or not one.saved:
        return Item(title, "", note)
    figures = _("{saved} on {model}", saved=text.signed(_, -one.saved), model=one.before.model.name)
    return Item(title, figures, note, technique_act(one), Topic("technique", one))


def technique_act(one: Technique) -> Act | None:
    """What trying a technique means: the knobs that it turns, or the column that it leads to."""
    if one.before is None or one.after is None or one.before.model is not one.after.model:
        return None
    after = one.after.workload
    method = method_of(after)
    changes = changed(one.before.workload, after)
    if method in _HELD.values():
        changes.pop("quant", None)
    return Turn(one.after.model, method, changes)


def need_item(_: Translator, found: Needs) -> Item:
    """What one model needs wherever it runs."""
    cards = [
        _("least card: {gpu}", gpu=card_name(found.least.card.gpu, found.least.card.number)) if found.least else "",
        _("recommended: {gpu}", gpu=card_name(found.recommended.card.gpu, found.recommended.card.number))
        if found.recommended
        else "",
    ]
    ram = _("without a card {size} RAM", size=_.gib(found.ram_bytes)) if found.ram_bytes is not None else ""
    disk = program_words.names(_, [_.gib(size) for size in found.disk_bytes if size is not None])
    note = " · ".join(filter(None, [ram, _("file {size}", size=disk) if disk else ""]))
    figures = program_words.clauses(_, cards) or _("no card of the list is enough")
    return Item(found.model.name, figures, note, Select(found.model, "run"), Topic("need", found))


def card_name(gpu: str, number: int) -> str:
    """ "2 × NVIDIA H100"."""
    return gpu if number == 1 else f"{number} × {gpu}"
