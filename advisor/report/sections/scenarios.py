"""What this machine is good for."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.report.document import Bullets, Paragraph, Section
from advisor.report.sections.context import Context


def sections(context: Context) -> Iterator[Section]:
    """One sentence for each use."""
    advice, _ = context.advice, context._
    items = tuple(advice_words.say(_, advice_words.SCENARIOS[s.code], s.values) for s in advice.scenarios)
    unknown = Paragraph(_("Too little is known of this machine to say what suits it."))
    yield Section(_("What this machine is good for"), (Bullets(items) if items else unknown,))
