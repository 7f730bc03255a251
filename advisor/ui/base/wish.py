"""A wish for other parts: which, how several wishes are one, and what a wish is called."""

from typing import NamedTuple

from advisor.i18n import GIB, Translator


class Wish(NamedTuple):
    """The parts to change; None keeps the machine's own."""

    gpu: str | None
    gpu_count: int
    cpu: str | None
    ram_gib: float | None
    beside: bool = False  # the graphics card is added to those that are there
    modules: tuple[float, ...] = ()  # all memory modules, GiB each, instead of a size

    @property
    def empty(self) -> bool:
        """Whether nothing is wished for."""
        return not (self.gpu or self.cpu or self.ram_gib or self.modules)


def merged(before: Wish, wish: Wish) -> Wish:
    """Both wishes as one, the later one's parts where both name one."""
    card = wish if wish.gpu else before
    memory = wish if wish.ram_gib or wish.modules else before
    return Wish(card.gpu, card.gpu_count, wish.cpu or before.cpu, memory.ram_gib, card.beside, memory.modules)


def wish_name(_: Translator, wish: Wish) -> str:
    """A wish's name in the header."""
    parts = []
    if wish.gpu:
        parts.append(wish.gpu if wish.gpu_count == 1 else f"{wish.gpu_count} × {wish.gpu}")
    if wish.cpu:
        parts.append(wish.cpu)
    if wish.modules:
        parts.append(_("{size} RAM", size=modules_text(_, wish.modules)))
    elif wish.ram_gib:
        parts.append(_("{size} RAM", size=_.gib(wish.ram_gib * GIB)))
    return " + ".join(parts)


def modules_text(_: Translator, sizes: tuple[float, ...]) -> str:
    """Memory modules in short: "2 × 16 GiB", "8 + 4 GiB"."""
    if len(sizes) > 1 and len(set(sizes)) == 1:
        return f"{len(sizes)} × {gib_text(_, sizes[0])}"
    return " + ".join(gib_text(_, size).removesuffix(" GiB") for size in sizes) + " GiB"


def gib_text(_: Translator, size: float) -> str:
    """A size in GiB as it is sold: "16 GiB", "1.5 GiB"."""
    return f"{_.integer(round(size)) if size == round(size) else _.number(size)} GiB"
