"""Finds models by what people type: parts of names in any order, whatever the spaces, hyphens, case and width."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.family_names import family_names
from advisor.catalog.model import Model

_BETWEEN = re.compile(r"[\s\-_/:·,，、;；()（）]+")
# Where Chinese and Latin letters meet, another word begins: 通义7b.
_SEAM = re.compile(r"(?<=[\u2e80-\u9fff])(?=[^\u2e80-\u9fff\s])|(?<=[^\u2e80-\u9fff\s])(?=[\u2e80-\u9fff])")
# A size is a word of its own: "7b" is no part of "57b" or "1.7b".
_SIZE = re.compile(r"\d+(\.\d+)?[bmkt]")


class Words(NamedTuple):
    """What a model is found by, a line each: its words; its names from each of their words on, nothing between."""

    single: str
    joined: str


def plain(text: str) -> str:
    """`text` in small letters of plain width."""
    return unicodedata.normalize("NFKC", text).casefold()


def _join(text: str) -> str:
    return _BETWEEN.sub("", text)


@lru_cache(maxsize=8192)
def words_of(model: Model) -> Words:
    """The words that find a model: its name, its aliases, its family and what that is called, what it is for."""
    family = (model.family, *family_names(model.family))
    names = [plain(name) for name in (model.name, *model.aliases, *family, model.kind)]
    split = [[word for word in _BETWEEN.split(name) if word] for name in names]
    joined = ("".join(words[at:]) for words in split for at in range(len(words)))
    single = dict.fromkeys(word for words in split for word in words)
    return Words(_lines(single), _lines(dict.fromkeys(joined)))


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"\n{text}" for text in texts) + "\n"


def _seamed(text: str) -> str:
    return _SEAM.sub(" ", plain(text))


def found(models: Iterable[Model], text: str) -> Sequence[Model]:
    """The models that have every word of `text` in one of their names, in their order. Where none has, a hyphen or
    colon in it divides words, and dots are passed over: "deepseek-r1:7b", "qwen25".
    """
    known = list(models)
    words = [word for word in map(_join, _seamed(text).split()) if word]
    if not words:
        return known
    exact = _with(known, words)
    if exact:
        return exact
    parts = [part.replace(".", "") for part in _BETWEEN.split(_seamed(text)) if part]
    return [model for model in known if all(part in words_of(model).joined.replace(".", "") for part in parts)]


def _with(models: Sequence[Model], words: Sequence[str]) -> list[Model]:
    """A size must be a word of its own; others begin a word, or lie within one."""
    sizes = [f"\n{word}\n" for word in words if _SIZE.fullmatch(word)]
    others = [(f"\n{word}", word) for word in words if not _SIZE.fullmatch(word)]

    def has(known: Words) -> bool:
        return all(size in known.single for size in sizes) and all(
            begun in known.joined or word in known.single for begun, word in others
        )

    return [model for model in models if has(words_of(model))]
