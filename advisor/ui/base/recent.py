"""The files opened last: which are kept, in which order, and how each is told apart in a menu."""

from collections.abc import Sequence
from pathlib import PurePath

MOST = 10
TOGETHER = "\n"  # between the files of one machine that several dumps tell of


def entry(paths: Sequence[str]) -> str:
    """What is kept of files that were opened together; "" where they cannot be told apart again."""
    return "" if any(TOGETHER in path for path in paths) else TOGETHER.join(paths)


def paths_of(entry_: str) -> list[str]:
    """The files of an entry."""
    return entry_.split(TOGETHER)


def added(recent: Sequence[str], new: str) -> tuple[str, ...]:
    """`recent` with `new` at its head, no entry twice, at most MOST."""
    return tuple(dict.fromkeys(filter(None, (new, *recent))))[:MOST]


def removed(recent: Sequence[str], old: str) -> tuple[str, ...]:
    """`recent` without `old`."""
    return tuple(one for one in recent if one != old)


def labels(recent: Sequence[str]) -> list[str]:
    """A short name an entry: the file's own, with its folder's where another entry has the same."""
    short = [" + ".join(PurePath(path).name for path in paths_of(one)) for one in recent]
    return [
        f"{name} ({PurePath(paths_of(one)[0]).parent.name})" if short.count(name) > 1 else name
        for name, one in zip(short, recent, strict=True)
    ]
