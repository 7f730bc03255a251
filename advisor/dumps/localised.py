"""Numbers and sizes as Windows and macOS print them in the user's language: "48,0 GB", "16 223 Mo", "7.45 ГБ"."""

import re

_SIZE = re.compile(r"^\s*(\d[\d.,'\s]*?)\s*([KMGTКМГТ])i?(?:B|o|Б|iB)?\b", re.IGNORECASE)
_EXACT = re.compile(r"\(\s*(\d[\d.,'\s]*)[^\d)]*\)")
_LONGEST = 200  # no printed size is longer
_STEPS = {"K": 1, "К": 1, "M": 2, "М": 2, "G": 3, "Г": 3, "T": 4, "Т": 4}


def size(text: str | None) -> int | None:
    """Bytes; the exact number in brackets where there is one ("1.00 GB (1,073,741,824 bytes)"). None for anything else.

    Windows and macOS (for memory) count 1024s.
    """
    return exact(text) or rounded(text)


def exact(text: str | None) -> int | None:
    """The whole number in brackets, whatever stands between its digits; None when there is none."""
    found = _EXACT.search((text or "")[:_LONGEST])
    return whole(found.group(1)) if found else None


def rounded(text: str | None) -> int | None:
    """ "2,048.00 MB", "48,0 GB", "8,00 Go" in bytes, 1024s; None for anything else."""
    found = _SIZE.match((text or "")[:_LONGEST])
    if not found:
        return None
    value = decimal(found.group(1))
    return None if value is None else round(value * float(1024 ** _STEPS[found.group(2).upper()]))


def decimal(text: str) -> float | None:
    """A number in any locale: the last mark is the decimal one unless exactly three digits follow it."""
    digits = re.sub(r"[\s']", "", text).rstrip(".,")
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits):
        return None
    parts = re.split(r"[.,]", digits)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return float("".join(parts[:-1]) + "." + parts[-1])
    return float("".join(parts))


def whole(text: str | None) -> int | None:
    """The digits of `text` as one number ("16 223" with any kind of blank, "8,075", "32.503"); None without digits."""
    digits = re.sub(r"\D", "", text or "")
    return int(digits) if digits and len(digits) <= 20 else None
