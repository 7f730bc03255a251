"""The matrix's columns: a way of using a model, and for inference perhaps a quantisation of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from advisor.i18n import Translator
from advisor.ui.base import texts
from advisor.workload import METHODS, Method, Workload, for_method, quants_of

_OWN_QUANTS: dict[Method, str] = {"run-q8": "Q8_0", "run-f16": "F16"}
RUNS: tuple[Method, ...] = ("run", "run-q8", "run-f16")


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is what settings keep: a method, or "run:Q5_K_M" for inference in a quantisation that no knob turns."""

    key: str
    method: Method
    quant: str | None = None

    def workload(self, base: Workload) -> Workload:
        """`base` as this column asks for it. A quantisation that the runtime does not load gives way to one it does;
        `shown` leaves such columns out.
        """
        return _workload(self, base)

    def heading(self, _: Translator, base: Workload) -> str:
        """ "Run Q5_K_M", "QLoRA"."""
        return texts.column(_, self.workload(base), self.method)

    def runs(self, base: Workload) -> bool:
        """Whether the runtime of `base` loads what this column asks for."""
        return self.quant is None or self.quant in quants_of(for_method(base, "run").resolved_stack)


@lru_cache(maxsize=1024)
def _workload(column: Column, base: Workload) -> Workload:
    if column.quant is None:
        return for_method(base, column.method)
    return for_method(replace(base, quant=column.quant), "run")


USUAL: tuple[Column, ...] = tuple(Column(method, method) for method in METHODS)
_BY_KEY = {column.key: column for column in USUAL}


def pinned(quant: str) -> Column:
    """Inference in this quantisation, whatever the knob says."""
    return Column(f"run:{quant}", "run", quant)


def as_column(one: Column | Method) -> Column:
    """A method's usual column; a column is itself."""
    return one if isinstance(one, Column) else _BY_KEY[one]


def choosable(base: Workload) -> tuple[Column, ...]:
    """All columns that may be shown with the runtime of `base`: the usual ones, and every quantisation besides."""
    usual = {column.workload(base).quant for column in USUAL if column.method in _OWN_QUANTS}
    others = [pinned(quant) for quant in quants_of(for_method(base, "run").resolved_stack) if quant not in usual]
    runs = [column for column in USUAL if column.method in RUNS]
    return (*runs, *others, *(column for column in USUAL if column.method not in RUNS))


def shown(keys: Iterable[str], base: Workload) -> tuple[Column, ...]:
    """The chosen columns that the runtime of `base` knows, in their usual order; the usual ones where none is left."""
    wanted = set(keys)
    return tuple(column for column in choosable(base) if column.key in wanted) or USUAL
