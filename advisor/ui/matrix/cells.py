"""The matrix's estimates: computed when a cell is first seen, kept by workload, the rest filled in idle moments."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from advisor import logs
from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.errors import UserError
from advisor.estimator.result import Estimate, Reason
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base.columns import USUAL, Column, as_column
from advisor.ui.base.work import Job, Work
from advisor.workload import Method, Workload, for_method

Answer = Callable[[Machine, Model, Workload, Budget], Estimate]
Quick = Callable[[Model, Workload], bool]
Answers = dict[Model, Estimate]
PAINT_S = 0.006  # what one repaint may spend on cells that it sees for the first time,
TURN_S = 0.009  # as long as it is no later than this after the knob's turn that it shows,
LEAST_S = 0.001  # and this in any case
SLICE_S = 0.006  # what one idle slice may take, so that keys and mouse are answered between slices
REPAINT_S = 0.05  # cells that had to wait appear in batches: painting takes as long as computing
# Two settings of the knobs times six columns, of models and of networks: flicking a switch to and fro costs nothing.
COLUMNS_KEPT = 24
KEPT_OF_EACH = 4  # where more columns are shown: those of now and of the settings before, of models and of networks

# Settings that the other kind of task never reads: turning one of them leaves half of the matrix as it is.
_INFERENCE_ONLY = (
    "quant", "context", "parallel", "ubatch", "output_rows", "kv_type", "flash_attention", "kv_unified", "swa_full",
)  # fmt: skip
_TRAINING_ONLY = (
    "precision", "kbit_prepare", "optimizer", "batch", "grad_accum", "seq", "checkpointing", "keep_logits", "attention",
    "rank", "targets", "dataset_tokens", "epochs",
)  # fmt: skip
_DEFAULTS = Workload()


def relevant(workload: Workload, method: Method) -> Workload:
    """The workload of a method's column, what its task never reads at its default."""
    return _relevant(for_method(workload, method))


@lru_cache(maxsize=256)
def _relevant(column: Workload) -> Workload:
    names = _INFERENCE_ONLY if column.training else _TRAINING_ONLY
    return replace(column, **{name: getattr(_DEFAULTS, name) for name in names})


