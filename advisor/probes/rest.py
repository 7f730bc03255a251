"""How often cards that can fall asleep are asked: as they work, but seldom while they idle, so that they can sleep.

Asking a driver for a card's memory and load counts as using the card: asked once a second, a laptop's second card would
never switch itself off.
"""

import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

# Longer than a driver waits before it lets an idle card sleep: 5 s for amdgpu and nouveau
# (drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c and nouveau/nouveau_drm.c: pm_runtime_set_autosuspend_delay).
REST_S = 30.0


class Loaded(Protocol):
    """What a reading tells of a card's work, in percent."""

    @property
    def load_percent(self) -> float | None:
        """None where its driver does not tell."""


C = TypeVar("C", bound=Loaded)


class Rest(Generic[C]):
    """The last readings of some cards, and when the next ones are due."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._last: Sequence[C] = ()

    def readings(self, ask: Callable[[], Sequence[C]]) -> Sequence[C]:
        """What `ask` answers; while none of the cards works, its last answer for up to REST_S seconds."""
        now = self._clock()
        if now >= self._until:
            self._last = ask()
            working = any(card.load_percent for card in self._last)
            self._until = now if working else now + REST_S
        return self._last
