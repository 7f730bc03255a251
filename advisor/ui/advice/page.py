"""The page of advice: all that is advised in calm sections; a click shows a cell, turns a knob, builds an upgrade."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look.sheet import Sheet
from advisor.ui.look.widgets import Card

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.needs import Needs
    from advisor.advice.result import Advice
    from advisor.ui.advice.items import Item, Section


class AdvicePage(Card):
    """Text that can be selected and copied; Tab goes from link to link. While new advice is on its way it is greyed."""

    wanted = Signal(object)  # an items.Act
    asked = Signal(object)  # a Topic: "why?"

    def __init__(self, state: State, work: Work) -> None:
        super().__init__()
        self._state, self._work = state, work
        self._advice: Advice | None = None
        self._error: Exception | None = None
        self._needs: tuple[Needs, ...] = ()
        self._not_needed: Exception | None = None
        self._job: Job | None = None
        self._stale, self._dirty = False, True
        self.sections: tuple[Section, ...] = ()
        self.sheet = Sheet()
        self.sheet.setObjectName("plain")
        self.sheet.used.connect(self._use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.sheet)
        self.setFocusProxy(self.sheet)
        state.theme_changed.connect(self._again)
        self.retranslate()

    @property
    def busy(self) -> bool:
        """Whether the text is still being put together."""
        return self.sheet.busy

    def retranslate(self) -> None:
        """All texts again."""
        self.sheet.setAccessibleName(self._state.tr_("Advice"))
        self._again()

    def wait(self) -> None:
        """New advice is on its way."""
        self._stale = True
        self._veil()

    def show_advice(self, advice: "Advice | None") -> None:
        """Show advice, at the place that was being read; None says that it is being worked out."""
        self._advice, self._error = advice, None
        self._stale = False
        self._again()

    def show_error(self, error: Exception) -> None:
        """Advice could not be worked out."""
        self._advice, self._error = None, error
        self._stale = False
        self._again()

    def go_to(self, place: str) -> None:
        """Show a section ("upgrades") or an item ("upgrades/2")."""
        self.sheet.go_to(place)

    def stop(self) -> None:
        """The window closes."""
        self.sheet.stop()
        if self._job is not None:
            self._job.cancel()

    def text(self) -> str:
        """All of it as plain text, put together now if nobody has looked yet."""
        if self._dirty:
            self._show()
        self.sheet.finish()
        return self.sheet.toPlainText()

    def showEvent(self, event: QShowEvent) -> None:
        """Seen again: the text is put together now."""
        super().showEvent(event)
        if self._dirty:
            self._show()
        if not self._needs and self._job is None:
            self._job = self._work.run(_needed, self._needs_known, self._needs_failed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        if self.sheet.busy:
            self._dirty = True
            self.sheet.stop()

    def _needs_known(self, found: "tuple[Needs, ...]") -> None:
        self._job = None
        self._needs, self._not_needed = found, None
        self._again()

    def _needs_failed(self, error: Exception) -> None:
        self._job = None
        self._not_needed = error  # said in the section's place
        self._again()

    def _again(self) -> None:
        self._dirty = True
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        from advisor.ui.advice import html, items

        self._dirty = False
        _ = self._state.tr_
        if self._advice is None:
            self.sections = ()
            self.sheet.stop()
            self.sheet.setPlainText(_("Working it out …") if self._error is None else error_text(_, self._error))
            return
        found = list(items.sections(_, self._advice))
        if self._needs:
            needs = tuple(items.need_item(_, one) for one in self._needs)
            found.append(items.Section("needs", _("What well-known models need anywhere"), needs))
        self.sections = tuple(found)
        shown = list(html.parts(_, self._state.colors, self.sections))
        if self._not_needed is not None:
            shown.append(f"<p>{escape(error_text(_, self._not_needed))}</p>")
        self.sheet.show_parts(shown)
        self._veil()

    def _veil(self) -> None:
        self.sheet.veil(self._state.colors.card if self._stale else None)

    def _use(self, address: str) -> None:
        kind, _colon, place = address.partition(":")
        if address.startswith("#"):
            self.sheet.go_to(address[1:])
        elif address == "do:copy":
            QGuiApplication.clipboard().setText(self.text())
        elif (item := self._item(place)) is not None:
            self._uses[kind](self, item)

    def _item(self, place: str) -> "Item | None":
        key, _slash, number = place.partition("/")
        section = next((one for one in self.sections if one.key == key), None)
        if section is None or not number.isdecimal() or int(number) >= len(section.items):
            return None
        return section.items[int(number)]

    def _act(self, item: "Item") -> None:
        if item.act is not None:
            self.wanted.emit(item.act)

    def _offer(self, item: "Item") -> None:
        if item.offer is not None:
            self.wanted.emit(item.offer[1])

    def _why(self, item: "Item") -> None:
        if item.why is not None:
            self.asked.emit(item.why)

    _uses: "dict[str, Callable[[AdvicePage, Item], None]]" = {"act": _act, "offer": _offer, "why": _why}  # noqa: RUF012


def _needed() -> "tuple[Needs, ...]":
    from advisor.advice import needs

    return tuple(needs.needs(model) for model in needs.well_known())
