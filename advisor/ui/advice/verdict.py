"""The machine in one line, for below its name: what it can do, and what of it cannot be used."""

from advisor.advice.result import Advice
from advisor.i18n import Translator
from advisor.ui.advice import text
from advisor.ui.base import texts


def verdict(_: Translator, advice: Advice) -> str:
    """The tier's sentence, then the first GPU that stays idle with its reason, or what holds the machine back."""
    said = text.tier(_, advice)[1]
    if advice.tier.inference is None:
        return said
    idle = next(iter(advice.unusable), None)
    if idle is None:
        more = text.held_back(_, advice)
    else:
        more = _("{name} cannot be used: {reason}", name=idle.name, reason=texts.why_not(_, idle.reason))
    return _("{sentence} {more}", sentence=said, more=more)
