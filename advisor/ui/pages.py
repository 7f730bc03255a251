"""The pages in the middle of the window, told apart by tabs: the models, what was compared, the advice, the report."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget


class Pages(QWidget):
    """Tabs above a stack; a page has a key, which settings keep, and a title, which is given anew in each language."""

    shown = Signal(str)  # the key of the page that is shown now

    def __init__(self) -> None:
        super().__init__()
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self._stack = QStackedWidget()
        self._keys: list[str] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(self._turned)

    def add(self, key: str, page: QWidget) -> None:
        """Put a page at the end; its title comes with `set_title`."""
        self._keys.append(key)
        self._stack.addWidget(page)
        self.tabs.addTab("")
        self.tabs.setVisible(len(self._keys) > 1)

    def set_title(self, key: str, title: str) -> None:
        """Title a page's tab."""
        self.tabs.setTabText(self._keys.index(key), title)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all pages, in the order of their tabs."""
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
        self.shown.emit(self._keys[number])
