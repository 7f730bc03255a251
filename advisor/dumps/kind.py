"""One kind of dump: how to recognise it by what it says, and how to read it."""

from collections.abc import Callable
from typing import NamedTuple

from advisor.dumps.document import Document
from advisor.machine import Machine


class Kind(NamedTuple):
    """A program's output. `name` is the program ("lshw -short"): the origin of what is read, the same in all languages.

    `recognise` looks for what only this program writes, cheaply, and never raises but for a Document's own UserError;
    `read` gives a partial machine, every value with `name` as its origin, and what is not there left out.
    """

    name: str
    recognise: Callable[[Document], bool]
    read: Callable[[Document], Machine]
