"""Breaks text into lines that fit a width, Chinese and Latin mixed: the PDF writer's own rule knows spaces only."""

import re
from collections.abc import Callable, Iterator

# A line may begin or end at any Chinese character, but not begin with closing punctuation or end with opening.
_CLOSING = "，。、；：？！）》」』】〉”’％%,.;:?!)]}·…"
_OPENING = "（《「『【〈“‘([{"
_CJK = r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:{_CJK}|[^\s{_CJK[1:-1]}]+?(?=\s|$|{_CJK}|[{re.escape(_OPENING)}])|\S)"
    rf"[{re.escape(_CLOSING)}]*\s*"
)

Measure = Callable[[str], float]


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of `text`, each no wider than `width` by `measure`. Line breaks in `text` are kept."""
    return [line for part in text.split("\n") for line in _wrap_paragraph(part, width, measure)]


def _wrap_paragraph(text: str, width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text, width, measure):
        if line and measure((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str, width: float, measure: Measure) -> Iterator[str]:
    """What must stay together: a Chinese character with its punctuation, a Latin word with its space."""
    for piece in _PIECE.findall(text.strip()):
        if measure(piece.rstrip()) <= width:
            yield piece
        else:  # one word wider than the line, such as a long model's name: cut at hyphens, else anywhere
            for part in re.findall(r"[^-]*-|[^-]+", piece):
                yield from (part,) if measure(part.rstrip()) <= width else part
