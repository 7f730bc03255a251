"""PowerShell's Format-Table of WMI objects: names of properties, a rule of dashes, columns aligned to either side."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from advisor.dumps import wmi_objects

_RULE = re.compile(r"^ *-+(?: +-+)* *$")
_MOST_ROWS = 1000  # of one table


def is_rule(line: str) -> bool:
    """Whether `line` is the rule of dashes below the headings."""
    return bool(_RULE.match(line))


def rows(text: str) -> Iterator[Mapping[str, str]]:
    """The objects of every table whose headings are properties of WMI."""
    lines = text.split("\n")
    known = wmi_objects.known_properties()
    for number, line in enumerate(lines[1:], 1):
        headings = lines[number - 1].split()
        if not is_rule(line) or len(line.split()) != len(headings) or not all(name in known for name in headings):
            continue
        body = []
        for row in lines[number + 1 : number + 1 + _MOST_ROWS]:
            if not row.strip():
                break
            body.append(row)
        cuts = _cuts(lines[number - 1], body)
        for row in body if cuts is not None else ():
            edges = [0, *(cuts or ()), len(row)]
            cells = (row[start:end].strip() for start, end in pairwise(edges))
            yield {name: cell for name, cell in zip(headings, cells, strict=True) if cell}


def _cuts(header: str, body: list[str]) -> list[int] | None:
    """Where each column but the first begins; None where no blank parts two of them.

    Numbers are aligned to the right and may be longer than their heading: they have no blanks, so that the last place
    that is blank in all rows is the one before them.
    """
    cuts = []
    places = [found.span() for found in re.finditer(r"\S+", header)]
    for (_, end), (start, _) in pairwise(places):
        blank = (at for at in range(start - 1, end - 1, -1) if all(row[at : at + 1] in ("", " ") for row in body))
        at = next(blank, None)
        if at is None:
            return None
        cuts.append(at)
    return cuts
