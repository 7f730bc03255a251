"""The engineer: the exact peak of a QLoRA run, its formula, the same number as the command line, a file of her own."""

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QSpinBox
from pytestqt.qtbot import QtBot

from advisor import cli, profiles
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.machine import Machine
from tests.importers.test_gguf import write
from tests.ui.journeys.user import User, sit_down, spoken

RANK, BATCH, OPTIMIZER = 32, 2, "paged_adamw8bit"


@pytest.fixture
def rented() -> Machine:
    """A computer with the card that she thinks of renting."""
    return assemble(None, gpu="GeForce RTX 4090", cpu="Core i9-13900K", ram_gib=64)


@pytest.fixture
def user(qtbot: QtBot, qapp: QApplication, rented: Machine) -> User:
    found = sit_down(qtbot, qapp, rented)
    found.settle()
    return found


def printed(machine: Machine, folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """Bytes that `advisor estimate` says for the same run."""
    path = folder / "machine.json"
    profiles.save(machine, path)
    options = ["--rank", str(RANK), "--batch", str(BATCH), "--optimizer", OPTIMIZER, "--machine", str(path)]
    assert cli.main(["estimate", "qwen2.5-7b", "--task", "qlora", "--json", *options]) == 0
    return int(json.loads(capsys.readouterr()[0])["memory"]["total_bytes"])


def is_what_is_printed(user: User, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The figure on the screen, to the last digit shown; and "why?" adds it up byte for byte."""
    assert user.screen.state.machine is not None
    total = printed(user.screen.state.machine, folder, capsys)
    figure = user.total()
    assert figure == user.screen.state.tr_.gib(total)
    assert figure in user.cell("Qwen2.5-7B", "QLoRA")
    why = user.screen.advising.why
    assert why is not None
    assert why.isVisible()
    text = why.text()
    assert f"{total:,}" in text
    lines = user.screen.memory.legend.lines
    assert all(line.words in text for line in lines if line.component)
    parts = [line for line in lines if line.component]
    assert sum(number(line.figure) for line in parts) == pytest.approx(number(figure), rel=0.01)


def number(figure: str) -> float:
    """GiB of a figure."""
    size, unit = figure.split()
    return float(size.replace(",", "")) / {"GiB": 1, "MiB": 1024, "KiB": 1 << 20, "B": 1 << 30}[unit]


def test_by_mouse(user: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell, its knobs, "why?", the whole table on the clipboard."""
    screen = user.screen
    user.click_cell("Qwen2.5-7B", "QLoRA")
    train = screen.settings.forms[1]
    assert train.isVisible()
    for key, value in (("rank", RANK), ("batch", BATCH)):
        field = train.control(key)
        assert isinstance(field, QSpinBox)
        user.show_knob(field)
        user.click(field.lineEdit())
        user.press("Ctrl+A")
        user.write(str(value))
        user.press("Return")
    box = train.control("optimizer")
    assert isinstance(box, QComboBox)
    user.show_knob(box)
    user.choose(box, "paged AdamW 8-bit")
    user.settle()
    user.click(screen.memory.why)
    is_what_is_printed(user, tmp_path, capsys)
    user.dialog().close()
    user.menu("Edit", "Copy the whole table")
    user.wait(lambda: "Qwen2.5-7B" in QApplication.clipboard().text())
    rows = QApplication.clipboard().text().splitlines()
    assert len(rows) == 1 + len(screen.state.models)
    user.window.close()


def test_by_keys(
    user: User, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Search, arrows, Tab from knob to knob, F1, Ctrl+C; then a GGUF of her own by Ctrl+Shift+O."""
    screen = user.screen
    user.press("Ctrl+F")
    user.write("qwen2.5-7b")
    user.press("Ctrl+M", "Home")
    user.walk_to("Qwen2.5-7B · QLoRA")
    for name, value in (("Batch", BATCH), ("LoRA rank", RANK)):
        user.tab_to(name)
        user.press("Ctrl+A")
        user.write(str(value))
        user.press("Return")
    user.tab_to("Optimizer")
    box = user.focus
    assert isinstance(box, QComboBox)
    for _step in range(box.count()):
        if box.currentText() != "paged AdamW 8-bit":
            user.press("Down")
    user.settle()
    user.press("F1")
    is_what_is_printed(user, tmp_path, capsys)
    user.press("Escape")
    user.press("Ctrl+M", "Ctrl+C")
    user.wait(lambda: user.total() in QApplication.clipboard().text())
    file = write(find_model("smollm2-135m"), "Q8_0", tmp_path / "my model.gguf")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    user.press("Ctrl+Shift+O")
    user.wait(lambda: "SmolLM2" in screen.memory.title.accessibleName())
    assert spoken(user.focus)
    assert "SmolLM2" in str(screen.matrix.view.model().index(0, 0).data())
    user.window.close()
