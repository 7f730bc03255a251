"""A page that is made when it is first seen: what nobody looks at costs neither time nor memory."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

T = TypeVar("T", bound=QWidget)


class Later(QWidget, Generic[T]):
    """Stands for a page; `page` is None until somebody looks or `get` asks."""

    def __init__(self, make: Callable[[], T]) -> None:
        super().__init__()
        self._make = make
        self.page: T | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def get(self) -> T:
        """The page, made now if it was not yet."""
        if self.page is None:
            self.page = self._make()
            self._layout.addWidget(self.page)
            self.page.show()  # a layout would only do so from the event loop
        return self.page

    def showEvent(self, event: QShowEvent) -> None:
        """Seen for the first time."""
        self.get()
        super().showEvent(event)
