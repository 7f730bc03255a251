"""The sheet of long texts: put together in slices, nothing left behind, its place kept, its links told."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor.ui.look.sheet import Sheet


@pytest.fixture
def sheet(qtbot: QtBot) -> Sheet:
    """A small one that is seen."""
    found = Sheet()
    qtbot.addWidget(found)
    found.resize(300, 200)
    found.show()
    return found


def test_parts_come_in_order_and_apart(sheet: Sheet, qtbot: QtBot) -> None:
    """All of them, each in a paragraph of its own; the text before stays until all is there."""
    sheet.setPlainText("before")
    sheet.show_parts([f"<p>part {number}</p>" for number in range(300)])
    assert sheet.busy
    assert sheet.toPlainText() == "before"
    qtbot.waitUntil(lambda: not sheet.busy)
    assert sheet.toPlainText().split("\n") == [f"part {number}" for number in range(300)]


def test_no_text_is_left_behind(sheet: Sheet, qapp: QApplication) -> None:
    """A document that is no longer shown is gone: pages are made anew with each turn of a knob."""
    for _again in range(5):
        sheet.show_parts(["<p>text</p>"] * 3)
        sheet.finish()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(sheet.findChildren(QTextDocument)) == 1
    sheet.show_parts(["<p>other</p>"])
    sheet.stop()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(sheet.findChildren(QTextDocument)) == 1
    assert sheet.toPlainText().startswith("text")


def test_the_place_is_kept_or_gone_to(sheet: Sheet) -> None:
    """A new text stands where the old one was read, at its beginning, or at a place that was asked for meanwhile."""
    parts = [f'<p><a name="p{number}"></a>{number}</p>' for number in range(100)]
    sheet.show_parts(parts)
    sheet.finish()
    bar = sheet.verticalScrollBar()
    bar.setValue(200)
    sheet.show_parts(parts)
    sheet.finish()
    assert bar.value() == 200
    sheet.show_parts(parts, keep_place=False)
    sheet.go_to("p50")
    sheet.finish()
    assert bar.value() > 400
    sheet.show_parts(parts, keep_place=False)
    sheet.finish()
    assert bar.value() == 0
