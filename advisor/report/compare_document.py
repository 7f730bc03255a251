"""The comparison of two machines as a document and as JSON."""

import json
from collections.abc import Iterator
from datetime import date

from advisor import NAME, __version__, words
from advisor.advice import words as advice_words
from advisor.advice import words_upgrades
from advisor.advice.survey import decode, hours
from advisor.estimator.as_json import to_json
from advisor.estimator.result import VERDICTS, Estimate
from advisor.i18n import Translator
from advisor.palette import LIGHT
from advisor.profiles import to_json as machine_json
from advisor.report.as_json import section_json, without_places
from advisor.report.cells import DASH, memory, method_word, speed_span, verdict_cell
from advisor.report.compare import Compared, Side, known_price
from advisor.report.document import (
    Bars,
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Paragraph,
    Section,
    Series,
    Table,
)
from advisor.report.sections.machine_words import channels_text, disk_text, joined, vram_text
from advisor.workload import METHODS

_MOST_ROWS = 40  # of the table of cells that turn
_MOST_BARS = 6


def build(compared: Compared, _: Translator, today: date) -> Document:
    """The comparison in the translator's language."""
    names = " · ".join((*(side.name for side in compared.sides), today.isoformat()))
    sections = (
        Section(_("In short"), tuple(_short(compared, _))),
        Section(_("The two machines"), tuple(_machines(compared, _))),
        Section(_("What each runs and trains"), (_counts(compared, _),)),
        Section(_("Speed of the same models"), tuple(_speeds(compared, _))),
        Section(_("What turns from one to the other"), tuple(_turns(compared, _))),
    )
    numbered = tuple(s._replace(title=f"{number} {s.title}") for number, s in enumerate(sections, 1))
    return Document(_("Two machines compared"), names, _.language, today, f"{_(NAME)} {__version__}", numbered)


def _tier(side: Side, _: Translator) -> str:
    return _(advice_words.TIERS[side.tier.code])


def _short(compared: Compared, _: Translator) -> Iterator[Block]:
    better = sum(turn.better is True for turn in compared.turns)
    worse = sum(turn.better is False for turn in compared.turns)
    title = " → ".join(_tier(side, _) for side in compared.sides)
    text = _(
        "Of {all} cells of the matrix, {better} are better on {second} and {worse} are better on {first}.",
        all=_.integer(len(METHODS) * len(compared.first.found.estimates["run"])),
        better=_.integer(better), worse=_.integer(worse), first=compared.first.name, second=compared.second.name,
    )  # fmt: skip
    yield Callout(title, text, "fits" if better > worse else "tight" if worse > better else "")
    factors = [
        _("{model}: {pace} on {second}", model=m.name, second=compared.second.name,
          pace=words_upgrades.pace(_, after / before) or _("as fast"))
        for m, a, b in compared.speeds()[:_MOST_BARS]
        if (before := decode(a)) and (after := decode(b))
    ]  # fmt: skip
    if factors:
        yield Bullets(tuple(factors))


def _machines(compared: Compared, _: Translator) -> Iterator[Block]:
    columns = (Column(_("Part"), 0.8), *(Column(side.name, 1.6) for side in compared.sides))
    facts = [dict(_facts(side, _)) for side in compared.sides]
    labels = dict.fromkeys(label for fact in facts for label in fact)
    rows = [(Cell(label, "caption"), *(Cell(fact.get(label) or _("unknown")) for fact in facts)) for label in labels]
    yield Table(columns, tuple(rows))


def _facts(side: Side, _: Translator) -> Iterator[tuple[str, str | None]]:
    machine, memory_ = side.machine, side.machine.memory
    yield _("Tier"), _tier(side, _)
    yield _("Processor"), machine.cpu.name
    cores = _(
        "{cores} cores, {threads} threads", cores=_.integer(machine.cpu.cores), threads=_.integer(machine.cpu.threads)
    )
    yield _("Cores"), cores if machine.cpu.cores or machine.cpu.threads else None
    total = None if memory_.total_bytes is None else _.gib(memory_.total_bytes)
    yield _("Memory"), joined(total, memory_.kind, channels_text(machine, _))
    yield _("Free memory"), None if memory_.available_bytes is None else _.gib(memory_.available_bytes)
    bandwidth = memory_.bandwidth_bytes_per_s
    yield _("Memory bandwidth"), None if bandwidth is None else _.bandwidth(bandwidth)
    cards = [joined(gpu.name, vram_text(gpu, _), None if gpu.usable else _("not used")) for gpu in machine.gpus]
    yield _("Graphics"), "; ".join(card for card in cards if card) or DASH
    yield _("Disk"), "; ".join(text for disk in machine.disks if (text := disk_text(disk, _))) or None
    yield _("Price"), known_price(machine, _)


