"""Device names: one normal form for the many ways that drivers, shops and people write the same name."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from advisor.errors import UserError
from advisor.i18n import N_

# Words that say nothing about which device it is; both sides of a comparison drop them.
_NOISE = {
    "nvidia", "amd", "ati", "intel", "apple", "qualcomm", "corporation", "corp", "inc", "graphics", "gpu", "cpu",
    "processor", "processors", "apu", "series", "design", "edition", "generation", "genuine",
    "with", "igp", "adapter", "vga", "soc", "core",
}  # fmt: skip
# Family words that people leave out, and after them the words of a class: dropped step by step.
_FAMILY = {"geforce", "radeon", "quadro", "tesla", "instinct", "ryzen", "xeon"}
_CLASS = {"rtx", "gtx", "gts", "gt", "rx", "hd", "pro", "r9", "r7", "r5", "i3", "i5", "i7", "i9", "3", "5", "7", "9"}

_REPLACE = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"\((?:r|tm|c)\)|[®™©\u200b]", " "),  # before other brackets: "(TM)" is a mark, no remark
        (r"\([^)]*\)?", " "),  # "(Microsoft Corporation - WDDM 1.1)"
        (r"\bwith max-?q design\b|\bmax-?q\b", " maxq "),
        (r"@.*|/pcie/sse2.*|(?:\bwith|w/|\bradeon r\d, \d+ compute)\s.*", " "),  # clocks, an APU's graphics
        (r"\b(?:laptop|notebook)(?: gpu)?\b", " mobile "),
        (r"\b(?:dual|triple|quad|six|eight|twelve|sixteen|\d+)[- ]core\b|\b\d+(?:st|nd|rd|th) gen\b", " "),
        (r"[-_,/+:]", " "),
        (r"\bcore\s+2\b", "core2"),
        (r"\b(rtx|gtx|gts|gt|rx|hd|uhd|arc|epyc|ryzen|threadripper|xeon)(\d)", r"\1 \2"),
        (r"\b(\d{3,4})(ti|xtx|xt|super)\b", r"\1 \2"),
    )
)
_SIZE = re.compile(r"\b(\d+(?:\.\d+)?)\s*([gm])i?b\b")
_CHIP = re.compile(r"\s(?:[a-z]{2}\d{3}[a-z]?|gddr\d\w?)\b")
_LONGEST = 80  # characters of a name that are compared letter by letter
_BYTES = {"g": 1 << 30, "m": 1 << 20}
# Drivers report a little less than the marketed size (a 15 GiB "16 GB" T4), never much more.
_SIZE_TOLERANCE = (0.85, 1.05)


class Name(NamedTuple):
    """A name's words in alphabetical order, and the memory size in bytes where the name states one."""

    words: tuple[str, ...]
    size: int | None


def parse(text: str) -> Name:
    """The normal form of a device's name: marks, makers and filler dropped, "Laptop GPU" read as "Mobile"."""
    lower = text.lower().replace("_", " ")
    size = _SIZE.search(lower)
    if size:
        lower = f"{lower[: size.start()]} {lower[size.end() :]}"
    for pattern, new in _REPLACE:
        lower = pattern.sub(new, lower)
    words = tuple(sorted({word for word in lower.split() if word not in _NOISE}))
    return Name(words, round(float(size[1]) * _BYTES[size[2]]) if size else None)


def hint(text: str, makers: Mapping[str, Sequence[str]]) -> str | None:
    """The key of `makers` one of whose words stands in `text`; None without any."""
    lower = text.lower()
    return next((key for key, words in makers.items() if any(word in lower for word in words)), None)


def same_size(stated: int | None, actual: int | None) -> bool:
    """Whether a memory size in bytes, as a driver or a person states it, means a device of `actual` bytes."""
    if not stated or not actual:
        return False
    low, high = _SIZE_TOLERANCE
    return low * actual <= stated <= high * actual


def loosened(words: tuple[str, ...], level: int) -> tuple[str, ...]:
    """The words at one of three levels: 0 as they are, 1 without family words, 2 without class words too ("4090")."""
    if level == 0:
        return words
    dropped = _FAMILY if level == 1 else _FAMILY | _CLASS
    return tuple(word for word in words if word not in dropped)


def _literal(text: str) -> frozenset[str]:
    # Keeps what parse() drops ("IGP", "32-core"), which tells apart names that are alike otherwise.
    return frozenset(text.lower().split()) - {"nvidia", "amd", "intel", "apple"}


def _driver_name(name: str) -> str:
    """How NVIDIA's drivers write a name of the catalogue, in lower case and without hyphens.

    Laptops' cards are called so since the RTX 30; a GeForce's name has no memory size, kind of memory or chip in it.
    """
    plain = name.lower().replace("-", " ").removesuffix(" laptop gpu").removesuffix(" mobile")
    if re.search(r"\brtx (?:[3-9]0\d0|a\d)|\bada\b|\bblackwell\b", plain) and len(plain) < len(name):
        plain += " laptop gpu"
    plain = plain.replace(" max q", " with max q design")
    return _CHIP.sub("", _SIZE.sub("", plain)).strip() if "geforce" in plain else plain


Spec = TypeVar("Spec")


