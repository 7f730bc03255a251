"""The strip of advice: what it says can be read at 1366 x 768 and at 125 % of it, in both languages."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.advice import advise
from advisor.advice.result import Advice
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.ui.advice import text as advice_text
from advisor.ui.advice.strip import LINES, POINT, Column
from advisor.workload import Workload
from tests.ui.helpers import MACHINE, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def advised(request: pytest.FixtureRequest) -> tuple[str, Advice]:
    """A language and the small machine's advice in it."""
    return request.param, advise(MACHINE, Workload(), "free", request.param)


def said(column: Column) -> str:
    """What can be read below the caption, without what keeps units whole and without gaps."""
    return "".join(plain(line.text()) for line in column.lines)


def plain(text: str) -> str:
    return text.replace("\u2060", "").replace("\u00a0", "").replace(" ", "")


@pytest.mark.parametrize("size", [(1366, 728), (1092, 574)])
def test_first_items_are_whole(
    qtbot: QtBot, qapp: QApplication, advised: tuple[str, Advice], size: tuple[int, int]
) -> None:
    """Tiers for running and training, what holds the machine back, the first pick: nothing of it is cut."""
    language, advice = advised
    screen = open_window(qapp, language=language)
    screen.window().resize(*size)
    strip = screen.strip
    strip.show_advice(advice)
    qapp.processEvents()
    _ = translator(language)
    tier, picks = strip.columns[:2]
    assert tier.title.text() == advice_text.tiers(_, advice)
    assert said(tier) == plain(advice_text.held_back(_, advice))
    assert said(picks).startswith(plain(POINT + advice_text.picks(_, advice)[0]))
    for column in strip.columns:
        assert column.isHidden() or "…" not in said(column), said(column)
        assert all(line.height() >= line.fontMetrics().height() for line in column.lines if line.text())
    assert strip.columns[-1].isHidden() == (size[0] < 1200)
    screen.window().close()


def test_what_has_no_room_is_counted(qtbot: QtBot, qapp: QApplication) -> None:
    """Items stand whole or not at all; the caption counts the others and the hint holds them; an endless one is cut."""
    column = Column()
    qtbot.addWidget(column)
    column.resize(200, 120)
    column.show()
    items = ["short", "a second item that takes two lines of the column at least", "a third one " * 8, "a fourth"]
    column.show_lines("Title", items)
    assert said(column) == plain(POINT + items[0] + POINT + items[1])
    assert column.title.text() == "Title  +2"
    assert all(item in column.toolTip() for item in items)
    column.show_lines("Title", ["word " * 100])
    assert column.title.text() == "Title"
    assert len([line for line in column.lines if line.text()]) == LINES
    assert column.lines[-1].text().endswith("…")


def test_no_unit_is_broken(qtbot: QtBot, qapp: QApplication) -> None:
    """At no width does a line end between a figure and its unit, or within "tok/s"."""
    column = Column()
    qtbot.addWidget(column)
    for width in range(90, 260, 10):
        column.resize(width, 120)
        column.show_lines("Title", ["Talk and writing: Qwen3.5-2B Q4_K_M, 7.84 tok/s, 4.17 GiB"])
        lines = [line.text() for line in column.lines if line.text() and "…" not in line.text()]
        assert not [line for line in lines if line.endswith(("7.84", "tok/", "tok", "4.17"))], (width, lines)


def test_an_unknown_machine_says_so(qtbot: QtBot, qapp: QApplication) -> None:
    """Nothing is known: no tier is claimed, and the sentence says what is missing."""
    _ = translator("en")
    advice = advise(Machine(source="profile"), Workload())
    assert advice_text.tiers(_, advice) == "Tier not known"
    assert "not known" in advice_text.held_back(_, advice)


def test_a_click_opens_the_place_on_the_page(qtbot: QtBot, qapp: QApplication, advised: tuple[str, Advice]) -> None:
    """The caption, by mouse or by key, opens the section; a line the item that it is of; what is left out is there."""
    language, advice = advised
    screen = open_window(qapp, language=language)
    screen.strip.show_advice(advice)
    qapp.processEvents()
    places: list[str] = []
    screen.strip.opened.connect(places.append)
    picks = screen.strip.columns[1]
    picks.title.setFocus()
    QTest.keyClick(picks.title, Qt.Key.Key_Space)
    QTest.mouseClick(picks, Qt.MouseButton.LeftButton, pos=picks.lines[0].geometry().center())
    second = next(i for i, place in enumerate(picks._places) if place == "picks/1")
    QTest.mouseClick(picks, Qt.MouseButton.LeftButton, pos=picks.lines[second].geometry().center())
    assert places == ["picks", "picks/0", "picks/1"]
    assert screen.pages.current == "advice"
    screen.window().close()


def test_two_picks_for_one_use_say_in_what_they_differ(advised: tuple[str, Advice]) -> None:
    """No two lines begin with the same words."""
    language, advice = advised
    labels = advice_text.pick_uses(translator(language), advice.picks)
    assert len(set(labels)) == len(labels), labels
