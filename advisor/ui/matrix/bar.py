"""What stands above the matrix: what to find and what to leave out; what is shown, and how."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.look.flow import FlowLayout, grows
from advisor.ui.look.widgets import caption, link
from advisor.ui.matrix.filters import OWN, SIZES

SEARCH_LETTERS = 17
MOST_LETTERS = 14  # of the filters' boxes; a longer family is cut there, not in its list
FIGURES = ("matrix.figure_memory", "matrix.figure_speed", "matrix.figure_time")
GROUPS = ("matrix.group_none", "matrix.group_family", "matrix.group_size")


class MatrixBar(FlowLayout):
    """Search, how many models are left, family, size, more filters, "fits only". The switches of what is shown are a
    line of their own, `corner`, for beside the pages' tabs.
    """

    changed = Signal()  # search, family or size

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._everything = 0
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.family = QComboBox()
        self.size_class = QComboBox()
        self.filters = QToolButton()
        self.fits_only = QToolButton()
        self.how_many = caption()
        self.clear_link, self.again = link(), link()
        self.clear_link.hide()
        self.again.hide()
        self.figures = [QToolButton() for _key in FIGURES]
        self.group = QToolButton()
        self.columns = QToolButton()
        self.corner = QWidget()
        for control in self._controls():
            self.addWidget(control)
        self.search.textChanged.connect(self.changed)
        self.family.currentIndexChanged.connect(self.changed)
        self.size_class.currentIndexChanged.connect(self.changed)

    def _controls(self) -> list[QWidget]:
        """In the order of the keyboard."""
        grows(self.search)
        for box in (self.family, self.size_class):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for button in (*self.figures, self.group, self.columns):
            button.setProperty("low", True)
        self.group.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)  # the style looks at it once
        grows(self.corner)
        line = FlowLayout()
        self.corner.setLayout(line)
        left = QWidget()  # takes what is left over
        grows(left)
        for control in (left, self._switch(), self.group, self.columns):
            line.addWidget(control)
        self.dress()
        return [self.search, self._said(), self.family, self.size_class, self.filters, self.fits_only]

    def dress(self) -> None:
        """Widths for the size that texts have now."""
        letter = self.search.fontMetrics().horizontalAdvance("n")
        self.search.setMinimumWidth(letter * SEARCH_LETTERS)
        for box in (self.family, self.size_class):
            box.setMaximumWidth(letter * MOST_LETTERS + 40)  # room for its letters, its frame and its arrow

    def _said(self) -> QWidget:
        """How many models of all are left, and what can be done about the rows; the search gives way to it."""
        said = QWidget()
        line = QHBoxLayout(said)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for widget in (self.how_many, self.clear_link, self.again):
            line.addWidget(widget)
        self.how_many.hide()
        said.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return said

    def _switch(self) -> QWidget:
        switch = QWidget()
        line = QHBoxLayout(switch)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for button, side in zip(self.figures, ("first", "middle", "last"), strict=True):
            button.setProperty("segment", side)
            line.addWidget(button)
        return switch

    def use(self, commands: Commands) -> None:
        """The buttons are the commands' own."""
        choice = QActionGroup(commands)
        for button, key in zip(self.figures, FIGURES, strict=True):
            choice.addAction(commands[key])
            button.setDefaultAction(commands[key])
        groups, menu = QActionGroup(commands), QMenu(self.group)
        for key in GROUPS:
            groups.addAction(commands[key])
            menu.addAction(commands[key])
        menu.addSeparator()
        for key in ("matrix.fold_all", "matrix.unfold_all"):
            menu.addAction(commands[key])
        self.group.setMenu(menu)
        self.fits_only.setDefaultAction(commands["matrix.fits_only"])
        self._name_switches()
        for button, key in ((self.filters, "matrix.filters"), (self.columns, "matrix.columns")):
            button.clicked.connect(commands[key].trigger)
        self.clear_link.clicked.connect(commands["matrix.clear_filters"].trigger)
        self.again.clicked.connect(commands["matrix.sort_again"].trigger)

    def retranslate(self) -> None:
        """All texts that are not the commands'."""
        _ = self._state.tr_
        self._invite()
        self.search.setAccessibleName(_("Search models"))
        self.family.setAccessibleName(_("Model family"))
        self.size_class.setAccessibleName(_("Model size"))
        self._name_switches()
        self.again.setAccessibleName(_("Sort again"))
        self.clear_link.setText(_("Show all"))
        self.clear_link.setToolTip(_("Clear search and filters (Ctrl+Shift+X)"))
        self.group.setText(_("Groups"))
        self.group.setToolTip(_("Put the rows in groups, by family or by size"))
        self.columns.setText(_("Columns"))
        self.columns.setToolTip(_("Choose the columns: quantisations to run, methods to train"))
        self.fill_families()
        size = max(0, self.size_class.currentIndex())
        self.size_class.blockSignals(True)
        self.size_class.clear()
        self.size_class.addItems([_(size.text) for size in SIZES])
        self.size_class.setCurrentIndex(size)
        self.size_class.blockSignals(False)

    def _name_switches(self) -> None:
        """The commands' buttons, without the letters of menus, which Chinese writes in brackets."""
        _ = self._state.tr_
        names = (_("Memory use"), _("Speed"), _("Time"), _("Fits only"))
        for button, text in zip((*self.figures, self.fits_only), names, strict=True):
            if button.actions():
                button.actions()[0].setIconText(text)

    def fill_families(self) -> None:
        """The families of the models that there are; the chosen one stays."""
        _ = self._state.tr_
        chosen = self.family.currentData()
        self.family.blockSignals(True)
        self.family.clear()
        self.family.addItem(_("all families"), None)
        own = self._state.own_models
        if own:
            self.family.addItem(_("On this computer"), OWN)
        for name in sorted({model.family for model in self._state.models if model not in own}, key=str.lower):
            self.family.addItem(name, name)
        self.family.setCurrentIndex(max(0, self.family.findData(chosen)))
        self.family.blockSignals(False)

    def clear(self) -> None:
        """No search, all families, any size."""
        for box in (self.family, self.size_class):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)

    def show_filters(self, active: int, behind: int) -> None:
        """Offer to clear the active filters; say how many of them the bar does not show itself."""
        _ = self._state.tr_
        self.clear_link.setVisible(bool(active))
        self.filters.setText(_("Filters ({count})", count=behind) if behind else _("Filters"))
        self.filters.setToolTip(_("More filters: use, licence, language, favourites"))
        self.filters.setProperty("active", bool(behind))
        self.filters.style().polish(self.filters)

    def show_count(self, shown: int, everything: int, tip: str) -> None:
        """How many models there are, and how many of them are shown; `tip` says more."""
        _ = self._state.tr_
        self._everything = everything
        self.how_many.setText(_("{count} of {all}", count=shown, all=everything))
        self.how_many.setToolTip(tip)
        self.how_many.setVisible(shown < everything)
        self._invite()

    def _invite(self) -> None:
        _, count = self._state.tr_, self._everything
        text = _("Search {count} models (Ctrl+F)", count=count) if count else _("Search models (Ctrl+F)")
        self.search.setPlaceholderText(text)
        self.search.setToolTip(text)  # it may have no room for all of that

    def offer_again(self, text: str, tip: str) -> None:
        """Offer to sort again; "" takes the offer back."""
        self.again.setText(text)
        self.again.setToolTip(tip)
        self.again.setVisible(bool(text))
