"""Forms for ears: a field that shares its row with others is called by the row's label."""

from PySide6.QtWidgets import QFormLayout, QLabel

from advisor.ui.base.commands import plain


def name_fields(form: QFormLayout) -> None:
    """Call the fields by the labels of their rows, as far as they have no names.

    Qt does so by itself only where label and field lie in the same widget (buddyString in qaccessiblewidgets.cpp); in a
    row of several the first one is the focus proxy of the box around them.
    """
    for row in range(form.rowCount()):
        label, field = (
            form.itemAt(row, role) for role in (QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole)
        )
        words = label.widget() if label is not None else None
        inner = field.widget().focusProxy() if field is not None and field.widget() is not None else None
        if isinstance(words, QLabel) and inner is not None and not inner.accessibleName():
            inner.setAccessibleName(plain(words.text()))