def _counts(compared: Compared, _: Translator) -> Table:
    columns = (
        Column(_("Method"), 1.3),
        *(Column(_("runs: {name}", name=side.name), 1.1, True) for side in compared.sides),
        *(Column(_("largest: {name}", name=side.name), 1.7) for side in compared.sides),
    )
    rows = []
    for method in METHODS:
        answers = [side.found.estimates[method] for side in compared.sides]
        runs = [[a for a in column if a.verdict in ("fits", "tight", "offload")] for column in answers]
        largest = [max(column, key=lambda a: a.parameters, default=None) for column in runs]
        names = (Cell(DASH if a is None else f"{a.model.name}\n{memory(a, _)}") for a in largest)
        counts = (Cell(_.integer(len(column))) for column in runs)
        rows.append((Cell(method_word(method, compared.workload, _)), *counts, *names))
    total = len(compared.first.found.estimates["run"])
    return Table(columns, tuple(rows), _("How many of {n} models run or can be trained, part in RAM included", n=total))


def _speeds(compared: Compared, _: Translator) -> Iterator[Block]:
    pairs = compared.speeds()
    if not pairs:
        yield Paragraph(_("No model of the catalogue runs on either machine."))
        return
    columns = (
        Column(_("Model"), 1.5),
        *(Column(side.name, 1.3) for side in compared.sides),
        Column(_("Factor"), 0.7, True),
    )
    rows = []
    for model, before, after in pairs:
        known = (decode(before), decode(after))
        factor = f"× {_.number(known[1] / known[0], 2)}" if known[0] and known[1] else DASH
        rows.append((Cell(model.name), *(_speed(a, _) for a in (before, after)), Cell(factor)))
    yield Table(columns, tuple(rows), _("Models picked for either machine"))
    known_pairs = [pair for pair in pairs if decode(pair[1]) or decode(pair[2])][:_MOST_BARS]
    if known_pairs:
        bars = [
            (f"{m.name} · {side.name}", decode(a) or 0.0)
            for m, *both in known_pairs
            for side, a in zip(compared.sides, both, strict=True)
        ]
        colours = (LIGHT.components["runtime"], LIGHT.accent)
        series = tuple(
            Series(side.name, colour, tuple(v if i % 2 == n else 0.0 for i, (_label, v) in enumerate(bars)))
            for n, (side, colour) in enumerate(zip(compared.sides, colours, strict=True))
        )
        yield Bars(_("Generation speed"), tuple(label for label, _value in bars), series, "tok/s")


def _speed(answer: Estimate, _: Translator) -> Cell:
    if answer.verdict in ("no", "unknown"):
        return verdict_cell(answer, _)
    return Cell(f"{words.VERDICT_SYMBOLS[answer.verdict]} {speed_span(answer, _)}\n{memory(answer, _)}", answer.verdict)


def _turns(compared: Compared, _: Translator) -> Iterator[Block]:
    if not compared.turns:
        yield Paragraph(_("Every cell of the matrix has the same verdict on both machines."))
        return
    cells = {(turn.model, turn.method): turn for turn in compared.turns}
    turned = list(dict.fromkeys(turn.model for turn in compared.turns))
    columns = (Column(_("Model"), 1.7), *(Column(method_word(m, compared.workload, _), 0.9) for m in METHODS))
    symbols = words.VERDICT_SYMBOLS
    rows = []
    for model in turned[:_MOST_ROWS]:
        turns = [cells.get((model, method)) for method in METHODS]
        changes = (
            Cell("")
            if t is None
            else Cell(f"{symbols[t.before.verdict]} → {symbols[t.after.verdict]}", t.after.verdict)
            for t in turns
        )
        rows.append((Cell(model.name), *changes))
    shown = _(
        "{shown} of {all} models whose verdict turns: the strongest of them",
        shown=_.integer(len(rows)), all=_.integer(len(turned)),
    )  # fmt: skip
    yield Table(columns, tuple(rows), shown)
    legend = words.names(_, [f"{symbols[v]} {_(words.COUNT_WORDS[v])}" for v in VERDICTS])
    yield Paragraph(_("An empty cell is the same on both. {legend}.", legend=legend), "caption")


def as_json(compared: Compared, document: Document, _: Translator) -> str:
    """Both machines, every cell that turns, speeds, and the sections that people read, as one JSON text."""
    content = {
        "program": NAME,
        "version": __version__,
        "created": document.created.isoformat(),
        "language": document.language,
        "machines": [_side_json(side) for side in compared.sides],
        "turns": [
            {
                "model": turn.model.id,
                "method": turn.method,
                "verdicts": [turn.before.verdict, turn.after.verdict],
                "total_bytes": [a.memory.total if a.memory else None for a in (turn.before, turn.after)],
                "decode_tokens_per_s": [decode(a) for a in (turn.before, turn.after)],
                "hours": [hours(a) for a in (turn.before, turn.after)],
            }
            for turn in compared.turns
        ],
        "picks": [
            {"model": model.id, "estimates": [to_json(a, _) for a in pair]} for model, *pair in compared.speeds()
        ],
        "document": {
            "title": document.title,
            "subtitle": document.subtitle,
            "sections": [section_json(section) for section in document.sections],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _side_json(side: Side) -> dict[str, object]:
    counts = {
        method: {verdict: sum(a.verdict == verdict for a in answers) for verdict in VERDICTS}
        for method, answers in side.found.estimates.items()
    }
    return {
        "name": side.name,
        "tier": side.tier.code,
        "machine": machine_json(without_places(side.machine)),
        "counts": counts,
    }
