"""The memory panel's sentences: pools, points of the curve, what fits. No Qt in it."""

from collections.abc import Mapping

from advisor import words
from advisor.estimator.result import Estimate, MemoryEstimate
from advisor.i18n import GIB, N_, Translator
from advisor.settings import Budget
from advisor.ui.base import texts
from advisor.ui.memory.curve_data import Curve, Knob, Point
from advisor.ui.memory.pools import Limit, Pool

# What a curve is drawn against: its title, what the chooser calls it, and a value of it.
TITLES: Mapping[Knob, str] = {
    "context": N_("Memory by context"),
    "batch": N_("Memory by batch"),
    "seq": N_("Memory by sequence"),
}
NAMES: Mapping[Knob, str] = {"context": N_("Context"), "batch": N_("Batch"), "seq": N_("Sequence")}
VALUES: Mapping[Knob, str] = {
    "context": N_("{count} tokens"),
    "batch": N_("batch of {count}"),
    "seq": N_("sequences of {count}"),
}
LARGEST: Mapping[str, str] = {
    "gpu": N_("Largest that fits the VRAM: {value}"),
    "ram": N_("Largest that fits: {value}"),
    "split": N_("Largest that runs: {value}"),
}
LIMITS: Mapping[str, str] = {
    "ram": N_("RAM {size}"),
    "vram": N_("VRAM {size}"),
    "shared": N_("shared memory {size}"),
    "both": N_("with RAM {size}"),
}


def label(_: Translator, pool: Pool) -> str:
    """A pool's name."""
    if pool.device == "ram":
        return _("RAM")
    return _("Shared memory {name}", name=pool.gpu) if pool.shared else _("VRAM {name}", name=pool.gpu)


def kind(_: Translator, device: str, shared: bool) -> str:
    """A device's kind of memory, in a word."""
    if device == "ram":
        return _("RAM")
    return _("shared memory") if shared else _("VRAM")


def total(_: Translator, memory: MemoryEstimate) -> str:
    """What stands before the whole: "total, 5.04 to 5.35"; the unit is the whole's own."""
    if memory.low < GIB / 10:
        return _("total, {low} to {high}", low=_.gib(memory.low), high=_.gib(memory.high))
    return _("total, {low} to {high}", low=_.number(memory.low / GIB), high=_.number(memory.high / GIB))


def figure(_: Translator, pool: Pool, budget: Budget) -> str:
    """What is needed and what is free, in a few words."""
    if not pool.used:
        return _offer(_, pool, budget)
    need = _.gib(pool.used)
    if pool.available is None:
        return _("needs {need}, free not known", need=need)
    free = _.gib(pool.available)
    if budget == "total":
        return _("needs {need} of {total}", need=need, total=free)
    if not pool.stated:
        return _("needs {need}, about {free} free", need=need, free=free)
    return _("needs {need}, {free} free", need=need, free=free)


def _offer(_: Translator, pool: Pool, budget: Budget) -> str:
    if pool.available is None:
        return _("{total}, free not known", total=_.gib(pool.capacity or 0))
    free = _.gib(pool.available)
    if budget == "total":
        return _("{total} in all", total=free)
    return _("{free} free", free=free) if pool.stated else _("about {free} free", free=free)


def pool_hint(_: Translator, pool: Pool, budget: Budget) -> str:
    """All figures of a pool, a line each."""
    lines = [words.clauses(_, (label(_, pool), figure(_, pool, budget)))]
    lines += [component(_, part.name, part.bytes) for part in pool.parts]
    if pool.used:
        lines.append(_("{low} to {high} as estimates of this kind err", low=_.gib(pool.low), high=_.gib(pool.high)))
    if pool.capacity is not None:
        lines.append(_("{total} in all", total=_.gib(pool.capacity)))
    if pool.kept and budget == "free":
        template = (
            _("{kept} kept by the system, its desktop and other programs", kept=_.gib(pool.kept))
            if pool.stated
            else _("{kept} assumed to be kept by the system and its desktop", kept=_.gib(pool.kept))
        )
        lines.append(template)
    return "\n".join(lines)


def component(_: Translator, name: str, size: int) -> str:
    """A component with its size: "KV cache: 0.5 GiB"."""
    return _("{name}: {size}", name=_(words.COMPONENT_WORDS[name]), size=_.gib(size))


def own_machine(_: Translator, estimate: Estimate) -> str:
    """The heading of this computer's pools beside a what-if's."""
    return _("This computer: {verdict}", verdict=texts.verdict(_, estimate))


def value(_: Translator, knob: Knob, x: int) -> str:
    """A value of the knob: "32,768 tokens"."""
    return _(VALUES[knob], count=f"{x:,}")


def readout(_: Translator, knob: Knob, point: Point) -> str:
    """A point in words: "32,768 tokens: 9.40 GiB, does not fit"."""
    verdict = words.verdict_word(_, point.verdict, point.reason)
    return _("{value}: {size}, {verdict}", value=value(_, knob, point.x), size=_.gib(point.total), verdict=verdict)


def largest(_: Translator, curve: Curve, shared: bool) -> str:
    """What the marker says; where GPU and processor share one memory there is no talk of VRAM."""
    if curve.largest is None:
        return _("Does not fit even with {value}", value=value(_, curve.knob, curve.least))
    kind = "ram" if shared and curve.kind == "gpu" else curve.kind
    return _(LARGEST[kind], value=f"{curve.largest:,}")


def limit(_: Translator, line: Limit) -> str:
    """The name of a capacity line."""
    return _(LIMITS[line.kind], size=_.gib(line.bytes))


def tick(x: int) -> str:
    """A number under the axis, short: "512", "8k", "1M"."""
    for size, letter in ((1 << 20, "M"), (1 << 10, "k")):
        if x >= size:
            return f"{x / size:.3g}{letter}"
    return str(x)
