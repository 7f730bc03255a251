"""The settings' sentences: values as people say them, what a turn costs, what a preset sets, what a step undid."""

from collections.abc import Mapping, Sequence
from html import escape

from advisor import words
from advisor.conflicts import Because, Clash
from advisor.i18n import N_, Translator
from advisor.presets import WORDS, Preset
from advisor.settings import Budget
from advisor.ui.settings.deltas import MIB, NOTABLE, Cost, Effect, Turn, signed, value_of
from advisor.ui.settings.knobs import INFERENCE, TRAINING, VALUE_WORDS, Knob
from advisor.workload import SWITCHES, Workload

SHARE = 1024  # tokens whose price a tip names
_COUNTED = ("context", "ubatch", "seq")
_KNOBS: Mapping[str, Knob] = {knob.key: knob for one in (*TRAINING, *INFERENCE) for knob in one.knobs}
BUDGETS: Mapping[Budget, str] = {"free": N_("free memory"), "total": N_("all memory")}


def wrapped(text: str) -> str:
    """`text` for a tool tip of several lines: Qt breaks long lines in rich text only."""
    return f'<p style="white-space: pre-wrap">{escape(text, quote=False)}</p>'


def label(_: Translator, key: str) -> str:
    """A setting's name."""
    return _(_KNOBS[key].label) if key in _KNOBS else key


def value(_: Translator, key: str, found: object) -> str:
    """A setting's value in words: "8,192", "q8_0", "on"."""
    if key in SWITCHES:
        return _("on") if found else _("off")
    if isinstance(found, int):
        return _.integer(found)
    return _(VALUE_WORDS.get((key, str(found)), str(found)))


def named(_: Translator, key: str, found: object) -> str:
    """A setting with its value: "Context 8,192"."""
    return _("{setting} {value}", setting=label(_, key), value=value(_, key, found))


def because(_: Translator, one: Because) -> str:
    """A reason."""
    values = {name: value(_, name, found) if name == "stack" else found for name, found in one.values.items()}
    return _(one.text, **values) if values else _(one.text)


def clashes(_: Translator, found: Sequence[Clash]) -> str:
    """All that gives way, a sentence each."""
    return "\n".join(because(_, clash.because) for clash in found)


def aside(_: Translator, training: bool, stack: str, before: str) -> str:
    """What became of the other kind of task's program, which no knob in sight shows; "" where it is as it was."""
    if stack == before:
        return ""
    stack = value(_, "stack", stack)
    if training:
        return _("Training uses {stack} now: one program is kept for running and training", stack=stack)
    return _("Models run with {stack} now: one program is kept for running and training", stack=stack)


def change(_: Translator, one: Effect) -> str:
    """What a turn changes, in words: memory, then speed or time, then the verdict where it is not plain "fits"."""
    if abs(one.bytes) < MIB:
        parts = [_("no change of memory")]
    elif one.bytes < 0:
        parts = [_("saves {size} of memory", size=_.gib(-one.bytes))]
    else:
        parts = [_("costs {size} of memory", size=_.gib(one.bytes))]
    if one.speed is not None and abs(one.speed - 1) > NOTABLE:
        parts.append(_("generation × {factor}", factor=_.number(one.speed, 3)))
    if one.time is not None and abs(one.time - 1) > NOTABLE:
        parts.append(_("training time × {factor}", factor=_.number(one.time, 3)))
    return words.clauses(_, parts)


def figure(_: Translator, key: str, usual: object, found: Cost) -> str:
    """What stands below a knob: "+28.0 MiB vs 4,096" for what its value costs against the default, "→ q8_0: −25.9 MiB"
    for what one turn would change.
    """
    if found.done is not None:
        return _("{change} vs {usual}", change=signed(_, found.done), usual=value(_, key, usual))
    if found.possible is None or found.turn is None:
        return ""
    return _("→ {value}: {change}", value=value(_, *found.turn), change=signed(_, found.possible))


def costs(_: Translator, w: Workload, key: str, usual: object, found: Cost) -> list[str]:
    """The sentences of a knob's figures for its tip: what its value costs, what another turn would change."""
    lines = []
    if found.done is not None:
        now, before = value(_, key, value_of(key, w)), value(_, key, usual)
        lines.append(_("{value} instead of {usual}: {change}", value=now, usual=before, change=change(_, found.done)))
    if found.possible is not None and found.turn is not None:
        lines.append(possible(_, found.turn, found.possible))
    share = _share(w, key, found)
    if abs(share) >= MIB / 100:
        size = _.gib(abs(share))
        lines.append(_("About {size} for every {count} tokens", size=size, count=_.integer(SHARE)))
    return lines


def possible(_: Translator, turn: Turn, one: Effect) -> str:
    """What a turn would change: "Turned off: costs 89.0 MiB of memory; then: does not fit"."""
    key, then = turn
    said = change(_, one)
    if one.verdict is not None:
        said = words.clauses(_, (said, _("then: {verdict}", verdict=words.verdict_word(_, *one.verdict))))
    if key in SWITCHES:
        return _("Turned on: {change}", change=said) if then else _("Turned off: {change}", change=said)
    return _("With {value}: {change}", value=value(_, key, then), change=said)


def _share(w: Workload, key: str, found: Cost) -> float:
    """Bytes for SHARE tokens more, as the doubled number costs them; 0 where nothing is counted so."""
    now = value_of(key, w)
    if key not in _COUNTED or found.possible is None or not isinstance(now, int):
        return 0
    return found.possible.bytes / now * SHARE


def preset_name(_: Translator, preset: Preset) -> str:
    """A preset's name."""
    return _(WORDS[preset.id][0])


def preset_tip(_: Translator, preset: Preset) -> str:
    """What a preset is for, what it sets, and where that comes from."""
    sets = [named(_, key, found) for key, found in preset.settings.items()]
    source = _("Source: {source} (read {date})", source=preset.source, date=preset.read)
    return "\n".join((_(WORDS[preset.id][1]), _("Sets: {settings}", settings=words.clauses(_, sets)), source))


def step(_: Translator, before: tuple[Workload, Budget], after: tuple[Workload, Budget]) -> str:
    """What a step changed: "Context 8,192", "free memory", "5 settings"."""
    keys = changed(before[0], after[0])
    if before[1] != after[1]:
        return _("{count} settings", count=len(keys) + 1) if keys else _(BUDGETS[after[1]])
    if len(keys) == 1:
        return named(_, keys[0], value_of(keys[0], after[0]))
    return _("{count} settings", count=len(keys))


def changed(before: Workload, after: Workload) -> list[str]:
    """The settings that differ."""
    return [key for key in _KNOBS if getattr(before, key) != getattr(after, key)]
