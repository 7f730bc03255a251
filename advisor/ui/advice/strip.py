"""The bottom strip: tier, picks, cloud plan, upgrades and techniques side by side; a click opens all of it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from advisor.ui.base.state import State
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, hint, link

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.result import Advice

LINES = 4
_ASIDE = re.compile(r"\s*[(（][^()（）]*[)）]$")  # a price's date: the tool tip and the page have it
LOW, LOW_LINES = 680, 3  # in a lower window the rows above need the room more
SHARES = (6, 5, 5, 6, 5)  # widths of the columns, as long as their lines tend to be
WIDE = 1180  # in a narrower strip no column could be read: the last one goes, the memory panel has its figures
POINT = "• "
WHOLE_UNITS = {" tok/s": "\u00a0tok\u2060/\u2060s", " GiB": "\u00a0GiB", " MiB": "\u00a0MiB", " USD": "\u00a0USD"}


class Title(QPushButton):
    """A caption that is a link and that is cut where it has no room."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setObjectName("link")
        self.setFlat(True)
        self.setProperty("elides", True)
        self.setStyleSheet("text-align: left; padding: 0; font-weight: bold")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show as much of `text` as fits."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        super().setText(theme.elide(self.fontMetrics(), self._whole.replace("&", "&&"), self.width() - 4))


class Line(NamedTuple):
    """An item of a column, and where the page of advice says all about it."""

    text: str
    place: str


