"""Why a change saves or costs what it does: two estimates of one job, before and after, part by part."""

from advisor import words
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator
from advisor.ui.base import texts
from advisor.ui.why.lines import Line, Page, amount

_SAME = 0.005  # of a speed or a time: what no figure would show


def difference(_: Translator, before: Estimate, after: Estimate, label: str) -> Page:
    """Two estimates of one model: what changes in memory, part by part, and in speed or time."""
    lines = [_memory(_, before, after)]
    for name, unit, old, new in _paces(before, after):
        values = (("before", amount(_, old, unit)), ("after", amount(_, new, unit)))
        lines.append(Line(words.quantity(_, name), _times(_, unit, old, new), "after / before", values))
    said = [texts.verdict(_, before), texts.verdict(_, after)]
    turned = _("The verdict turns from “{before}” to “{after}”.", before=said[0], after=said[1])
    return Page(
        f"{label} · {before.model.name}",
        (turned,) if said[0] != said[1] else (_("The verdict stays: {verdict}.", verdict=said[0]),),
        tuple(line for line in lines if line is not None),
    )


def _memory(_: Translator, before: Estimate, after: Estimate) -> Line | None:
    if before.memory is None or after.memory is None:
        return None
    old, new = ({part.name: part.bytes for part in one.components} for one in (before.memory, after.memory))
    rows = []
    for name in dict.fromkeys((*old, *new)):
        changed = new.get(name, 0) - old.get(name, 0)
        if changed:
            sizes = _("{before} → {after}", before=_.gib(old.get(name, 0)), after=_.gib(new.get(name, 0)))
            rows.append((words.quantity(_, name), f"{sizes} ({signed(_, changed)})"))
    total = after.memory.total - before.memory.total
    sizes = _("{before} → {after}", before=_.gib(before.memory.total), after=_.gib(after.memory.total))
    rows.append((words.quantity(_, "total"), f"{sizes} ({signed(_, total)})"))
    return Line(_("Change of the memory"), signed(_, total), "after - before", tuple(rows))


def signed(_: Translator, size: float) -> str:
    """A difference in memory with its sign."""
    return _.gib(0) if not size else f"{'−' if size < 0 else '+'}{_.gib(abs(size))}"


def _paces(before: Estimate, after: Estimate) -> list[tuple[str, str, float, float]]:
    found = []
    if before.speed and after.speed:
        for name in ("decode", "prefill"):
            old, new = getattr(before.speed, name), getattr(after.speed, name)
            if old is not None and new is not None:
                found.append((name, "tok/s", old.mid, new.mid))
    if before.training and after.training and before.training.hours and after.training.hours:
        found.append(("hours", "h", before.training.hours.mid, after.training.hours.mid))
    return found


def _times(_: Translator, unit: str, old: float, new: float) -> str:
    if not old:
        return _("unknown")
    if abs(new / old - 1) < _SAME:
        return _("unchanged")
    if new < old:
        text = N_("{percent} % shorter") if unit == "h" else N_("{percent} % slower")
        return _(text, percent=_.number(100 * (1 - new / old), 2))
    text = N_("{factor} times as long") if unit == "h" else N_("{factor} times as fast")
    return _(text, factor=_.number(new / old))
