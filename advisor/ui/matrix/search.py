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
    """What a model is found by: the words of its names, and each name from each of its words on, nothing between."""

    single: frozenset[str]
    joined: tuple[str, ...]


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
    joined = dict.fromkeys("".join(words[at:]) for words in split for at in range(len(words)))
    return Words(frozenset(word for words in split for word in words), tuple(joined))


def _seamed(text: str) -> str:
    return _SEAM.sub(" ", plain(text))


def found(models: Iterable[Model], text: str) -> Sequence[Model]:
    """The models that have every word of `text` in one of their names, in their order. Where none has, a hyphen or
    colon in it divides words, and dots are passed over: "deepseek-r1:7b", "qwen25".
    """
    known = list(models)
    words = [word for word in map(_join, _seamed(text).split()) if word]
    exact = [model for model in known if all(_has(words_of(model), word) for word in words)]
    if exact or not words:
        return exact
    parts = [part for part in _BETWEEN.split(_seamed(text)) if part]
    return [model for model in known if all(_nearly(words_of(model), part) for part in parts)]


def _has(known: Words, word: str) -> bool:
    if _SIZE.fullmatch(word):
        return word in known.single
    return any(name.startswith(word) for name in known.joined) or any(word in single for single in known.single)


def _nearly(known: Words, word: str) -> bool:
    if _SIZE.fullmatch(word):
        return word in known.single
    bare = word.replace(".", "")
    return any(bare in name.replace(".", "") for name in known.joined)
