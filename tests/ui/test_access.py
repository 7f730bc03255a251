"""Access: every control has a name and a role, Tab alone goes round through all of them, the focus is seen."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.complete import complete
from advisor.ui.screen import Screen
from tests.ui.every import by_tab, dialogs, settle, spoken, whose
from tests.ui.helpers import MACHINE, open_window

PAGES = ("models", "compare", "advice", "report")
NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)
LINKS = 100  # at most, in all texts of a page
AROUND = 3  # pixels: a frame may be painted by the widget's parent, beside it


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def nothing(found: Sequence[str]) -> None:
    """Fails with what was found, a line each."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def shown(qapp: QApplication, page: str = "models") -> Screen:
    """The window with a machine and all its models, a page in front."""
    screen = open_window(qapp, complete(MACHINE))
    screen.state.keep(hint_seen=True)
    screen.window().activateWindow()
    screen.matrix.select(screen.matrix.model.rows[0], "run")
    screen.pages.show_page(page)
    settle(qapp, screen)
    return screen


@pytest.mark.parametrize("page", PAGES)
def test_every_control_of_a_page_has_a_name_and_a_role(qtbot: QtBot, qapp: QApplication, page: str) -> None:
    """What takes the focus says what it is."""
    screen = shown(qapp, page)
    nothing(_silent(by_tab(screen.window())))
    screen.window().close()


def test_every_control_of_a_dialog_has_a_name_and_a_role(qtbot: QtBot, qapp: QApplication) -> None:
    """In all dialogs, which have titles too."""
    screen = shown(qapp)
    silent: list[str] = []
    seen = []
    for name, dialog in dialogs(qapp, screen):
        seen.append(name)
        silent += [f"{name}: {one}" for one in _silent(by_tab(dialog))]
        if not dialog.windowTitle() and not dialog.accessibleName() and not _popup(dialog):
            silent.append(f"{name}: the dialog itself has no title")
    nothing(silent)
    assert len(seen) >= 9, seen
    screen.window().close()


def _popup(dialog: QWidget) -> bool:
    return dialog.windowFlags() & Qt.WindowType.Popup == Qt.WindowType.Popup


def _silent(widgets: Sequence[QWidget]) -> list[str]:
    assert widgets
    return [whose(one) for one in widgets if not spoken(one)[0].strip() or spoken(one)[1] in NO_ROLES]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_everything_and_comes_round(qtbot: QtBot, qapp: QApplication, page: str, backwards: bool) -> None:
    """Forwards and backwards, nothing left out, back to where it began."""
    screen = shown(qapp, page)
    nothing(_missed(qapp, screen.window(), backwards))
    screen.window().close()


def test_tab_goes_round_in_every_dialog(qtbot: QtBot, qapp: QApplication) -> None:
    """No control that only the mouse reaches, none that keeps the focus."""
    screen = shown(qapp)
    missed: list[str] = []
    for name, dialog in dialogs(qapp, screen):
        dialog.activateWindow()
        qapp.processEvents()
        missed += [f"{name}: {one}" for one in _missed(qapp, dialog, False)]
    nothing(missed)
    screen.window().close()


def _missed(qapp: QApplication, root: QWidget, backwards: bool) -> list[str]:
    """What Tab does not reach from the first control on, or why it does not come round."""
    wanted = by_tab(root)
    if not wanted:
        return []
    first = wanted[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qapp.processEvents()
    reached: list[QWidget] = []
    for _step in range(2 * len(wanted) + LINKS):
        focus = qapp.focusWidget()
        if focus is None:
            return ["nothing has the focus"]
        if focus is first and reached and reached[-1] is not first:  # Tab goes from link to link in a text
            break
        reached.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Backtab if backwards else Qt.Key.Key_Tab)
    else:
        return [f"Tab does not come round; it ends at {whose(reached[-1])}"]
    return [whose(one) for one in wanted if one not in reached]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_the_focus_is_seen(qtbot: QtBot, qapp: QApplication, page: str, theme: settings.Theme) -> None:
    """Each control looks otherwise with the focus than without."""
    screen = shown(qapp, page)
    screen.state.set_theme(theme)
    settle(qapp, screen)
    nothing(_blind(qapp, screen.window()))
    screen.window().close()


def test_the_focus_is_seen_in_every_dialog(qtbot: QtBot, qapp: QApplication) -> None:
    """Buttons, fields, lists and texts that scroll."""
    screen = shown(qapp)
    blind: list[str] = []
    for name, dialog in dialogs(qapp, screen):
        dialog.activateWindow()
        qapp.processEvents()
        blind += [f"{name}: {one}" for one in _blind(qapp, dialog)]
    nothing(blind)
    screen.window().close()


def _blind(qapp: QApplication, root: QWidget) -> list[str]:
    """The controls that look the same with the focus and without."""
    found = []
    wanted = by_tab(root)
    for widget in wanted:
        other = next((one for one in wanted if one is not widget and one.parent() is not widget), None)
        if other is None:  # it always has the focus
            continue
        if isinstance(widget, QAbstractItemView) and widget.model() is not None and not widget.currentIndex().isValid():
            widget.setCurrentIndex(widget.model().index(0, 0))
        _scroll_to(widget)
        pictures = []
        for focus in (widget, other):
            focus.setFocus(Qt.FocusReason.TabFocusReason)
            qapp.processEvents()
            pictures.append(_picture(root, widget))
        if pictures[0] == pictures[1] and not (isinstance(widget, QAbstractScrollArea) and _empty(widget)):
            found.append(whose(widget))
    return found


def _scroll_to(widget: QWidget) -> None:
    """As Tab itself does."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


def _empty(area: QAbstractScrollArea) -> bool:
    model = area.model() if isinstance(area, QAbstractItemView) else None
    return model is not None and model.rowCount() == 0


def _picture(root: QWidget, widget: QWidget) -> QImage:
    place = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    return root.grab(place.intersected(root.rect())).toImage()


def test_no_shortcut_is_taken_twice(qtbot: QtBot, qapp: QApplication) -> None:
    """Two commands with the same keys would both be dead: Qt calls neither."""
    screen = shown(qapp)
    owners: dict[str, list[str]] = {}
    for key in screen.commands:
        for keys in screen.commands[key].shortcuts():
            owners.setdefault(keys.toString(), []).append(key)
    assert not {keys: found for keys, found in owners.items() if len(found) > 1}
    screen.window().close()
