"""The bottom strip: tier, picks, cloud plan, upgrades and techniques side by side; all of it on request."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from advisor.ui.base.state import State
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, hint, link

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.result import Advice

LINES = 4
SHARES = (6, 5, 5, 6, 5)  # widths of the columns, as long as their lines tend to be
WIDE = 1180  # in a narrower strip no column could be read: the last one goes, the memory panel has its figures
POINT = "• "
WHOLE_UNITS = {" tok/s": "\u00a0tok\u2060/\u2060s", " GiB": "\u00a0GiB"}  # units that no line break parts


class Column(QWidget):
    """A caption and whole items below it, as many as have room; how many more there are stands in the caption. The tool
    tip holds all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._texts: Sequence[str] = ()
        self.title = ElidedLabel()
        self.lines = [ElidedLabel() for _unused in range(LINES)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self.title.setObjectName("caption")
        self.title.setFont(theme.scaled(self.font(), theme.CAPTION, bold=True))
        layout.addWidget(self.title)
        for line in self.lines:
            line.setFont(theme.scaled(self.font(), theme.CAPTION))
            layout.addWidget(line)
        layout.addStretch(1)

    def show_lines(self, title: str, lines: Sequence[str]) -> None:
        """Show the first items under their title; several are told apart by points."""
        self._title = title
        self._texts = tuple(lines)
        self._lay()
        self.setAccessibleName("\n".join([title, *lines]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines again."""
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        point = POINT if len(self._texts) > 1 else ""
        rows: list[str] = []
        shown = 0
        for text in self._texts:
            room = LINES - len(rows)
            parts = self._broken(point + text, LINES + 1)
            if rows and len(parts) > room:
                break  # whole or not at all
            rows += parts if len(parts) <= LINES else self._broken(point + text, LINES)
            shown += 1
        more = len(self._texts) - shown
        self.title.setText(f"{self._title}  +{more}" if more else self._title)
        for label, row in zip(self.lines, [*rows, *[""] * LINES], strict=False):
            label.setText(row)
        whole = hint("\n".join([self._title, *self._texts]))
        for widget in (self, self.title, *self.lines):
            widget.setToolTip(whole)

    def _broken(self, text: str, most: int) -> list[str]:
        for unit, kept in WHOLE_UNITS.items():
            text = text.replace(unit, kept)
        return theme.wrap(self.lines[0].font(), text, self.width(), most)


class AdviceStrip(Card):
    """Five columns; stale ones are greyed while new advice is on its way. Which GPUs stay idle stands by the gauges."""

    more = Signal()

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
        self.all.clicked.connect(self.more)
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

    def wait(self) -> None:
        """New advice is on its way."""
        for column in self.columns:
            column.setEnabled(False)

    def show_advice(self, advice: "Advice | None") -> None:
        """Show advice; None says that it is being worked out."""
        _ = self._state.tr_
        self.advice = advice
        self.all.setEnabled(advice is not None)
        shown = [(_("Advice"), [_("Working it out …")])] if advice is None else self._columns(advice)
        self._show(shown)

    def show_error(self, error: Exception) -> None:
        """Advice could not be worked out."""
        self.advice = None
        _ = self._state.tr_
        self._show([(_("Advice"), [error_text(_, error)])])

    def _show(self, shown: Sequence[tuple[str, Sequence[str]]]) -> None:
        for column, (title, lines) in zip(self.columns, [*shown, *[("", ())] * len(self.columns)], strict=False):
            column.setEnabled(True)
            column.show_lines(title, lines)

    def _columns(self, advice: "Advice") -> list[tuple[str, Sequence[str]]]:
        from advisor.ui.advice import text as advice_text

        _ = self._state.tr_
        return [
            (advice_text.tiers(_, advice), [advice_text.held_back(_, advice)]),
            (_("Worth trying here"), advice_text.picks(_, advice) or [advice_text.no_picks(_)]),
            (_("Rented instead"), [advice_text.cloud(_, one) for one in advice.cloud]),
            (_("What an upgrade brings"), [advice_text.upgrade(_, one) for one in advice.upgrades]),
            (_("What techniques save"), [advice_text.technique(_, one) for one in advice.techniques if one.saved]),
        ]
