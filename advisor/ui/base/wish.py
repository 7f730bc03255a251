"""A wish for other parts: which, how several wishes are one, and what a wish is called."""

from typing import NamedTuple

from advisor.i18n import GIB, Translator


class Wish(NamedTuple):
    """The parts to change; None keeps the machine's own."""

    gpu: str | None
    gpu_count: int
    cpu: str | None
    ram_gib: float | None


def merged(before: Wish, wish: Wish) -> Wish:
    """Both wishes as one, the later one's parts where both name one."""
    gpu, count = (wish.gpu, wish.gpu_count) if wish.gpu else (before.gpu, before.gpu_count)
    return Wish(gpu, count, wish.cpu or before.cpu, wish.ram_gib or before.ram_gib)


def wish_name(_: Translator, wish: Wish) -> str:
    """A wish's name in the header."""
    parts = []
    if wish.gpu:
        parts.append(wish.gpu if wish.gpu_count == 1 else f"{wish.gpu_count} × {wish.gpu}")
    if wish.cpu:
        parts.append(wish.cpu)
    if wish.ram_gib:
        parts.append(_("{size} RAM", size=_.gib(wish.ram_gib * GIB)))
    return " + ".join(parts)