class _Entry(NamedTuple):
    at: int  # the device's place
    name: Name
    own: bool  # the device's own name, not an alias


class Index(Generic[Spec]):
    """Finds devices by any of their names: `names` has each one's, its own first; `fits` compares memory sizes.

    Nothing is computed ahead: a search parses only the names that hold its most telling word and takes only the
    devices that bear them, so that one look-up in a fresh process costs about a millisecond.
    """

    def __init__(
        self,
        specs: Sequence[Spec],
        names: Sequence[tuple[str, ...]],
        fits: Callable[[Spec, int], bool] | None = None,
    ) -> None:
        self._specs = specs
        self._names = names
        self._fits = fits
        self._texts = [" ".join(own).lower() for own in names]

    def candidates(self, text: str, size: int | None = None) -> tuple[Spec, ...]:
        """Every device that `text` may mean, at the strictest level that knows the name; () when none does.

        A memory size in `text` must fit; `size`, in bytes, is what a driver reports: it chooses where it can.
        """
        return tuple(self._specs[at] for at in self._places(text, size))

    def beginning(self, text: str, size: int | None = None) -> tuple[Spec, ...]:
        """Every device whose driver's name may be cut to `text` ("GeForce RTX 208..."), by the size where it is known.

        Tables cut only what is longer than their column, so that the name that is wanted is longer than `text`.
        """
        shown = text.strip()
        start = shown.removesuffix("...").lower().replace("-", " ")
        maker = "nvidia " if start.startswith("nvidia ") else ""
        if not any(c.isdigit() for c in start):
            return ()
        entries = [
            _Entry(at, parse(name), number == 0)
            for at, own in enumerate(self._names)
            for number, name in enumerate(own)
            if (full := maker + _driver_name(name)).startswith(start) and len(full) > len(shown)
        ]
        return tuple(dict.fromkeys(self._specs[entry.at] for entry in self._sized(entries, size or None)))

    def _places(self, text: str, size: int | None = None) -> tuple[int, ...]:
        wanted = parse(text)
        entries = self._holding(wanted.words)
        for level in range(3):
            words = loosened(wanted.words, level)
            same = [e for e in entries if words and loosened(e.name.words, level) == words]
            same = [e for e in same if set(wanted.words) <= set(e.name.words)]
            if same:
                return self._chosen(same, wanted.size, size)
        if not any(c.isdigit() for word in wanted.words for c in word):
            return ()
        # "H100" and "A100 80GB": part of several names.
        part = [e for e in entries if set(wanted.words) <= set(e.name.words)]
        return tuple(dict.fromkeys(e.at for e in self._sized(part, wanted.size)))

    def _holding(self, words: tuple[str, ...]) -> list[_Entry]:
        # Words that parse() writes itself stand in no raw text; the longest of the others with a digit tells most.
        raw = [word for word in words if word not in ("mobile", "maxq")]
        telling = max(raw, key=lambda word: (any(c.isdigit() for c in word), len(word)), default="")
        return [
            _Entry(at, parse(name), number == 0)
            for at, text in enumerate(self._texts)
            if telling in text
            for number, name in enumerate(self._names[at])
        ]

    def _chosen(self, entries: list[_Entry], stated: int | None, reported: int | None) -> tuple[int, ...]:
        entries = self._sized(entries, stated)
        entries = self._sized(entries, reported or None) or entries
        # Own names go before aliases, and a name sold without a size ("GeForce RTX 3080") means the plain card,
        # not its later 12 GB sister.
        entries = [e for e in entries if e.own] or entries
        entries = [e for e in entries if e.own and e.name.size is None] or entries
        return tuple(dict.fromkeys(e.at for e in entries))

    def _sized(self, entries: list[_Entry], size: int | None) -> list[_Entry]:
        fits = self._fits
        return entries if size is None or fits is None else [e for e in entries if fits(self._specs[e.at], size)]

    def find(self, text: str) -> Spec:
        """The one device that `text` means. Raises UserError listing the candidates, or the nearest names."""
        found = self._places(text)
        literal = [at for at in found if _literal(self._names[at][0]) == _literal(text)]
        if len(found) == 1 or len(literal) == 1:
            return self._specs[(literal or found)[0]]
        named = self._places(_SIZE.sub("", text.lower()))
        if not found and named:
            raise UserError(
                N_("{name}: there is none with this memory size; there are {candidates}"),
                name=text, candidates=self._list(named),
            )  # fmt: skip
        if found:
            raise UserError(
                N_("{name}: several devices have this name; choose one of {candidates}"),
                name=text, candidates=self._list(found),
            )  # fmt: skip
        raise UserError(
            N_("{name}: not in the catalogue; nearest names are {candidates}"),
            name=text, candidates=self._list(self._nearest(text)),
        )  # fmt: skip

    def _nearest(self, text: str, count: int = 5) -> tuple[int, ...]:
        """The devices whose names look most like `text`."""
        wanted = " ".join(parse(text[:_LONGEST]).words)
        own = {" ".join(parse(names[0]).words): at for at, names in enumerate(self._names)}
        return tuple(own[key] for key in difflib.get_close_matches(wanted, own, n=count, cutoff=0.3))

    def _list(self, places: Sequence[int]) -> str:
        return ", ".join(self._names[at][0] for at in places) or "-"
