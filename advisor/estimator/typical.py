"""What speed means to a person: the pace of reading, and the seconds that one typical answer takes."""

from functools import cache
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.estimator.result import Estimate, Range

# Tokens per second at which text appears about as fast as people read it (some 4 words a second).
READING_PACE = 5.0
TYPICAL_FILE = RESOURCES / "catalog" / "typical_answer.json"


class TypicalAnswer(NamedTuple):
    """Tokens that are read and tokens that are written."""

    prompt_tokens: int
    answer_tokens: int


@cache
def typical_answer() -> TypicalAnswer:
    """The yardstick. Raises UserError when its file is damaged."""
    fields = Fields(read_json(TYPICAL_FILE), TYPICAL_FILE.name)
    found = TypicalAnswer(fields.integer("prompt_tokens", 1), fields.integer("answer_tokens", 1))
    fields.text("source")
    fields.close()
    return found


def answer_seconds(estimate: Estimate) -> Range | None:
    """Seconds from the question to the last word of a typical answer; None where nothing runs, where the model writes
    no text, or where one of both speeds is not known.
    """
    speed = estimate.speed
    if estimate.verdict in ("no", "unknown") or speed is None or speed.decode is None or speed.prefill is None:
        return None
    asked, said = typical_answer()
    read, write = speed.prefill, speed.decode
    if not read.low > 0 or not write.low > 0:
        return None
    ends = ((read.high, write.high), (read.mid, write.mid), (read.low, write.low))
    return Range(*(asked / reading + said / writing for reading, writing in ends))
