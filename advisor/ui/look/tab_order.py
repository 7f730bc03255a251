"""The way of the Tab key: Qt follows the order in which widgets were made, readers follow where they stand."""

from PySide6.QtWidgets import QWidget


def in_order(first: QWidget, *rest: QWidget) -> None:
    """From `first`, Tab goes through the rest one by one, and on to what came after `first` before. Only for widgets
    that live as long as their window.
    """
    for second in rest:
        QWidget.setTabOrder(first, second)
        first = second
