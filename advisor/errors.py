"""The one exception that users read: a clear sentence, kept as a template so that it prints in either language."""

from collections.abc import Mapping


class UserError(Exception):
    """Bad input or an impossible wish, in one sentence that names the file, the line or the option.

    `message` is an English template (marked with `N_` where it is written) and `values` fill it:
    `str(error)` is the English sentence, `translate(error.message, **error.values)` any other.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        self.message = message
        self.values: Mapping[str, object] = values
        super().__init__(message.format(**values))
