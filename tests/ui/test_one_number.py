"""The window shows the numbers that the command line prints for the same machine and settings."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import cli, profiles, settings
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.ui.matrix.model import FIRST_METHOD
from advisor.workload import METHODS, Workload
from tests.machines import g480, rtx4090_desktop
from tests.ui.helpers import MACHINE, open_window


@pytest.mark.parametrize("made", [lambda: MACHINE, g480, rtx4090_desktop], ids=["test box", "2012 laptop", "RTX 4090"])
def test_window_and_command_line_give_one_number(
    qtbot: QtBot, qapp: QApplication, made: Callable[[], Machine], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Verdict and bytes of every cell; what a cell says aloud holds its memory."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)
    machine = made()
    path = tmp_path / "machine.json"
    profiles.save(machine, path)
    assert cli.main(["matrix", "--json", "--context", "8192", "--machine", str(path)]) == 0
    printed = {row["model"]["id"]: row["methods"] for row in json.loads(capsys.readouterr()[0])}
    window = open_window(qapp, profiles.load(path), workload=Workload(context=8192))
    qtbot.waitUntil(lambda: not window.cells.busy, timeout=20_000)
    _ = translator("en")
    for row, model in enumerate(window.matrix.model.rows):
        for column, method in enumerate(METHODS, FIRST_METHOD):
            shown, cell = window.cells.get(model, method), printed[model.id][method]
            assert shown is not None
            assert shown.memory is not None
            assert shown.verdict == cell["verdict"], (model.id, method)
            assert shown.memory.total == cell["memory"]["total_bytes"], (model.id, method)
            said = window.matrix.model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
            assert _.gib(shown.memory.total) in said, (model.id, method, said)
    window.window().close()
