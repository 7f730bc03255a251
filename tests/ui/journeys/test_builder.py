"""The builder: a large mixture of experts on the processor alone, then with another card put in."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from advisor import dumps
from advisor.machine import Machine
from advisor.ui.machines.whatif import WhatIfDialog
from tests.ui.journeys.user import User, plain, sit_down, spoken

MODELS = ("qwen2.5-1.5b", "qwen2.5-7b", "qwen3-30b-a3b", "qwen2.5-72b")
LARGE = "Qwen3-30B-A3B"
CARD = "GeForce RTX 3090"


@pytest.fixture
def tower(shared: Path) -> Machine:
    """What lshw printed on a Ryzen 9 5950X with 64 GB and a GeForce GT 710."""
    return dumps.load(next((shared / "seeds").glob("002_*")))


@pytest.fixture
def user(qtbot: QtBot, qapp: QApplication, tower: Machine) -> User:
    found = sit_down(qtbot, qapp, tower, models=MODELS)
    found.settle()
    return found


def runs_on_the_processor(user: User) -> str:
    """The 30B model fits the RAM; nobody promises the old card."""
    assert "GT 710" in user.screen.gauges.notes.text()
    said = user.cell(LARGE, "Run Q4_K_M")
    assert "does not fit" not in said
    assert "tok/s" in said
    return said


def sees_what_the_card_brings(user: User, before: str) -> None:
    """The strip names the change, the cell is quicker and is marked as better than on this computer."""
    banner = user.screen.banner
    user.wait(lambda: banner.isVisible() and "run" in banner.result.text())
    user.settle()
    assert banner.title.accessibleName().startswith("Not this computer")
    assert CARD in banner.title.accessibleName()
    assert "+" in banner.result.text()
    assert user.cell(LARGE, "Run Q4_K_M") != before
    assert speed(user.cell(LARGE, "Run Q4_K_M")) > 2 * speed(before)


def sees_the_marks(user: User) -> None:
    """Compared with this computer, cells tell what was there before, in words and in the picture."""
    user.wait(lambda: user.cell(LARGE, "Run Q4_K_M").endswith("better than on this computer"))
    view = user.screen.matrix.view
    tip = view.model().index(user.row_of(LARGE), user.column_of("Run Q4_K_M")).data(Qt.ItemDataRole.ToolTipRole)
    assert "This computer: fits" in tip


def speed(said: str) -> float:
    """Tokens a second of a spoken cell."""
    return float(next(part for part in said.replace("~", "").split(", ") if "tok/s" in part).split()[0])


def card_field(dialog: QDialog) -> QLineEdit:
    assert isinstance(dialog, WhatIfDialog)
    return dialog.form.gpu


def test_by_mouse(user: User) -> None:
    """Menu, dialog, list of names, a look at the marks, and back."""
    screen = user.screen
    before = runs_on_the_processor(user)
    plain_picture = user.picture(screen.matrix.view)
    user.menu("Machine", "Another GPU")
    dialog = user.dialog()
    user.click(card_field(dialog))
    user.write(CARD)
    user.wait(lambda: CARD in screen.banner.title.accessibleName())  # tried while the dialog is open
    user.press("Escape")  # the list of names
    assert dialog.isVisible()
    user.click_button("Show", dialog)
    user.wait(lambda: not any(one.isVisible() for one in user.window.findChildren(WhatIfDialog)))
    sees_what_the_card_brings(user, before)
    unmarked = user.picture(screen.matrix.view)
    assert unmarked != plain_picture
    compare = next(one for one in screen.banner.buttons if "Compare" in one.text())
    if not compare.isChecked():
        user.click(compare)
    user.settle()
    sees_the_marks(user)
    assert user.picture(screen.matrix.view) != unmarked
    back = next(one for one in screen.banner.buttons if plain(one.text()).startswith("Back"))
    user.click(back)
    user.settle()
    assert not screen.banner.isVisible()
    assert user.cell(LARGE, "Run Q4_K_M") == before
    user.window.close()


def test_by_keys(user: User) -> None:
    """The list of machines by Ctrl+T, its last entries are orders; Ctrl+Shift+M marks, Ctrl+Shift+T flips."""
    screen = user.screen
    before = runs_on_the_processor(user)
    user.press("Ctrl+T")
    user.write("another gpu")
    user.press("Return")
    dialog = user.dialog()
    user.wait(lambda: card_field(dialog).hasFocus())
    user.write(CARD)
    user.press("Escape", "Return")
    user.wait(lambda: not any(one.isVisible() for one in user.window.findChildren(WhatIfDialog)))
    sees_what_the_card_brings(user, before)
    if not screen.commands["machine.compare"].isChecked():
        user.press("Ctrl+Shift+M")
    user.settle()
    sees_the_marks(user)
    user.press("Ctrl+Shift+T")
    user.settle()
    assert not screen.banner.isVisible()
    assert user.cell(LARGE, "Run Q4_K_M") == before
    assert spoken(user.focus)
    user.window.close()
