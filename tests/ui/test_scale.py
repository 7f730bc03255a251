"""Texts from 100 to 200 % on a screen of 1366 x 768: panels may scroll, no text is cut; so it is on scaled screens."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.complete import complete
from advisor.ui.screen import Screen
from advisor.ui.shell import text_size
from tests.ui.clipping import clipped
from tests.ui.every import dialogs, settle
from tests.ui.helpers import MACHINE, open_window
from tests.ui.test_pseudo import SCREEN, SIZE, nothing

ROOT = Path(__file__).resolve().parents[2]
SCALED = """
import json, sys
from advisor.catalog.complete import complete
from advisor.ui import app as ui_app
from tests.ui.clipping import clipped
from tests.ui.every import settle
from tests.ui.helpers import MACHINE, open_window
from advisor import settings
settings.save = lambda *_args: None
app = ui_app.application()
screen = open_window(app, complete(MACHINE), language=sys.argv[3])
screen.window().resize(int(sys.argv[1]), int(sys.argv[2]))
screen.state.keep(hint_seen=True)
screen.matrix.select(screen.matrix.model.rows[0], "run")
settle(app, screen)
found = []
for page in screen.pages.keys:
    screen.pages.show_page(page)
    settle(app, screen)
    found += [f"{page}: {one}" for one in clipped(screen.window())]
size = [screen.window().width(), screen.window().height(), screen.devicePixelRatioF()]
screen.window().close()
print(json.dumps([size, found]))
"""


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture(params=[100, 150, 200])
def screen(request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication) -> Iterator[Screen]:
    """The window with larger texts; the application's own size comes back afterwards."""
    font = qapp.font()
    found = open_window(qapp, complete(MACHINE))
    found.window().resize(*SIZE)
    found.state.keep(hint_seen=True)
    found.state.keep(text_percent=request.param)  # as the menu does
    found.matrix.select(found.matrix.model.rows[0], "run")
    settle(qapp, found)
    yield found
    found.window().close()
    text_size.apply(qapp, 100)
    qapp.setFont(font)


@pytest.mark.parametrize("page", ["models", "compare", "advice", "report"])
def test_larger_texts_are_not_cut_in_the_window(qapp: QApplication, screen: Screen, page: str) -> None:
    """Every page, with the panes beside it, in a window that stays as large as its screen."""
    screen.pages.show_page(page)
    settle(qapp, screen)
    found = clipped(screen.window())
    if (screen.window().width(), screen.window().height()) != SIZE:
        found.append(f"the window grew to {screen.window().width()} x {screen.window().height()}")
    nothing(found)


def test_larger_texts_are_not_cut_in_the_dialogs(qapp: QApplication, screen: Screen) -> None:
    """All of them; none is larger than the screen."""
    found: list[str] = []
    for name, dialog in dialogs(qapp, screen):
        found += [f"{name}: {one}" for one in clipped(dialog)]
        if dialog.width() > SCREEN[0] or dialog.height() > SCREEN[1]:
            found.append(f"{name}: {dialog.width()} x {dialog.height()} is larger than the screen")
    nothing(found)


@pytest.mark.parametrize(
    ("factor", "width", "height", "language"),
    [("1.25", 1092, 574, "en"), ("1.25", 1092, 574, "zh-CN"), ("2", 1920, 1040, "en")],
)
def test_scaled_screens_cut_nothing(factor: str, width: int, height: int, language: str) -> None:
    """1366 x 768 at 125 % and 4K at 200 %, in processes of their own: Qt reads the factor at its start."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": factor,
        "QT_LOGGING_RULES": "*=false",
    }
    command = [sys.executable, "-c", SCALED, str(width), str(height), language]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False, text=True)
    assert done.returncode == 0, done.stderr
    size, found = json.loads(done.stdout.splitlines()[-1])
    assert size == [width, height, float(factor)]
    nothing(found)