class Cells(QObject):
    """Estimates of one machine by model and column."""

    filled = Signal()  # cells that were asked for in vain are there now
    completed = Signal()  # every cell of the matrix is there

    def __init__(
        self, answer: Answer, parent: QObject | None = None, work: Work | None = None, quick: Quick | None = None
    ) -> None:
        """What is not `quick` to answer is asked of `work`, one cell after the other, while nobody waits for it."""
        super().__init__(parent)
        self._answer, self._work, self._quick = answer, work, quick
        self._job: Job | None = None
        self._machine: Machine | None = None
        self._budget: Budget = "free"
        self._base: Workload | None = None
        self._columns: dict[Column, tuple[Workload, Answers]] = {}
        # A network's inference has a batch and a precision.
        self._of_networks: dict[Column, tuple[Workload, Answers]] = {}
        self._kept: OrderedDict[tuple[Workload, Budget], Answers] = OrderedDict()
        self._deadline = self._turned_at = 0.0
        self._missed = False
        self._told_at = 0.0
        self.missed = 0  # cells of the last repaint that had to wait for an idle moment
        self._told: set[str] = set()
        self._rest: Iterator[tuple[Model, Column]] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)

    @property
    def busy(self) -> bool:
        """Whether cells are still being filled."""
        return self._timer.isActive() or self._job is not None

    def set_question(
        self, machine: Machine | None, workload: Workload, budget: Budget, columns: Iterable[Column] = USUAL
    ) -> None:
        """From now on the cells answer for this machine and these knobs. Another machine forgets all."""
        self._turned_at = perf_counter()
        if machine is not self._machine:
            self._kept.clear()
        self._machine, self._budget, self._base = machine, budget, workload
        self._columns, self._of_networks = {}, {}
        for column in columns:
            self._add(column)

    def _add(self, column: Column) -> None:
        assert self._base is not None
        whole = column.workload(self._base)
        self._columns[column] = self._answers(_relevant(whole))
        self._of_networks[column] = self._answers(whole)

    def _answers(self, workload: Workload) -> tuple[Workload, Answers]:
        key = (workload, self._budget)
        answers = self._kept.setdefault(key, {})
        self._kept.move_to_end(key)
        return workload, answers

    def _entries(self, model: Model) -> dict[Column, tuple[Workload, Answers]]:
        return self._of_networks if isinstance(model, Network) else self._columns

    def get(self, model: Model, column: Column | Method) -> Estimate | None:
        """The estimate of a cell, computed now; None while there is no machine."""
        column = as_column(column)
        if self._machine is None:
            return None
        if column not in self._columns:  # selected, but not shown any more
            self._add(column)
        workload, answers = self._entries(model)[column]
        found = answers.get(model)
        if found is None:
            found = answers[model] = self.compute(model, workload)
        return found

    def known(self, model: Model, column: Column) -> Estimate | None:
        """The estimate of a cell if it is there already."""
        entry = self._entries(model).get(column)
        return None if self._machine is None or entry is None else entry[1].get(model)

    def complete(self, models: Iterable[Model], columns: Iterable[Column]) -> bool:
        """Whether the estimates of all these cells are there."""
        if self._machine is None:
            return False
        found = [(self._columns[one][1], self._of_networks[one][1]) for one in columns if one in self._columns]
        return all(
            model in answers[1] if isinstance(model, Network) else model in answers[0]
            for model in models
            for answers in found
        )

    def compute(self, model: Model, workload: Workload) -> Estimate:
        """A fresh estimate for the machine and budget of now; a failure becomes "unknown" with its reason."""
        assert self._machine is not None
        return self._compute(self._machine, model, workload, self._budget)

    def _compute(self, machine: Machine, model: Model, workload: Workload, budget: Budget) -> Estimate:
        try:
            return self._answer(machine, model, workload, budget)
        except Exception as error:  # one bad model must not take the whole matrix with it
            if not isinstance(error, UserError) and repr(error) not in self._told:
                self._told.add(repr(error))  # once: the same fault may sit in a thousand cells
                logs.error(error)
            reason = Reason("estimate_failed", {"error": str(error) or type(error).__name__})
            return Estimate(model, model.published_parameters or 0, workload, None, (), "unknown", (reason,))

    def peek(self, model: Model, column: Column) -> Estimate | None:
        """The estimate if it is there or this repaint's time allows it; else None, and `filled` tells when it is."""
        entry = self._entries(model).get(column)
        if self._machine is None or entry is None:
            return None
        found = entry[1].get(model)
        if found is None:
            if perf_counter() < self._deadline and not self._slow(model, entry[0]):
                return self.get(model, column)
            self._missed = True
            self.missed += 1
        return found

    def begin_paint(self) -> None:
        """A repaint begins: it may compute for PAINT_S; less where other panes took their time before it."""
        now = perf_counter()
        turning = now - self._turned_at < REPAINT_S
        until = min(now + PAINT_S, self._turned_at + TURN_S) if turning else now + PAINT_S
        self._deadline = max(until, now + LEAST_S)
        self.missed = 0

    def fill(self, order: Iterable[tuple[Model, Column]]) -> None:
        """Fill the cells in this order whenever nothing else is to do."""
        self.stop()
        self._rest = iter(order)
        if self._machine is not None:
            self._timer.start()

    def stop(self) -> None:
        """No more idle work."""
        self._timer.stop()
        self._rest = iter(())
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _slow(self, model: Model, workload: Workload) -> bool:
        return self._work is not None and self._quick is not None and not self._quick(model, workload)

    def _asked_elsewhere(self, model: Model, column: Column) -> bool:
        """Whether a cell takes so long that another thread answers it; the rest is filled when it has."""
        entry = self._entries(model).get(column)
        if self._work is None or self._machine is None or entry is None:
            return False
        workload, answers = entry
        if model in answers or not self._slow(model, workload):
            return False

        def came(estimate: Estimate) -> None:
            answers.setdefault(model, estimate)
            go_on()

        def go_on(_error: Exception | None = None) -> None:  # an error is in the log; the cell is asked here then
            self._job = None
            self._timer.start()

        machine, budget = self._machine, self._budget
        self._timer.stop()
        self._job = self._work.run(lambda: self._compute(machine, model, workload, budget), came, go_on)
        return True

    def _slice(self) -> None:
        while len(self._kept) > max(COLUMNS_KEPT, KEPT_OF_EACH * len(self._columns)):
            self._kept.popitem(last=False)
        end = perf_counter() + SLICE_S
        for model, column in self._rest:
            if self._asked_elsewhere(model, column):
                return
            self.get(model, column)
            if perf_counter() > end:
                if end - self._told_at > REPAINT_S:
                    self._tell_missed()
                return
        self._timer.stop()
        self._tell_missed()
        self.completed.emit()

    def _tell_missed(self) -> None:
        self._told_at = perf_counter()
        if self._missed:
            self._missed = False
            self.filled.emit()
