"""What opens below the matrix's buttons: more filters; the choice of columns. Made when first asked for."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from advisor.i18n import Translator
from advisor.ui.base import columns as base_columns
from advisor.ui.base import texts
from advisor.ui.base.columns import USUAL, Column
from advisor.ui.base.state import State
from advisor.ui.matrix.filters import LANGUAGES, LICENCES, Filters, languages_of, licence_of

KEY, CHECK = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.CheckStateRole


class Popup(QFrame):
    """A small card that opens below a button and closes with Esc or a click beside it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def open_below(self, button: QWidget) -> None:
        """Show it at a button, inside the screen, with the keys on its first control."""
        self.adjustSize()
        spot = button.mapToGlobal(QPoint(0, button.height() + 2))
        screen = QGuiApplication.screenAt(spot) or button.screen()
        room = screen.availableGeometry()
        left = max(room.left(), min(spot.x(), room.right() - self.width()))
        top = max(room.top(), min(spot.y(), room.bottom() - self.height()))
        self.move(left, top)
        self.show()


class FilterPopup(Popup):
    """Use, licence, language, favourites."""

    changed = Signal(dict)  # fields of Filters
    cleared = Signal()

    def __init__(self, state: State, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self.use, self.licence, self.language = QComboBox(), QComboBox(), QComboBox()
        self.favourites = QCheckBox()
        self.clear = QPushButton()
        self._labels = [QLabel(), QLabel(), QLabel()]
        form = QFormLayout()
        form.setSpacing(8)
        boxes = {"use": self.use, "licence": self.licence, "language": self.language}
        for label, (key, box) in zip(self._labels, boxes.items(), strict=True):
            label.setBuddy(box)
            form.addRow(label, box)
            box.currentIndexChanged.connect(lambda _at, key=key, box=box: self.changed.emit({key: box.currentData()}))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addWidget(self.favourites)
        layout.addWidget(self.clear)
        self.favourites.toggled.connect(lambda on: self.changed.emit({"favourites": on}))
        self.clear.clicked.connect(self.cleared)

    def show_filters(self, filters: Filters) -> None:
        """Fill the boxes with what the models of now have, and show what is chosen."""
        _ = self._state.tr_
        for label, text in zip(self._labels, (_("&Use"), _("&Licence"), _("L&anguage")), strict=True):
            label.setText(text)
        models = self._state.models
        kinds = {model.kind for model in models}
        self._fill(self.use, _("any use"), _of(_, texts.KINDS, kinds), filters.use)
        licences = {licence_of(model) for model in models}
        self._fill(self.licence, _("any licence"), _of(_, LICENCES, licences), filters.licence)
        languages = {one for model in models for one in languages_of(model)}
        self._fill(self.language, _("any language"), _of(_, LANGUAGES, languages), filters.language)
        self.language.setToolTip(_("Models that list this language; many list none"))
        self.favourites.blockSignals(True)
        self.favourites.setChecked(filters.favourites)
        self.favourites.blockSignals(False)
        self.favourites.setText(_("&Favourites only"))
        self.clear.setText(_("&Clear all filters"))
        self.clear.setEnabled(bool(filters.active))
        self.setAccessibleName(_("Filters"))

    @staticmethod
    def _fill(box: QComboBox, anything: str, choices: Iterable[tuple[str, str]], chosen: str | None) -> None:
        box.blockSignals(True)
        box.clear()
        box.addItem(anything, None)
        for key, text in choices:
            box.addItem(text, key)
        box.setCurrentIndex(0 if chosen is None else max(0, box.findData(chosen)))
        box.blockSignals(False)


def _of(_: Translator, table: Mapping[str, str], keys: Iterable[str]) -> list[tuple[str, str]]:
    """The entries of a table that occur, in its order; what it does not know stands behind by its own name."""
    found = set(keys)
    return [(key, _(text)) for key, text in table.items() if key in found] + [
        (key, key) for key in sorted(found - set(table))
    ]


class ColumnPopup(Popup):
    """A list of all columns with a tick each; the last one that is ticked stays."""

    chosen = Signal(tuple)  # keys, () for the usual ones

    def __init__(self, state: State, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self.list = QListWidget()
        self._filling = False
        self.usual = QPushButton()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.list)
        layout.addWidget(self.usual)
        self.list.model().dataChanged.connect(self._ticked)
        self.usual.clicked.connect(lambda: self.chosen.emit(()))
        self.usual.clicked.connect(self.close)

    def show_columns(self, shown: tuple[Column, ...]) -> None:
        """All columns that the runtime of now knows, those of `shown` ticked."""
        _, workload = self._state.tr_, self._state.workload
        self._filling = True
        self.list.clear()
        for column in base_columns.choosable(workload):
            self.list.addItem(self._text(column))
            # Never by the item itself: Qt deletes items without telling Python, see settings/options.py.
            model, index = self.list.model(), self._indexes()[-1]
            model.setData(index, column.key, KEY)
            model.setData(index, Qt.CheckState.Checked if column in shown else Qt.CheckState.Unchecked, CHECK)
        self._filling = False
        self.list.setCurrentRow(0)
        self.list.setAccessibleName(_("Columns"))
        self.usual.setText(_("The &usual columns"))
        rows = min(self.list.count(), 14)
        self.list.setMinimumHeight(rows * max(18, self.list.sizeHintForRow(0)) + 4)
        self.list.setMinimumWidth(self.list.sizeHintForColumn(0) + 32)

    def _text(self, column: Column) -> str:
        _ = self._state.tr_
        heading = column.heading(_, self._state.workload)
        return _("{heading} (follows the settings)", heading=heading) if column is USUAL[0] else heading

    def _indexes(self) -> list[QModelIndex]:
        return [self.list.model().index(row, 0) for row in range(self.list.count())]

    def _ticked(self, ticked: QModelIndex) -> None:
        if self._filling:
            return
        checked = [one for one in self._indexes() if Qt.CheckState(one.data(CHECK)) == Qt.CheckState.Checked]
        keys = tuple(one.data(KEY) for one in checked)
        if not keys:  # a matrix without columns says nothing
            self._filling = True
            self.list.model().setData(ticked, Qt.CheckState.Checked, CHECK)
            self._filling = False
            return
        self.chosen.emit(() if set(keys) == {column.key for column in USUAL} else keys)
