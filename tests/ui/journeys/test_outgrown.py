"""One machine is not enough: advice, a rented card and why it costs what it costs, an upgrade tried out, and back."""

import pytest
from PySide6.QtWidgets import QApplication, QTextBrowser
from pytestqt.qtbot import QtBot

from tests.ui.helpers import MACHINE
from tests.ui.journeys.user import WAIT, User, sit_down


@pytest.fixture
def user(qtbot: QtBot, qapp: QApplication) -> User:
    found = sit_down(qtbot, qapp, MACHINE)
    qtbot.waitUntil(lambda: found.screen.strip.advice is not None, timeout=3 * WAIT)
    return found


def reads_the_advice(user: User) -> str:
    """Picks, rented cards with their dated prices, upgrades with numbers."""
    page = user.screen.advising.page.get()
    user.wait(lambda: not page.busy and "\n" in page.text())
    text = page.text()
    for words in ("Rented instead", "What an upgrade brings", "USD"):
        assert words in text
    return text


def sees_the_upgrade(user: User) -> None:
    """The strip names the machine with what was added, and what that brings."""
    banner = user.screen.banner
    user.wait(lambda: banner.isVisible() and banner.result.text())
    assert banner.title.accessibleName().startswith("Not this computer")
    assert "run" in banner.result.text()


def test_by_mouse(user: User) -> None:
    """Links of the page, clicked where they are painted; the way back in the strip."""
    screen = user.screen
    user.click(screen.strip.all)
    reads_the_advice(user)
    sheet = screen.advising.page.get().sheet
    assert user.click_link(sheet, "why:cloud/0")
    why = user.dialog()
    reading = why.findChild(QTextBrowser)
    assert reading is not None
    user.wait(lambda: "USD" in reading.toPlainText())
    why.close()
    assert user.click_link(sheet, "act:upgrades/0")
    sees_the_upgrade(user)
    user.click(screen.banner.buttons[-1])
    user.wait(lambda: not screen.banner.isVisible())
    assert screen.header.name.accessibleName().startswith("Test Box")
    user.window.close()


def test_by_keys(user: User) -> None:
    """Ctrl+3, Tab from link to link, Enter; Ctrl+Shift+T goes back."""
    screen = user.screen
    user.press("Ctrl+3")
    reads_the_advice(user)
    sheet = screen.advising.page.get().sheet
    user.tab_to("Advice")
    assert user.tab_to_link(sheet, "act:upgrades/0")
    user.press("Return")
    sees_the_upgrade(user)
    user.press("Ctrl+Shift+T")
    user.wait(lambda: not screen.banner.isVisible())
    assert screen.header.name.accessibleName().startswith("Test Box")
    user.window.close()
