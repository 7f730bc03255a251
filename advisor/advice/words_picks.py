"""What picks say in words: their uses, what each gives up, what their licences mean."""

from collections.abc import Iterator, Mapping

from advisor.advice.pick_rules import licence_code
from advisor.advice.result import Pick
from advisor.advice.words import USES
from advisor.i18n import N_, Translator
from advisor.words import clauses, names

# By code of resources/advice/picks.json; free use needs no word.
LICENCES: Mapping[str, str] = {
    "non_commercial": N_("not for business"),
    "research_only": N_("for research only"),
    "own_terms": N_("terms of its own"),
    "unknown": N_("licence unknown"),
}


def uses(pick: Pick, _: Translator) -> str:
    """Everything that the pick is best for: "Talk and writing, Chinese, Pictures"."""
    return names(_, [_(USES[use]) for use in (pick.use, *pick.also)])


def licence(pick: Pick, _: Translator) -> str:
    """The licence's name, with what it means where its use is not free."""
    name, code = pick.estimate.model.licence, licence_code(pick.estimate.model.licence)
    return clauses(_, (name or "", _(LICENCES[code]) if code else ""))


def given_up(pick: Pick, _: Translator) -> str:
    """What the pick gives up, a line each; "" for networks and training. Its context stands beside the pick's own."""
    return "\n".join(_given_up(pick, _))


def _given_up(pick: Pick, _: Translator) -> Iterator[str]:
    lost = pick.gives_up
    if lost is None:
        return
    if lost.quality is not None:
        yield _("perplexity +{percent} %", percent=_.number(100 * lost.quality.share, 2))
    if lost.larger is not None:
        text = N_("{model} is too slow here") if lost.why == "speed" else N_("{model} does not fit")
        yield _(text, model=lost.larger.model.name)
    if lost.language_unknown:
        yield _("does not list your language")
