"""The page that exports a report: choices that are kept, a preview, progress, cancel, errors, a comparison."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from advisor import profiles, report, settings
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.palette import DARK, LIGHT, Palette
from advisor.report import SECTION_KEYS
from advisor.report.charts import draw
from advisor.report.document import (
    Bars,
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Mark,
    Paragraph,
    Section,
    Series,
    Table,
)  # fmt: skip
from advisor.report.sections import SECTIONS
from advisor.settings import ReportChoices
from advisor.ui.base.file_names import LONGEST, safe_name
from advisor.ui.base.wish import Wish
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.machines.whatif import WhatIfDialog
from advisor.ui.report.compare_with import CompareWith
from advisor.ui.report.page import ReportPage
from advisor.ui.report.paper import usual_paper
from advisor.ui.report.preview import drawings
from advisor.ui.report.view import ReportView, image
from advisor.ui.screen import Screen
from tests.ui.helpers import GIB, MACHINE, open_window

WAIT = 60_000
SAVE = settings.save


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture
def screen(qapp: QApplication) -> Iterator[Screen]:
    """A window in English."""
    opened = open_window(qapp)
    yield opened
    opened.window().close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections that say their own key only: what is tested here is the page."""
    for key in SECTION_KEYS:
        monkeypatch.setitem(SECTIONS, key, short(key))


def short(key: str) -> Callable[[object], Iterator[Section]]:
    """The writer of a section that says its own key."""
    return lambda _context: iter([Section(f"Title of {key}", (Paragraph(f"Text of {key} <b>&amp;"),))])


def opened(screen: Screen, qtbot: QtBot) -> ReportPage:
    """The page with its first preview."""
    screen.actions_.export()
    page = screen.report.get()
    assert page.isVisible()
    settle(page, qtbot)
    return page


def settle(page: ReportPage, qtbot: QtBot) -> None:
    """Nothing is waited for any more."""
    qtbot.waitUntil(lambda: not page.busy, timeout=WAIT)


@pytest.mark.usefixtures("quick")
def test_the_preview_shows_what_is_chosen(screen: Screen, qtbot: QtBot) -> None:
    """All sections at first, as plain text even where it looks like HTML; one less once it is unchecked; another
    language on demand; with no section there is nothing to export.
    """
    page = opened(screen, qtbot)
    text = page.view.toPlainText()
    assert [key for key in SECTION_KEYS if f"Text of {key} <b>&amp;" not in text] == []
    page.form.sections.item(2).setCheckState(Qt.CheckState.Unchecked)
    settle(page, qtbot)
    text = page.view.toPlainText()
    assert "Text of fits" not in text
    assert "3 Title of plans" in text
    page.form.language.setCurrentIndex(page.form.language.findData("zh-CN"))
    settle(page, qtbot)
    assert "报告" in page.view.toPlainText()
    page.form.none.click()
    settle(page, qtbot)
    assert not page.writing.export.isEnabled()
    assert "section" in page.view.toPlainText()
    page.form.all.click()
    assert page.writing.export.isEnabled()
    assert page.form.chosen() == SECTION_KEYS


