"""Words and numbers for people: message translation by gettext, and every number-to-text function."""

import contextlib
import gettext
import locale
import math
import os
from collections.abc import Callable
from functools import cache

from advisor import RESOURCES

LANGUAGES = ("en", "zh-CN")
LANGUAGE_NAMES = {"en": "English", "zh-CN": "简体中文"}

GIB = 1 << 30


def N_(message: str) -> str:
    """Mark `message` for translation where it is defined; a Translator translates it where it is shown."""
    return message


class Translator:
    """Translates messages into one language and writes numbers the way that language does.

    Call it with a message and its values: `_("{path}: not found", path=p)`.
    """

    def __init__(self, language: str, lookup: Callable[[str], str]) -> None:
        self.language = language
        self._lookup = lookup

    def __call__(self, message: str, /, **values: object) -> str:
        text = self._lookup(message) if message else ""
        return text.format(**values) if values else text

    def number(self, value: float | None, digits: int = 3) -> str:
        """`value` with `digits` significant digits and grouped thousands; "?" when unknown."""
        if value is None or not math.isfinite(value):
            return "?"
        if value == 0:
            return "0"
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        rounded = round(value, decimals)
        # 9.996 rounds to 10.00: one digit fewer then.
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded)))) if rounded else 0
        return f"{rounded:,.{min(decimals, 4)}f}"

    def gib(self, size: float | None) -> str:
        """A size in bytes as GiB (2^30), MiB below 0.1 GiB: "4.68 GiB"."""
        if size is None:
            return "?"
        if 0 < abs(size) < GIB / 10:
            return f"{self.number(size / 2**20)} MiB"
        return f"{self.number(size / GIB)} GiB"

    def integer(self, value: int | None) -> str:
        """A whole number with grouped thousands."""
        return "?" if value is None else f"{value:,}"

    def tokens_per_second(self, value: float | None) -> str:
        """A generation speed, "12.3 tok/s"."""
        return "?" if value is None else self("{value} tok/s", value=self.number(value))

    def parameters(self, count: int | None) -> str:
        """A parameter count the way models are named: "7.62B", "135M"."""
        if count is None:
            return "?"
        for unit, size in (("T", 1e12), ("B", 1e9)):
            if count >= 0.9995 * size:  # what rounds to 1.00 of the larger unit is written in it
                return f"{self.number(count / size)}{unit}"
        return f"{self.number(count / 1e6)}M"

    def bandwidth(self, value: float | None) -> str:
        """Bytes per second as GB/s (10^9), the unit that data sheets use."""
        return "?" if value is None else f"{self.number(value / 1e9)} GB/s"

    def duration(self, seconds: float | None) -> str:
        """A time span in its natural unit, from seconds to years."""
        if seconds is None:
            return "?"
        unit, message = _time_unit(seconds)
        return self(message, value=self.number(seconds / unit, 2))

    def duration_range(self, low: float, high: float) -> str:
        """Two time spans as one range, the unit once where both have the same: "16 – 38 min"."""
        unit, message = _time_unit(high)
        if _time_unit(low) != (unit, message):
            return f"{self.duration(low)} – {self.duration(high)}"
        return self(message, value=f"{self.number(low / unit, 2)} – {self.number(high / unit, 2)}")


_TIME_UNITS = (
    # up to this many seconds, seconds in the unit, how it is written
    (60, 1, N_("{value} s")),
    (3600, 60, N_("{value} min")),
    (48 * 3600, 3600, N_("{value} h")),
    (730 * 86400, 86400, N_("{value} days")),
    (math.inf, 365.25 * 86400, N_("{value} years")),
)


def _time_unit(seconds: float) -> tuple[float, str]:
    return next((unit, message) for limit, unit, message in _TIME_UNITS if seconds < limit)


# advisor.NAME as each language calls it; here, because the window's title must not wait for larger modules.
PROGRAM = N_("Hardware Advisor")


@cache
def translator(language: str) -> Translator:
    """The translator for one of LANGUAGES; anything else gets English."""
    if language not in LANGUAGES or language == "en":
        return Translator("en", lambda message: message)
    catalog = gettext.translation(
        "advisor", RESOURCES / "locale", languages=[language.replace("-", "_")], fallback=True
    )
    return Translator(language, catalog.gettext)


def system_language() -> str:
    """The language of LANGUAGES that the user's system speaks: zh-CN for any Chinese, else en."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")]
    with contextlib.suppress(ValueError):
        names.append(locale.getlocale()[0] or "")
    first = next((name for name in names if name and name not in ("C", "POSIX", "C.UTF-8")), "")
    return "zh-CN" if first.lower().startswith(("zh", "chinese")) else "en"
