"""The pages in the middle of the window, told apart by tabs: the models, what was compared, the advice, the report."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from advisor.i18n import N_, Translator
from advisor.ui.look import theme
from advisor.ui.look.flow import FlowLayout

PAGE_TITLES: Mapping[str, str] = {
    "models": N_("Models"),
    "compare": N_("Compare"),
    "advice": N_("Advice"),
    "report": N_("Report"),
}


class Pages(QWidget):
    """Tabs above a stack; a page has a key, which settings keep, and a title. Right of the tabs, where a line is dear,
    stands what belongs to the page that is shown.
    """

    shown = Signal(str)  # the key of the page that is shown now

    def __init__(self) -> None:
        super().__init__()
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self._stack = QStackedWidget()
        self._keys: list[str] = []
        self._corners: dict[str, QWidget] = {}
        self._line = FlowLayout(across=12)
        self._line.addWidget(self.tabs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._line)
        layout.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(self._turned)

    def add(self, key: str, page: QWidget, corner: QWidget | None = None) -> None:
        """Put a page at its place among PAGE_TITLES; `corner` is shown right of the tabs while the page is,
        or below them where there is no room.
        """
        order = list(PAGE_TITLES)
        place = sum(order.index(one) < order.index(key) for one in self._keys)
        self._keys.insert(place, key)
        self._stack.insertWidget(place, page)
        self.tabs.insertTab(place, "")
        self.tabs.setVisible(len(self._keys) > 1)
        if corner is not None:
            self._corners[key] = corner
            self._line.addWidget(corner)
            corner.setVisible(key == self.current)

    def set_title(self, key: str, title: str) -> None:
        """Title a page's tab."""
        self.tabs.setTabText(self._keys.index(key), title)

    def retranslate(self, _: Translator) -> None:
        """The titles of all pages in another language."""
        self.tabs.setAccessibleName(_("Pages"))
        for key in self._keys:
            self.set_title(key, _(PAGE_TITLES[key]))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the pages, from left to right."""
        return tuple(self._keys)

    @property
    def current(self) -> str:
        """The key of the page that is shown."""
        return self._keys[self.tabs.currentIndex()]

    def show_page(self, key: str) -> None:
        """Turn to a page; an unknown key, as of an older program's settings, changes nothing."""
        if key in self._keys:
            self.tabs.setCurrentIndex(self._keys.index(key))

    def _turned(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        for key, corner in self._corners.items():
            corner.setVisible(key == self._keys[number])
        self.shown.emit(self._keys[number])
