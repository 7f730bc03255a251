"""The teacher or the shop: another computer's dump comes in, a PDF in each language goes out."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.helpers import MACHINE
from tests.ui.journeys.user import User, pdf_text, sit_down, spoken

LSHW = """\
H/W path         Device     Class          Description
======================================================
                            system         20BV001BUS (LENOVO_MT_20BV)
/0                          bus            20BV001BUS
/0/3                        memory         8GiB System Memory
/0/3/0                      memory         8GiB SODIMM DDR3 Synchronous 1600 MHz (0.6 ns)
/0/a                        processor      Intel(R) Core(TM) i5-5300U CPU @ 2.30GHz
/0/100/2         /dev/fb0   display        HD Graphics 5500
/0/100/1f.2/0    /dev/sda   disk           256GB SAMSUNG MZ7LN256
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """What `lshw -short` printed on a customer's laptop."""
    path = tmp_path / "客户 lshw.txt"
    path.write_text(LSHW, encoding="utf-8")
    return path


@pytest.fixture
def user(qtbot: QtBot, qapp: QApplication) -> User:
    return sit_down(qtbot, qapp, MACHINE)


def drop(user: User, path: Path) -> None:
    """Let a file go over the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    common = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, *common)
    QApplication.sendEvent(user.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(user.window, QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, *common))


def sees_the_customers_laptop(user: User) -> None:
    """Header, strip, gauges and title speak of it."""
    screen = user.screen
    user.wait(lambda: "i5-5300U" in " ".join(spoken(gauge) for gauge in screen.gauges.gauges))
    user.settle()
    assert "from a dump" in screen.header.name.accessibleName()
    assert screen.banner.isVisible()
    assert "lshw" in screen.banner.facts.text()
    assert "Test Box" not in user.window.windowTitle()


def hands_out(path: Path, words: str, absent: str) -> None:
    """A PDF about the customer's laptop, in one language."""
    text = pdf_text(path)
    assert "i5-5300U" in text
    assert words in text
    assert absent not in text
    assert "Test Box" not in text


def test_by_mouse(user: User, dump: Path, tmp_path: Path) -> None:
    """Drop the file, click the export, choose the language in the form."""
    drop(user, dump)
    sees_the_customers_laptop(user)
    page = user.screen.report
    user.click_button("Export report …")
    for number, (name, words, absent) in enumerate(
        (("English", "Conclusion", "结论"), ("简体中文", "结论", "Conclusion"))
    ):
        box = page.get().form.language
        assert isinstance(box, QComboBox)
        if not box.currentText().startswith(name):
            user.choose(box, name)
        user.wait(lambda: not page.get().busy)
        user.click(page.get().writing.export)
        user.save(tmp_path / f"{number}.pdf")
        hands_out(tmp_path / f"{number}.pdf", words, absent)
    user.window.close()


def test_by_keys(user: User, dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+O asks for the file, Ctrl+E leads to the report; the window's own language is the report's until chosen."""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([str(dump)], ""))
    user.press("Ctrl+O")
    sees_the_customers_laptop(user)
    user.press("Ctrl+E")
    user.wait(lambda: spoken(user.focus) == "Export …")
    user.press("Space")
    user.save(tmp_path / "en.pdf")
    hands_out(tmp_path / "en.pdf", "Conclusion", "结论")
    user.tab_to("English")
    user.press("Down")
    user.tab_to("Export …")
    user.press("Space")
    user.save(tmp_path / "zh.pdf")
    hands_out(tmp_path / "zh.pdf", "结论", "Conclusion")
    user.window.close()
