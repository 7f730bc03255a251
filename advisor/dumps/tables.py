"""Tables of labels and names that foreign programs print, out of resources/dumps, and how a label is compared."""

import json
from functools import cache
from typing import Any

from advisor import RESOURCES


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name` ("windows", "macos") as it stands in its file."""
    text = (RESOURCES / "dumps" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def fields_of(name: str, part: str) -> dict[str, str]:
    """Label (as `label` writes it) to field, for a part of a table that lists each field's labels."""
    entries = table(name)[part]
    found: dict[str, str] = {}
    for field, texts in entries.items():
        for text in texts if isinstance(texts, list) else ():
            found.setdefault(label(text), field)  # French calls the computer's and the disk's model the same
    return found


def label(text: str) -> str:
    """`text` without blanks, case and the kind of its apostrophes: systems differ in these."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{FULLWIDTH COLON}", ":")
    return "".join(plain.split()).rstrip(":").casefold()
