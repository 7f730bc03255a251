"""The machine in one line, for below its name: what it can do, and which card cannot be used. Graphics inside the
processor, which nobody misses, are no matter for it.
"""

from advisor.advice.result import Advice
from advisor.catalog.runtimes import REASONS
from advisor.i18n import Translator
from advisor.ui.advice import text
from advisor.ui.base import texts

_MAKER = "NVIDIA "  # "GeForce" says it too, and the line is short


def verdict(_: Translator, advice: Advice) -> str:
    """The tier's sentence, then the first GPU that stays idle with its reason, or what holds the machine back."""
    said = text.tier(_, advice)[1]
    if advice.tier.inference is None:
        return said
    idle = next((gpu for gpu in advice.unusable if gpu.reason.detail != REASONS["shares_memory"]), None)
    if idle is None:
        more = text.held_back(_, advice)
    else:
        more = _(
            "{name} cannot be used: {reason}", name=idle.name.removeprefix(_MAKER), reason=texts.why_not(_, idle.reason)
        )
    return _("{sentence} {more}", sentence=said, more=more)
