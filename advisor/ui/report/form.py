"""The choices of a report: format, language, paper, what it is compared with, which sections."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor.i18n import LANGUAGE_NAMES, LANGUAGES, N_, Translator
from advisor.report import SECTION_KEYS
from advisor.settings import ReportChoices
from advisor.ui.look import theme
from advisor.ui.look.widgets import hint, link
from advisor.ui.report.paper import usual_paper

FORMATS: Mapping[str, str] = {
    "pdf": N_("PDF (to print)"),
    "html": N_("HTML (for browsers)"),
    "md": N_("Markdown (plain text)"),
    "json": N_("JSON (for programs)"),
}
PAPERS: Mapping[str, str] = {"a4": N_("A4"), "letter": N_("US Letter")}
# How the sections call themselves, in short where a list has no room.
SECTIONS: Mapping[str, str] = {
    "summary": N_("Configuration"),
    "capability": N_("Capability"),
    "fits": N_("What fits"),
    "plans": N_("Feasible plans"),
    "picks": N_("Which models"),
    "techniques": N_("What techniques save"),
    "scenarios": N_("What this machine is good for"),
    "upgrades": N_("Upgrades"),
    "conclusion": N_("Conclusion"),
    "appendix": N_("Appendix"),
}
AGAINST_WIDTH = 128  # a longer name of a machine is cut


class ReportForm(QWidget):
    """Emits `changed` when the document changes, and what the user wants to compare with."""

    changed = Signal()
    against = Signal(str)  # "", "own", "parts", "file"

    def __init__(self, _: Translator, choices: ReportChoices, own: bool) -> None:
        """`own` says that this computer can be compared with, because another machine is shown."""
        super().__init__()
        self._tr = _
        self.kind, self.language, self.paper = QComboBox(), QComboBox(), QComboBox()
        for box, names in ((self.kind, FORMATS), (self.paper, PAPERS)):
            for key, name in names.items():
                box.addItem(_(name), key)
        for one in LANGUAGES:
            self.language.addItem(LANGUAGE_NAMES[one], one)
        self.compare = QToolButton()
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.compare.setMenu(self._menu(own))
        self.compare.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.sections = QListWidget()
        self.sections.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.sections.setSpacing(2)
        self.sections.setAccessibleName(_("Sections"))
        self._fill(choices)
        self._arrange()
        self.kind.currentIndexChanged.connect(self._refresh)
        self.language.currentIndexChanged.connect(self.changed)
        self.sections.itemChanged.connect(self.changed)
        self.show_against("")

    def _menu(self, own: bool) -> QMenu:
        _ = self._tr
        menu = QMenu(self.compare)
        entries = [("", _("&Nothing")), *([("own", _("&This computer"))] if own else [])]
        entries += [("parts", _("The same with other &parts …")), ("file", _("A saved &machine or dump …"))]
        for key, text in entries:
            # Queued: what it opens must not open within the menu.
            menu.addAction(text).triggered.connect(self._wish(key), Qt.ConnectionType.QueuedConnection)
        return menu

    def _wish(self, key: str) -> Callable[[], None]:
        return lambda: self.against.emit(key)

    def _fill(self, choices: ReportChoices) -> None:
        self.kind.setCurrentIndex(self.kind.findData(choices.format))
        self.paper.setCurrentIndex(self.paper.findData(choices.paper or usual_paper()))
        self.language.setCurrentIndex(self.language.findData(choices.language or self._tr.language))
        for key in SECTION_KEYS:
            self.sections.addItem(self._tr(SECTIONS[key]))
            index = self._indexes()[-1]
            self.sections.model().setData(index, key, Qt.ItemDataRole.UserRole)
            state = Qt.CheckState.Unchecked if key in choices.left_out else Qt.CheckState.Checked
            self.sections.model().setData(index, state, Qt.ItemDataRole.CheckStateRole)
        self.sections.setCurrentRow(0)
        rows = (self.sections.sizeHintForRow(0) + 2 * self.sections.spacing()) * self.sections.count()
        self.sections.setMaximumHeight(rows + 2 * self.sections.frameWidth() + 4)

    def _arrange(self) -> None:
        _ = self._tr
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("Format"), self.kind)
        form.addRow(_("Language"), self.language)
        form.addRow(_("Paper"), self.paper)
        form.addRow(_("Compare with"), self.compare)
        label = QLabel(_("Sections"))
        label.setBuddy(self.sections)
        self.all, self.none = link(), link()
        for button, text, state in (
            (self.all, _("All"), Qt.CheckState.Checked),
            (self.none, _("None"), Qt.CheckState.Unchecked),
        ):
            button.setText(text)
            button.setAutoDefault(False)
            button.clicked.connect(self._setter(state))
        row = QHBoxLayout()
        row.addWidget(label, 1)
        row.addWidget(self.all)
        row.addWidget(self.none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.sections, 1)
        layout.addStretch()

    def _setter(self, state: Qt.CheckState) -> Callable[[], None]:
        def check() -> None:
            with QSignalBlocker(self.sections):
                for index in self._indexes():
                    self.sections.model().setData(index, state, Qt.ItemDataRole.CheckStateRole)
            self.sections.viewport().update()
            self.changed.emit()

        return check

    def _indexes(self) -> list[QModelIndex]:
        # Not the items themselves: Qt deletes them without telling Python, see settings/options.py.
        return [self.sections.model().index(row, 0) for row in range(self.sections.count())]

    def show_against(self, name: str) -> None:
        """The name of the machine that is compared with, "" for none. A comparison has no sections to choose from."""
        text = name or self._tr("nothing")
        self.compare.setText(theme.elide(self.compare.fontMetrics(), text, AGAINST_WIDTH).replace("&", "&&"))
        self.compare.setToolTip(hint(name))
        self.compare.setAccessibleName(text)
        for widget in (self.sections, self.all, self.none):
            widget.setEnabled(not name)
        self._refresh()

    def _refresh(self) -> None:
        self.paper.setEnabled(self.kind.currentData() == "pdf")

    def chosen(self) -> tuple[str, ...]:
        """The sections that are wanted, in the report's order."""
        role = Qt.ItemDataRole.CheckStateRole
        wanted = (index for index in self._indexes() if Qt.CheckState(index.data(role)) == Qt.CheckState.Checked)
        return tuple(index.data(Qt.ItemDataRole.UserRole) for index in wanted)

    def choices(self) -> ReportChoices:
        """The choices worth keeping."""
        language = self.language.currentData()
        return ReportChoices(
            format=self.kind.currentData(),
            language=None if language == self._tr.language else language,
            # What is usual here is not pinned: the computer may move.
            paper=None if self.paper.currentData() == usual_paper() else self.paper.currentData(),
            left_out=tuple(key for key in SECTION_KEYS if key not in self.chosen()),
        )