class Column(QWidget):
    """A caption and whole items below it, as many as have room; how many more there are stands in the caption. The tool
    tip holds all of them. The caption leads to their section of the page, each item to its own place there.
    """

    opened = Signal(str)  # a place on the page of advice

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._items: Sequence[Line] = ()
        self._section = ""
        self._places: list[str] = []  # by line
        self._most = LINES
        self.title = Title()
        self.lines = [ElidedLabel() for _unused in range(LINES)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self.title.setFont(theme.scaled(self.font(), theme.CAPTION, bold=True))
        self.title.clicked.connect(self._open_section)
        layout.addWidget(self.title)
        for line in self.lines:
            line.setFont(theme.scaled(self.font(), theme.CAPTION))
            layout.addWidget(line)
        layout.addStretch(1)

    def show_lines(self, title: str, lines: Sequence[str], section: str = "", numbers: Sequence[int] = ()) -> None:
        """Show the first items under their title; several are told apart by points. `section` is theirs on the page of
        advice, `numbers` their places within it, where they are not simply counted.
        """
        self._title, self._section = title, section
        places = numbers or range(len(lines))
        self._items = tuple(Line(text, f"{section}/{number}") for text, number in zip(lines, places, strict=True))
        self._lay()
        self.title.setEnabled(bool(section))
        self.title.setFocusPolicy(Qt.FocusPolicy.StrongFocus if section else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if section else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName("\n".join([title, *lines]))

    def set_most(self, lines: int) -> None:
        """Show this many lines at most."""
        if lines != self._most:
            self._most = lines
            for number, label in enumerate(self.lines):
                label.setVisible(number < lines)
            self._lay()

    def _open_section(self) -> None:
        if self._section:
            self.opened.emit(self._section)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on an item opens its place on the page."""
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        under = self.childAt(place)
        number = next((i for i, label in enumerate(self.lines) if label is under), -1)
        if event.button() == Qt.MouseButton.LeftButton and self._section and self.rect().contains(place):
            self.opened.emit(self._places[number] if 0 <= number < len(self._places) else self._section)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines again."""
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        point = POINT if len(self._items) > 1 else ""
        rows: list[str] = []
        self._places = []
        shown = 0
        for item in self._shortened():
            room = self._most - len(rows)
            parts = self._broken(point + item.text, self._most + 1)
            if rows and len(parts) > room:
                break  # whole or not at all
            parts = parts if len(parts) <= self._most else self._broken(point + item.text, self._most)
            rows += parts
            self._places += [item.place] * len(parts)
            shown += 1
        more = len(self._items) - shown
        self.title.setText(f"{self._title}  +{more}" if more else self._title)
        for label, row in zip(self.lines, [*rows, *[""] * LINES], strict=False):
            label.setText(row)
        whole = hint("\n".join([self._title, *(item.text for item in self._items)]))
        for widget in (self, self.title, *self.lines):
            widget.setToolTip(whole)

    def _shortened(self) -> Sequence[Line]:
        """The items; without what stands in brackets at their end where lines are few."""
        if self._most == LINES:
            return self._items
        return [item._replace(text=_ASIDE.sub("", item.text)) for item in self._items]

    def _broken(self, text: str, most: int) -> list[str]:
        for unit, kept in WHOLE_UNITS.items():
            text = text.replace(unit, kept)
        return theme.wrap(self.lines[0].font(), text, self.width(), most)


class AdviceStrip(Card):
    """Five columns; stale ones are greyed while new advice is on its way. Which GPUs stay idle stands by the gauges."""

    opened = Signal(str)  # a place on the page of advice; "" is its beginning

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.advice: Advice | None = None
        self.columns = [Column() for _unused in SHARES]
        self.all = link()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(16)
        for column, share in zip(self.columns, SHARES, strict=True):
            layout.addWidget(column, share)
        layout.addWidget(self.all, 0, Qt.AlignmentFlag.AlignTop)
        self.all.clicked.connect(lambda: self.opened.emit(""))
        for column in self.columns:
            column.opened.connect(self.opened)
        self.all.setEnabled(False)
        self.retranslate()

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.all.setText(_("&All advice"))
        self.show_advice(self.advice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where not all columns can be read, the last one is left out."""
        super().resizeEvent(event)
        self.columns[-1].setVisible(event.size().width() >= WIDE)

    def fit(self, height: int) -> None:
        """The window is `height` pixels high."""
        for column in self.columns:
            column.set_most(LOW_LINES if height < LOW else LINES)

    def wait(self) -> None:
        """New advice is on its way."""
        for column in self.columns:
            column.setEnabled(False)

    def show_advice(self, advice: "Advice | None") -> None:
        """Show advice; None says that it is being worked out."""
        _ = self._state.tr_
        self.advice = advice
        self.all.setEnabled(advice is not None)
        shown = [Shown(_("Advice"), [_("Working it out …")])] if advice is None else self._columns(advice)
        self._show(shown)

    def show_error(self, error: Exception) -> None:
        """Advice could not be worked out."""
        self.advice = None
        _ = self._state.tr_
        self._show([Shown(_("Advice"), [error_text(_, error)])])

    def _show(self, shown: "Sequence[Shown]") -> None:
        for column, one in zip(self.columns, [*shown, *[Shown("", ())] * len(self.columns)], strict=False):
            column.setEnabled(True)
            column.show_lines(*one)

    def _columns(self, advice: "Advice") -> "list[Shown]":
        from advisor.ui.advice import text as advice_text

        _ = self._state.tr_
        saving = [number for number, one in enumerate(advice.techniques) if one.saved]
        techniques = [advice_text.technique(_, advice.techniques[number]) for number in saving]
        last = 2 if advice.tier.inference is not None else 0  # the sentence's place among those on the machine
        picks = advice_text.picks(_, advice) or [advice_text.no_picks(_)]
        return [
            Shown(advice_text.tiers(_, advice), [advice_text.held_back(_, advice)], "tier", [last]),
            Shown(_("Worth trying here"), picks, "picks"),
            Shown(_("Rented instead"), [advice_text.cloud(_, one) for one in advice.cloud], "cloud"),
            Shown(_("What an upgrade brings"), [advice_text.upgrade(_, one) for one in advice.upgrades], "upgrades"),
            Shown(_("What techniques save"), techniques, "techniques", saving),
        ]


class Shown(NamedTuple):
    """What a column shows: see Column.show_lines."""

    title: str
    lines: Sequence[str]
    section: str = ""
    numbers: Sequence[int] = ()
