"""Networks that are no decoders in the matrix: the knobs they read, what they refuse, the details beside them."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate, quick
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base import texts
from advisor.ui.base.columns import as_column
from advisor.ui.base.work import Work
from advisor.ui.matrix.cells import Cells
from advisor.ui.memory.savings import savings
from advisor.workload import METHODS, Workload, for_method
from tests.ui.helpers import MACHINE

NAMES = ("resnet-50", "bge-m3", "whisper-small", "stable-diffusion-1.5")


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_the_estimate_of_all_knobs(qapp: QApplication, name: str) -> None:
    """A network's inference reads batch and precision, which a language model's does not."""
    assert qapp
    cells, network = Cells(estimate), find_model(name)
    for workload in (Workload(), Workload(batch=8, precision="fp32"), Workload(batch=8, seq=256)):
        cells.set_question(MACHINE, workload, "free")
        for method in METHODS:
            found = cells.get(network, method)
            asked = estimate(MACHINE, network, for_method(workload, method))
            assert found is not None
            assert (found.memory, found.verdict, found.reasons) == (asked.memory, asked.verdict, asked.reasons)


def test_a_refused_method_is_not_called_unknown(qapp: QApplication) -> None:
    """QLoRA of a ResNet: no figure, and the word says that it does not run."""
    from advisor.i18n import translator

    assert qapp
    answer = estimate(MACHINE, find_model("resnet-50"), Workload(task="qlora"))
    shown = texts.cell(translator("en"), answer)
    assert (shown.figure, shown.second) == ("–", "does not run")
    assert savings(answer, lambda _workload: answer) == []


def test_savings_of_a_network_are_its_own() -> None:
    """Techniques are tried on networks as on models."""
    network = find_model("vit-l-16")

    def compute(workload: Workload) -> object:
        return estimate(MACHINE, network, workload)

    answer = estimate(MACHINE, network, Workload(task="full", batch=32, checkpointing=False))
    found = savings(answer, compute)  # type: ignore[arg-type]
    assert any(saving.changes == {"checkpointing": True} and saving.bytes > 0 for saving in found)


def test_a_large_network_is_recorded_off_the_windows_thread(qapp: QApplication, qtbot: QtBot) -> None:
    """Recording takes up to a tenth of a second: a repaint leaves the cell out, another thread fills it."""
    network, column = find_model("whisper-small"), as_column("full")
    workload = Workload(seq=77, checkpointing=False)  # asked for by no other test
    threads: list[int] = []

    def answer(machine: Machine, model: Model, asked: Workload, budget: Budget) -> Estimate:
        threads.append(threading.get_ident())
        return estimate(machine, model, asked, budget)

    work = Work()
    cells = Cells(answer, None, work, quick)
    cells.set_question(MACHINE, workload, "free")
    cells.begin_paint()
    assert cells.peek(network, column) is None
    with qtbot.waitSignal(cells.completed):
        cells.fill([(network, column)])
        busy = cells.busy
    assert (busy, cells.busy) == (True, False)
    assert threads != [threading.get_ident()]
    assert len(threads) == 1
    found = cells.peek(network, column)
    assert found == estimate(MACHINE, network, column.workload(workload))
    cells.set_question(MACHINE, replace(workload, batch=4), "free")
    cells.begin_paint()
    assert cells.peek(network, column) is not None, "what was recorded serves every batch at once"
    assert work.close()
