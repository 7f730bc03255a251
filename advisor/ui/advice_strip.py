"""The bottom strip: tier, picks, cloud plan, upgrades and techniques side by side; all of it on request."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from advisor.ui import theme
from advisor.ui.dialogs import error_text
from advisor.ui.state import State
from advisor.ui.widgets import Card, ElidedLabel, caption, hint, link

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.result import Advice

LINES = 3
SHARES = (4, 5, 5, 7, 5)  # widths of the columns, as long as their lines tend to be


class Column(QWidget):
    """A caption and three lines, each cut at the column's width; a long line takes the place of missing ones. The tool
    tip holds all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._texts: Sequence[str] = ()
        self.title = caption()
        self.lines = [ElidedLabel() for _unused in range(LINES)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self.title.setFont(theme.scaled(self.font(), theme.CAPTION, bold=True))
        layout.addWidget(self.title)
        for line in self.lines:
            line.setFont(theme.scaled(self.font(), theme.CAPTION))
            layout.addWidget(line)
        layout.addStretch(1)

    def show_lines(self, title: str, lines: Sequence[str]) -> None:
        """Show the first lines; say by "…" that more follow."""
        self.title.setText(title)
        self._texts = tuple(lines)
        self._lay()
        self.setToolTip(hint("\n".join(lines)))
        self.setAccessibleName("\n".join([title, *lines]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines again."""
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        spare = max(0, LINES - len(self._texts))
        rows: list[str] = []
        for text in self._texts[:LINES]:
            parts = theme.wrap(self.lines[0].font(), text, self.width(), 1 + spare)
            spare -= max(0, len(parts) - 1)
            rows += parts
        for label, row in zip(self.lines, [*rows, *[""] * LINES], strict=False):
            label.setText(row)


class AdviceStrip(Card):
    """Five columns; stale ones are greyed while new advice is on its way. Which GPUs stay idle stands by the gauges."""

    more = Signal()

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.advice: Advice | None = None
        self.columns = [Column() for _unused in range(5)]
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
        from advisor.ui import advice_text

        _ = self._state.tr_
        name, sentence = advice_text.tier(_, advice)
        return [
            (name, [sentence]),
            (_("Worth trying here"), advice_text.picks(_, advice) or [advice_text.no_picks(_)]),
            (_("Rented instead"), [advice_text.cloud(_, one) for one in advice.cloud]),
            (_("What an upgrade brings"), [advice_text.upgrade(_, one) for one in advice.upgrades]),
            (_("What techniques save"), [advice_text.technique(_, one) for one in advice.techniques if one.saved]),
        ]
