"""The page of advice: by mouse and by keys, kept in place, greyed while it is out of date."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.advice import advise
from advisor.advice.result import Advice
from advisor.errors import UserError
from advisor.ui.advice import page as advice_page
from advisor.ui.advice.items import Select
from advisor.ui.advice.page import AdvicePage
from advisor.ui.screen import Screen
from advisor.workload import Workload
from tests.ui.helpers import MACHINE, open_window

WAIT = 60_000


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture(scope="module")
def advice() -> Advice:
    """The small machine's."""
    return advise(MACHINE, Workload(), "free", "en")


@pytest.fixture
def screen(qapp: QApplication) -> Iterator[Screen]:
    """A window in English."""
    opened = open_window(qapp)
    yield opened
    opened.window().close()


def shown(screen: Screen, advice: Advice, qtbot: QtBot) -> AdvicePage:
    """The page with this advice, all of it put together."""
    screen.details._advised(advice)
    screen.details.show_advice()
    page = screen.advising.page.get()
    qtbot.waitUntil(lambda: not page.busy and page._job is None, timeout=WAIT)
    page.sheet.finish()
    return page


def test_the_page_is_made_when_it_is_first_seen(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """Not before; then it says every pick's name, and what well-known models need."""
    assert screen.advising.page.page is None
    page = shown(screen, advice, qtbot)
    assert screen.pages.current == "advice"
    text = page.text()
    assert [one.estimate.model.name for one in advice.picks if one.estimate.model.name not in text] == []
    assert page.sections[-1].key == "needs"


def test_keys_reach_every_link(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """Tab goes to the first link, Enter uses it: the first of all leads to the picks."""
    page = shown(screen, advice, qtbot)
    used: list[str] = []
    page.sheet.used.connect(used.append)
    page.sheet.setFocus()
    for _press in range(2):
        QTest.keyClick(page.sheet, Qt.Key.Key_Tab)
        QTest.keyClick(page.sheet, Qt.Key.Key_Return)
    assert used == [f"#{one.key}" for one in page.sections[1:3]]


def test_a_pick_selects_its_cell(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """The matrix is turned to; a filter that hides the model is taken away."""
    page = shown(screen, advice, qtbot)
    model = screen.state.models[2]
    screen.matrix.search.setText("no such model")
    page.wanted.emit(Select(model, "qlora"))
    assert screen.pages.current == "models"
    assert (screen.state.model, screen.state.method) == (model, "qlora")


def test_an_upgrade_is_shown_as_a_what_if(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """Named after the machine and what was added."""
    page = shown(screen, advice, qtbot)
    number = next(i for i, one in enumerate(advice.upgrades) if one.code == "more_ram")
    page.sheet.used.emit(f"act:upgrades/{number}")
    qtbot.waitUntil(lambda: screen.state.what_if is not None, timeout=WAIT)
    assert (screen.state.what_if or "").startswith("Test Box + ")
    assert screen.state.machine is not None
    assert screen.state.machine.memory.total_bytes == advice.upgrades[number].values["to_bytes"]


def test_a_technique_turns_its_knob(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """The KV cache in 8 bits, at once."""
    page = shown(screen, advice, qtbot)
    number = next(i for i, one in enumerate(advice.techniques) if one.code == "kv_8bit")
    page.sheet.used.emit(f"act:techniques/{number}")
    assert screen.state.workload.kv_type == "q8_0"


def test_stale_advice_is_greyed_and_the_place_is_kept(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """While new advice is on its way the text pales; the new text stands where the old one was read."""
    page = shown(screen, advice, qtbot)
    bar = page.sheet.verticalScrollBar()
    bar.setValue(300)
    before = page.sheet.viewport().grab().toImage()
    screen.state.change(context=8192)
    assert page.sheet.viewport().grab().toImage() != before
    screen.details._advised(advice)
    page.sheet.finish()
    assert bar.value() == 300
    assert page.sheet.viewport().grab().toImage() == before


def test_a_place_is_scrolled_to(screen: Screen, advice: Advice, qtbot: QtBot) -> None:
    """As the strip asks for it."""
    page = shown(screen, advice, qtbot)
    page.sheet.verticalScrollBar().setValue(0)
    screen.strip.opened.emit("upgrades/1")
    assert page.sheet.verticalScrollBar().value() > 300


def test_all_of_it_is_copied(screen: Screen, advice: Advice, qtbot: QtBot, qapp: QApplication) -> None:
    """By its link, as by the command."""
    page = shown(screen, advice, qtbot)
    page.sheet.used.emit("do:copy")
    text = qapp.clipboard().text()
    assert advice.picks[0].estimate.model.name in text
    assert len(text) > 2000
    page.sheet.used.emit("act:nowhere/7")  # a link of an older text does nothing
    page.sheet.used.emit("act:picks/999")


def test_what_cannot_be_read_of_other_models_is_said(
    screen: Screen, advice: Advice, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The advice stands; below it one sentence, no markup."""

    def refuse() -> None:
        raise UserError("{path}: cannot be read ({reason})", path="<b>known.json</b>", reason="gone")

    monkeypatch.setattr(advice_page, "_needed", refuse)
    page = shown(screen, advice, qtbot)
    assert page.text().endswith("<b>known.json</b>: cannot be read (gone)")
    assert page.sections[-1].key != "needs"


def test_all_of_it_is_copied_from_another_page(screen: Screen, advice: Advice, qapp: QApplication) -> None:
    """The command works while the page is out of sight, and was never seen."""
    screen.details._advised(advice)
    qapp.clipboard().setText("before")
    screen.commands["advice.copy"].trigger()
    qapp.processEvents()
    assert advice.picks[0].estimate.model.name in qapp.clipboard().text()
