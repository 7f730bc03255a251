"""Lets who asks for thousands of estimates in a thread of its own make room for others, and stop, between any two.

A thread that computes without a pause holds Python's lock for as long as it is let to: each step of a repaint in the
window's thread then waits for it, a millisecond at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_between: ContextVar[Callable[[], None] | None] = ContextVar("between", default=None)


@contextmanager
def paced(between: Callable[[], None]) -> Iterator[None]:
    """Call `between` before each estimate that this thread asks for meanwhile; it may wait, and what it raises ends
    the work.
    """
    token = _between.set(between)
    try:
        yield
    finally:
        _between.reset(token)


def pause() -> None:
    """The moment before an estimate, or within a long one."""
    between = _between.get()
    if between is not None:
        between()
