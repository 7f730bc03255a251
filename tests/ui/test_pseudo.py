"""Texts of another language are longer: with every text 40 % longer, nothing is cut in the window and its dialogs."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.complete import complete
from advisor.i18n import Translator
from advisor.ui.matrix.delegate import PAD
from advisor.ui.matrix.model import FIRST_METHOD
from advisor.ui.screen import Screen
from tests.ui.clipping import clipped
from tests.ui.every import dialogs, settle
from tests.ui.helpers import MACHINE, open_window

SIZE = (1366, 728)
SCREEN = (1366, 768)
MORE = 0.4
_KEPT = re.compile(r"(\{[^}]*\}|&.|%\w)")
_ACCENTS = str.maketrans("aeiouyncAEIOUNC", "áéîöüýñçÁÉÎÖÜÑÇ")


def lengthened(message: str) -> str:
    """Accents on the letters, and 40 % more of them in words of its own; what is filled in stays."""
    parts = [part if _KEPT.fullmatch(part) else part.translate(_ACCENTS) for part in _KEPT.split(message)]
    letters = sum(len(part) for part in parts if not _KEPT.fullmatch(part))
    more = round(letters * MORE)
    padding = " ".join("lö" * 3 for _word in range(more // 7)) + "ö" * (more % 7)
    return f"{''.join(parts)}{' ' if more > 6 else ''}{padding}".rstrip()


class Pseudo(Translator):
    """A language that nobody speaks."""

    def __init__(self) -> None:
        super().__init__("en", lengthened)


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture
def screen(qtbot: QtBot, qapp: QApplication) -> Iterator[Screen]:
    """The window in that language."""
    found = open_window(qapp, complete(MACHINE))
    found.window().resize(*SIZE)
    found.state.keep(hint_seen=True)
    found.state.tr_ = Pseudo()
    found.state.language_changed.emit()
    found.matrix.select(found.matrix.model.rows[0], "run")
    settle(qapp, found)
    yield found
    found.window().close()


def nothing(found: list[str]) -> None:
    """Fails with what was found, a line each."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("page", ["models", "compare", "advice", "report"])
def test_longer_texts_are_not_cut_in_the_window(qapp: QApplication, screen: Screen, page: str) -> None:
    """Every page, with the panes beside it."""
    screen.pages.show_page(page)
    settle(qapp, screen)
    assert (screen.window().width(), screen.window().height()) == SIZE
    nothing(clipped(screen.window()))


def test_longer_texts_stay_inside_of_their_cells(screen: Screen) -> None:
    """A cell's second line is cut to the cell's width: it would run into its neighbour's else."""
    matrix, seen = screen.matrix, 0
    for model in matrix.model.rows:
        for section, column in enumerate(matrix.model.columns, FIRST_METHOD):
            estimate = screen.cells.get(model, column)
            assert estimate is not None
            cell, width = matrix.delegate._cell_text(estimate), matrix.view.columnWidth(section) - PAD - 4
            said = matrix.delegate.second_in(cell, width)
            assert matrix.delegate._small_metrics.horizontalAdvance(said) <= width
            assert said
            seen += said.endswith("…")
    assert seen, "nothing was long enough to be cut"


def test_longer_texts_are_not_cut_in_the_dialogs(qapp: QApplication, screen: Screen) -> None:
    """All of them; none is larger than a screen of 1366 x 768."""
    found: list[str] = []
    for name, dialog in dialogs(qapp, screen):
        found += [f"{name}: {one}" for one in clipped(dialog)]
        if dialog.width() > SCREEN[0] or dialog.height() > SCREEN[1]:
            found.append(f"{name}: {dialog.width()} x {dialog.height()} is larger than the screen")
    nothing(found)


def test_texts_grow_by_two_fifths() -> None:
    """What is filled in and mnemonics stay, the rest has at least 40 % more letters."""
    text = lengthened("&Open {count} files of this computer …")
    assert "{count}" in text
    assert "&O" in text
    assert len(text) >= 1.38 * len("&Open {count} files of this computer …") - len("{count}")
    assert lengthened("") == ""


def test_the_check_finds_what_is_cut(qtbot: QtBot, qapp: QApplication) -> None:
    """A label, a button and a box without room are each told; with room, or told by a tool tip, none is."""
    from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

    root = QWidget()
    qtbot.addWidget(root)
    label, button, box = QLabel("a text of many letters", root), QPushButton("another long text", root), QComboBox(root)
    box.addItem("the third of the long texts")
    for row, one in enumerate((label, button, box)):
        one.setGeometry(0, 40 * row, 40, 30)
    root.resize(400, 200)
    root.show()
    assert len(clipped(root)) == 3
    label.setToolTip(label.text())
    assert len(clipped(root)) == 2
    for one in (button, box):
        one.resize(300, 30)
    assert clipped(root) == []
