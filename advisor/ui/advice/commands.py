"""What can be asked of the advice."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from advisor.i18n import N_
from advisor.ui.advice.page import AdvicePage
from advisor.ui.base.commands import Commands


def register(commands: Commands, page: Callable[[], AdvicePage]) -> None:
    """Add the commands; `page` makes the page if it is not there yet."""
    commands.add("advice.copy", N_("Copy all &advice"), lambda: QGuiApplication.clipboard().setText(page().text()))