@pytest.mark.usefixtures("quick")
def test_a_report_is_written_as_chosen(
    screen: Screen, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with Chinese letters: the file holds the chosen sections, its place is told, file and folder open."""
    page = opened(screen, qtbot)
    page.form.sections.item(0).setCheckState(Qt.CheckState.Unchecked)
    path = tmp_path / "我的 报告.md"
    page.write(path)
    assert not page.form.isEnabled()
    settle(page, qtbot)
    text = path.read_text(encoding="utf-8")
    assert "Title of capability" in text
    assert "Title of summary" not in text
    assert str(path) in page.writing.said.text()
    asked: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    page.writing.open_file.click()
    page.writing.open_folder.click()
    assert [Path(url.toLocalFile()) for url in asked] == [path, tmp_path]
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    page.writing.open_file.click()
    assert str(path) in page.writing.said.text()


@pytest.mark.usefixtures("quick")
def test_an_error_is_one_sentence_and_the_old_file_survives(screen: Screen, qtbot: QtBot, tmp_path: Path) -> None:
    """A missing folder, then a folder in the file's place: said below the preview; the choices stay."""
    page = opened(screen, qtbot)
    for path in (tmp_path / "missing" / "report.md", tmp_path):
        page.write(path)
        settle(page, qtbot)
        assert str(path) in page.writing.said.text()
        assert not page.writing.open_file.isVisible()
        assert page.form.isEnabled()
    assert not list(tmp_path.iterdir())


class Slow:
    """Stands for a writer that goes on until it is told to stop."""

    def __init__(self) -> None:
        self.begun, self.cancelled = threading.Event(), False
        self.options: dict[str, Any] = {}

    def write(self, *_args: object, **options: Any) -> bool:
        self.options = options
        options["progress"](0.4)
        self.begun.set()
        while not options["cancelled"]():
            threading.Event().wait(0.005)
        self.cancelled = True
        return False


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("how", ["button", "escape", "window"])
def test_writing_shows_progress_and_is_cancelled(
    screen: Screen, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """By its button or Escape the page stays and says so; with its window it goes."""
    slow = Slow()
    monkeypatch.setattr(report, "write", slow.write)
    page = opened(screen, qtbot)
    page.form.paper.setCurrentIndex(1)
    page.write(tmp_path / "report.pdf")
    qtbot.waitUntil(lambda: page.writing.bar.value() == 400, timeout=WAIT)
    assert not page.writing.export.isEnabled()
    assert slow.options["paper"] == "letter"
    if how == "window":
        screen.window().close()
        assert slow.cancelled
        return
    if how == "button":
        page.writing.cancel.click()
    else:
        QTest.keyClick(page, Qt.Key.Key_Escape)
    settle(page, qtbot)
    assert page.isVisible()
    assert page.writing.isVisible()
    assert "ancelled" in page.writing.said.text()
    assert page.writing.export.isEnabled()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert page.isVisible()


@pytest.mark.usefixtures("quick")
def test_choices_are_kept(screen: Screen, qtbot: QtBot, tmp_path: Path) -> None:
    """Format, language, paper and sections are those of the last time, also after the settings went through a file."""
    page = opened(screen, qtbot)
    form = page.form
    form.kind.setCurrentIndex(form.kind.findData("html"))
    assert not form.paper.isEnabled()
    form.language.setCurrentIndex(form.language.findData("zh-CN"))
    form.sections.item(9).setCheckState(Qt.CheckState.Unchecked)
    expected = ReportChoices("html", "zh-CN", None, ("appendix",))
    assert screen.state.report == expected
    path = tmp_path / "settings.json"
    SAVE(screen.state.settings(), path)
    assert settings.load(path).report == expected
    again = opened(screen, qtbot)
    assert again.form.choices() == expected
    screen.state.set_language("zh-CN")
    assert again.form is not form  # made anew in the other language, with what was chosen
    assert again.form.chosen() == SECTION_KEYS[:-1]
    settle(again, qtbot)


@pytest.mark.usefixtures("quick")
def test_two_machines_are_compared(screen: Screen, qtbot: QtBot, tmp_path: Path) -> None:
    """With other parts, with a saved machine, with nothing again; the sections wait meanwhile; the file names both."""
    page = opened(screen, qtbot)
    page.findChildren(CompareWith)[0].parts(Wish(None, 1, None, 64.0))
    qtbot.waitUntil(lambda: len(page.machines) == 2, timeout=WAIT)
    assert page.machines[1][0] == "Test Box + 64.0 GiB RAM"
    assert page.machines[1][1].memory.total_bytes == 64 * GIB
    assert not page.form.sections.isEnabled()
    assert page.file_name() == "Test-Box-vs-Test-Box-64.0-GiB-RAM"
    saved = tmp_path / "other.json"
    profiles.save(replace(MACHINE, model="Other Box"), saved)
    page.findChildren(CompareWith)[0].files(str(saved))
    qtbot.waitUntil(lambda: page.machines[-1][0] == "Other Box", timeout=WAIT)
    settle(page, qtbot)
    assert "Other Box" in page.view.toPlainText()
    path = tmp_path / "both.md"
    page.write(path)
    settle(page, qtbot)
    text = path.read_text(encoding="utf-8")
    assert "Test Box" in text
    assert "Other Box" in text
    page.form.against.emit("")
    assert len(page.machines) == 1
    assert page.form.sections.isEnabled()
    settle(page, qtbot)


@pytest.mark.usefixtures("quick")
def test_a_broken_file_to_compare_with_changes_nothing(screen: Screen, qtbot: QtBot, tmp_path: Path) -> None:
    """One sentence before the page; the comparison that was there stays. A changed machine offers this computer."""
    other = replace(MACHINE, model="Changed Box")
    screen.state.show_machine(other, "Changed Box")
    page = opened(screen, qtbot)
    page.form.against.emit("own")
    assert [name for name, _machine in page.machines] == ["Changed Box", "Test Box"]
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "hardware-adv', encoding="utf-8")
    page.findChildren(CompareWith)[0].files(str(broken))
    qtbot.waitUntil(lambda: bool(page.findChildren(ErrorDialog)), timeout=WAIT)
    assert "broken.json" in page.findChildren(ErrorDialog)[0].text.text()
    assert len(page.machines) == 2
    page.findChildren(ErrorDialog)[0].close()
    settle(page, qtbot)


@pytest.mark.usefixtures("quick")
def test_the_menu_asks_for_the_other_machine(
    screen: Screen, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries lead to the page of parts and to that of files; a page without an answer changes nothing."""
    page = opened(screen, qtbot)
    entries = {action.text(): action for action in page.form.compare.menu().actions()}
    assert [text for text in entries if "parts" in text or "machine" in text] == list(entries)[1:]
    parts, file = list(entries.values())[1:]
    for memory in ("", "32"):
        assert len(page.machines) == 1
        parts.trigger()
        qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(WhatIfDialog)), timeout=WAIT)
        asked = next(one for one in page.findChildren(WhatIfDialog) if one.isVisible())
        asked.form.memory.setEditText(memory)
        asked.ask()
        assert not asked.isVisible()
    qtbot.waitUntil(lambda: len(page.machines) == 2, timeout=WAIT)
    assert page.machines[1][1].memory.total_bytes == 32 * GIB
    assert "32.0" in page.form.compare.toolTip()
    answers = [([], ""), ([str(tmp_path / "other.json")], "")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: answers.pop(0))
    profiles.save(replace(MACHINE, model="Other Box"), tmp_path / "other.json")
    file.trigger()
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert "32.0" in page.machines[1][0]
    file.trigger()
    qtbot.waitUntil(lambda: page.machines[1][0] == "Other Box", timeout=WAIT)
    settle(page, qtbot)


def test_a_preview_that_fails_says_why(screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence of the error stands in the preview's place."""

    def refuse(_context: object) -> None:
        raise UserError(N_("{path}: cannot be read ({reason})"), path="prices.json", reason="gone")

    monkeypatch.setitem(SECTIONS, "summary", refuse)
    page = opened(screen, qtbot)
    assert "prices.json" in page.view.toPlainText()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_takes_no_letter_from_the_menus(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """Its controls have no mnemonics, since the window's menus have theirs; each has a name, and its own menu's letters
    differ.
    """
    window = open_window(qapp, language=language)
    page = opened(window, qtbot)
    labels = [label.text() for label in page.findChildren(QLabel) if label.buddy() is not None]
    buttons = [button.text() for button in page.findChildren(QAbstractButton)]
    assert len([*labels, *buttons]) >= 10
    assert mnemonics([*labels, *buttons]) == []
    entries = mnemonics([action.text() for action in page.form.compare.menu().actions()])
    assert len(set(entries)) == len(entries), entries
    window.window().close()


@pytest.mark.usefixtures("quick")
def test_nothing_is_worked_out_while_nobody_looks(screen: Screen, qtbot: QtBot) -> None:
    """The page is not even made at first; turned away from, it waits; turned to again, it shows what changed."""
    assert screen.report.page is None
    page = opened(screen, qtbot)
    screen.pages.show_page("models")
    screen.state.show_machine(replace(MACHINE, model="Changed Box"), "Changed Box")
    assert not page.busy
    screen.actions_.export()
    assert page.writing.export.hasFocus() or not page.window().isActiveWindow()
    settle(page, qtbot)
    assert "Changed Box" in page.view.toPlainText()


@pytest.mark.usefixtures("quick")
def test_the_report_is_copied_as_markdown(screen: Screen, qtbot: QtBot, qapp: QApplication) -> None:
    """The clipboard holds the chosen sections, and the page says so."""
    page = opened(screen, qtbot)
    page.form.sections.item(0).setCheckState(Qt.CheckState.Unchecked)
    page.writing.copy.click()
    qtbot.waitUntil(lambda: "clipboard" in page.writing.said.text(), timeout=WAIT)
    text = qapp.clipboard().text()
    assert "## 1 Title of capability" in text
    assert "Title of summary" not in text
    settle(page, qtbot)


@pytest.mark.parametrize(
    ("locale", "paper"), [("en_US", "letter"), ("fr_CA", "letter"), ("en_GB", "a4"), ("zh_CN", "a4"), ("C", "a4")]
)
def test_the_paper_is_that_of_the_country(locale: str, paper: str) -> None:
    """Letter in North America, A4 where nothing says otherwise."""
    assert usual_paper(locale) == paper


def mnemonics(texts: list[str]) -> list[str]:
    """The letter after each single "&"."""
    parts = (text.replace("&&", "").partition("&")[2] for text in texts)
    return [part[0].lower() for part in parts if part]


def test_every_kind_of_block_has_a_preview(screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paragraphs, callouts, lists, facts, tables: their words are there, whatever they look like."""
    blocks: tuple[Block, ...] = (
        Paragraph("a <i>paragraph</i>", "caption"),
        Callout("a title", "a callout\nof two lines", "tight"),
        Bullets(("a point",)),
        Facts((Fact("a label", "a value", "a note"),)),
        Table((Column("a heading"), Column("figures", 1, True)), ((Cell("a cell", "fits"), Cell("4.7")),), "a caption"),
    )
    monkeypatch.setitem(SECTIONS, "summary", lambda _context: iter([Section("One", blocks)]))
    screen.state.report = ReportChoices(left_out=tuple(SECTION_KEYS[1:]))
    page = opened(screen, qtbot)
    text = page.view.toPlainText()
    words = (
        "a <i>paragraph</i>",
        "a title",
        "a callout",
        "a point",
        "a label",
        "a value",
        "a note",
        "a heading",
        "4.7",
    )
    assert [word for word in (*words, "a cell", "a caption") if word not in text] == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Lenovo G480", "Lenovo-G480"),
        ("联想 G480", "联想-G480"),
        ('a<b>c:d"e/f\\g|h?i*j', "a-b-c-d-e-f-g-h-i-j"),
        ("CON", "report-CON"),
        ("aux.pdf", "report-aux.pdf"),
        ("Lpt1", "report-Lpt1"),
        ("..", "report"),
        ("", "report"),
        ("name. ", "name"),
        ("\u202ereversed\x00", "reversed"),
    ],
)
def test_names_of_machines_become_names_of_files(name: str, safe: str) -> None:
    """What Windows does not take is replaced; the names of devices get a word before them."""
    assert safe_name(name, "report") == safe


def test_a_what_if_has_a_file_of_its_own(screen: Screen, qtbot: QtBot) -> None:
    """The machine with another card is not saved under the name of the machine itself."""
    screen.state.show_machine(replace(MACHINE), "Test Box + GeForce RTX 4090")
    page = opened(screen, qtbot)
    assert page.file_name() == "Test-Box-GeForce-RTX-4090"


def test_a_long_name_is_cut() -> None:
    """An endless name leaves room for the folder."""
    assert safe_name("长" * 500, "report") == "长" * LONGEST


BARS = Bars(
    "Memory <by> component", ("a", "b"), (Series("weights", "#2f6bd0", (1.0, 2.0)),), "GiB", (Mark("RAM", 1.5),)
)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_charts_are_painted_in_the_colours_of_the_theme(qtbot: QtBot, qapp: QApplication, colors: Palette) -> None:
    """A chart's bars have the theme's hue of their component; the picture is as sharp as the screen."""
    found = image(draw(BARS), 600, 2.0, qapp.font(), colors)
    assert (found.width(), found.deviceIndependentSize().width()) == (1200, 600)
    seen = {found.pixelColor(x, y).name() for x in range(0, 1200, 3) for y in range(0, found.height(), 3)}
    assert colors.components["weights"] in seen


def test_the_preview_loads_its_charts_and_nothing_else(qtbot: QtBot, qapp: QApplication) -> None:
    """The chart's picture under its address; no file and no address of the network, whatever a text says."""
    view = ReportView()
    qtbot.addWidget(view)
    view.resize(640, 400)
    view.show()
    blocks = (Paragraph('<img src="file:///etc/hostname">'), BARS)
    document = Document("Title", "machine", "en", date(2026, 1, 2), "program", (Section("One", blocks),))
    view.show_document(document, drawings(document), LIGHT)
    view.finish()
    text = view.toPlainText()
    assert '<img src="file:///etc/hostname">' in text
    assert "Memory <by> component" in text
    picture = view.loadResource(2, QUrl("chart:0"))
    assert isinstance(picture, QImage)
    assert picture.deviceIndependentSize().width() <= view.viewport().width()
    assert [view.loadResource(2, QUrl(name)) for name in ("chart:1", "file:///etc/hostname", "http://host/x.png")] == [
        None, None, None,
    ]  # fmt: skip
    view.show_words("nothing")
    assert view.loadResource(2, QUrl("chart:9")) is None
    view.stop()
