"""A settings file that somebody or something has garbled: the window opens, and what can be kept is kept."""

import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.window import Window
from tests.ui.helpers import MACHINE, OPENED, FewModels

LONG = "名<b>&\n\"'" * 60
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, 1e308, "", LONG, [], {}, [[]], [None, LONG, 7], {"a": LONG}, [[-1, 10**9]], ["a", "a"],
)  # fmt: skip


def garbled(seed: int) -> dict[str, Any]:
    """A settings file with junk in every field, deep inside and on top."""
    dice = random.Random(seed)

    def junk(value: object) -> object:
        if isinstance(value, dict) and dice.random() < 0.9:
            return {key: junk(one) for key, one in value.items()}
        return dice.choice(JUNK)

    whole = junk(asdict(Settings()))
    return whole if isinstance(whole, dict) else {}


def opened(qapp: QApplication, choices: Settings, language: str = "en") -> Window:
    """A window with these choices, all of it shown."""
    window = Window()
    OPENED.append(window)
    screen = ui_app.fill(qapp, window, MACHINE, choices.workload, choices, language, FewModels())
    screen.details.advice_timer.setInterval(10**6)
    window.open(choices.window.geometry)
    screen.loaded(screen.core.models())
    qapp.processEvents()
    return window


@pytest.mark.parametrize("seed", range(200))
def test_any_garbled_file_is_read(seed: int, tmp_path: Path) -> None:
    """Into settings that can be written and read again."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(garbled(seed)), encoding="utf-8")
    found = settings.load(path)
    settings.save(found, tmp_path / "again.json")
    assert settings.load(tmp_path / "again.json") == found


@pytest.mark.parametrize("seed", range(6))
def test_the_window_opens_on_a_garbled_file(
    seed: int, qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The models are there, on a page that exists."""
    monkeypatch.setattr(settings, "folder", lambda: tmp_path)
    (tmp_path / "settings.json").write_text(json.dumps(garbled(seed)), encoding="utf-8")
    window = opened(qapp, settings.load())
    assert window.isVisible()
    assert window.screen_ is not None
    assert window.screen_.matrix.model.rows
    window.close()


def test_strange_choices_of_the_window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns and pages that do not exist, a place off every screen, recent files called like markup, endless names."""
    monkeypatch.setattr(settings, "folder", lambda: tmp_path)
    choices = WindowChoices(
        geometry="99999,99999,1,1", page="nowhere", columns=("none", LONG), favourites=(LONG,), recent=(LONG, "/<b>&x"),
        folded=(LONG,), splitters=((0, 0, 0), (0, 0)), folder=LONG, hint_seen=True,
    )  # fmt: skip
    window = opened(qapp, Settings(window=choices), "zh-CN")
    assert window.screen_ is not None
    assert window.screen_.pages.current == "models"
    assert window.screen_.matrix.model.columns
    area = qapp.primaryScreen().availableGeometry()
    assert area.intersects(window.frameGeometry())
    window.close()


@pytest.mark.parametrize("kind", ["empty", "folder", "binary"])
def test_a_file_that_is_none(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in it, a folder in its place, no text: the defaults, one sentence, and the file is put aside."""
    monkeypatch.setattr(settings, "folder", lambda: tmp_path)
    path = tmp_path / "settings.json"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"" if kind == "empty" else bytes(range(256)))
    found, told = settings.read()
    assert found == Settings()
    assert told is not None
    assert "settings.json" in str(told)
    settings.save(found)
    assert settings.load() == found
