"""What menus and shortcuts do: which machine is shown, the report, the settings. Waiting goes through the one door."""

from PySide6.QtCore import Signal

from advisor import logs, settings
from advisor.errors import UserError
from advisor.ui.machines.fitting import Fitting


class Actions(Fitting):
    """The user's commands. Errors end in a dialog whose text can be copied."""

    report_wanted = Signal()

    def export(self) -> None:
        """Show what writes the report of the machine that is shown, alone or beside another one."""
        self.report_wanted.emit()

    def save_settings(self) -> None:
        """Keep the choices; that they cannot be kept is no reason to stop anyone from closing the window."""
        try:
            settings.save(self._state.settings())
        except UserError as error:
            logs.error(error)
