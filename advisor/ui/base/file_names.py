"""File names made from the names of machines: such as every system takes, however odd the machine's own name is."""

import unicodedata
from pathlib import Path

from advisor.errors import UserError
from advisor.report.names import check_name

LONGEST = 60  # letters; with three bytes for each Chinese one still far below the 255 bytes of Linux


def safe_name(text: str, otherwise: str) -> str:
    """`text` as a file name without an ending: letters, digits, "-", "_" and "."; `otherwise` where nothing is left."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in unicodedata.normalize("NFC", text))
    while "--" in kept:
        kept = kept.replace("--", "-")
    kept = kept[:LONGEST].strip("-.")
    if not kept:
        return otherwise
    try:
        check_name(Path(kept), windows=True)
    except UserError:  # a name that Windows keeps for a device
        return f"{otherwise}-{kept}"
    return kept
