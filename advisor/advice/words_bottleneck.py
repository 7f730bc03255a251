"""The one sentence that says what holds a machine back first."""

from collections.abc import Iterator, Mapping
from functools import reduce

from advisor.advice.grades import Bottleneck
from advisor.i18n import N_, Translator
from advisor.words import say

# The cause and the change that was tried, for every code of resources/advice/bottlenecks.json; "gpu_fixed" is "gpu"
# where nobody can put a card in.
CAUSES: Mapping[str, tuple[str, str]] = {
    "runtime": (N_("AI programs cannot use {gpu}, or only in part"), N_("if they could")),
    "gpu": (N_("there is no usable graphics card, so the processor does all the work"), N_("with a {card}")),
    "gpu_fixed": (
        N_("there is no usable graphics card, so the processor does all the work"),
        N_("on a computer with a {card}"),
    ),
    "disk": (N_("only {free_bytes} are free on the disk"), N_("with room for more")),
    "vram": (N_("{size_bytes} of graphics memory"), N_("with twice as much")),
    "ram": (N_("{size_bytes} of memory"), N_("with twice as much")),
    "bandwidth": (N_("the memory gives {bandwidth_bytes_per_s} at most"), N_("at twice the speed")),
    "avx2": (N_("{cpu} has no AVX2"), N_("with it")),
    "cores": (N_("the processor has {cores} cores"), N_("with twice as many")),
}


def short(found: Bottleneck | None, _: Translator) -> str:
    """What holds the machine back, without what a change would bring."""
    if found is None:
        return _("No single part holds it back.")
    cause = CAUSES["gpu_fixed" if found.values.get("fixed") else found.code][0]
    return _("What holds it back first: {cause}.", cause=say(_, cause, _spoken(found, _)))


def sentence(found: Bottleneck | None, _: Translator) -> str:
    """What holds the machine back, and what one change would bring. Without one: that no single part does."""
    if found is None:
        return _("No single part holds it back: a change of one of them alone would bring no larger model.")
    cause, change = (
        say(_, text, _spoken(found, _)) for text in CAUSES["gpu_fixed" if found.values.get("fixed") else found.code]
    )
    both = list(_effects(found, _))
    effects = reduce(lambda a, b: _("{first}, and {second}", first=a, second=b), both) if both else ""
    return _("What holds it back first: {cause}; {change}, {effects}.", cause=cause, change=change, effects=effects)


def _spoken(found: Bottleneck, _: Translator) -> Mapping[str, object]:
    """The figures, bandwidth in the unit of data sheets."""
    return {
        name: _.bandwidth(value) if name == "bandwidth_bytes_per_s" and isinstance(value, float | int) else value
        for name, value in found.values.items()
    }


def _effects(found: Bottleneck, _: Translator) -> Iterator[str]:
    old, new = found.before, found.after
    if new.run is not None and new.run.model is not (old.run.model if old.run else None):
        if old.run is None:
            yield _("{new} would answer at reading pace", new=new.run.model.name)
        else:
            yield _(
                "{new} would answer at reading pace instead of {old} at most",
                new=new.run.model.name, old=old.run.model.name,
            )  # fmt: skip
    if new.train is not None and new.train.model is not (old.train.model if old.train else None):
        if old.train is None:
            yield _("{new} could be fine-tuned within a day", new=new.train.model.name)
        else:
            yield _(
                "{new} could be fine-tuned within a day instead of {old} at most",
                new=new.train.model.name, old=old.train.model.name,
            )  # fmt: skip
