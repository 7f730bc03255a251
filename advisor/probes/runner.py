"""Running probes side by side, each in a thread of its own with a time limit, so that none can hurt another."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from advisor.i18n import N_
from advisor.machine import Machine, Origin
from advisor.sources.sanity import checked_machine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to ask the computer. `source` is its technical name ("NVML"), the same in every language.

    `fills` names what it would have answered, as "part.field" ("memory.kind"), a whole part ("cpu"), or "gpus" and
    "disks": those fields get this probe's failure as their reason when it fails and nobody else answers.
    """

    source: str
    read: Callable[[], Machine]
    fills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one probe: a partial machine, or why there is none."""

    probe: Probe
    machine: Machine | None
    failure: Origin | None


class _Call(threading.Thread, Generic[T]):
    """A daemon thread that keeps what its function returned or raised. A hanging one is left behind, not waited for."""

    def __init__(self, function: Callable[[], T]) -> None:
        super().__init__(daemon=True, name=f"probe {getattr(function, '__name__', '')}")
        self._function = function
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._function()
        except BaseException as error:
            # A probe stands on drivers and firmware: whatever it throws, even SystemExit, is its own failure only.
            self.error = error


def run(probes: Sequence[Probe], timeout_s: float) -> tuple[Outcome, ...]:
    """Run all `probes` at once; return their outcomes in the given order after at most `timeout_s` seconds."""
    calls = [_Call(partial(_checked, probe)) for probe in probes]
    deadline = time.monotonic() + timeout_s
    for call in calls:
        call.start()
    for call in calls:
        call.join(max(0.0, deadline - time.monotonic()))
    return tuple(_outcome(probe, call, timeout_s) for probe, call in zip(probes, calls, strict=True))


def _checked(probe: Probe) -> Machine:
    """The probe's answer without impossible values, looked at in its own thread: nonsense may break the looking."""
    machine = probe.read()
    return checked_machine(machine) if isinstance(machine, Machine) else machine


def limited(function: Callable[[], T], timeout_s: float) -> T:
    """What `function` returns; raises what it raises, or TimeoutError after `timeout_s` seconds."""
    call = _Call(function)
    call.start()
    call.join(timeout_s)
    if call.is_alive():
        raise TimeoutError
    if call.error is not None:
        raise call.error
    return call.result  # type: ignore[return-value]  # no error and not alive: the function has returned a T


def reason_of(error: BaseException) -> str:
    """An error in a few words that name no file and no person."""
    text = error.strerror if isinstance(error, OSError) else None
    return text or type(error).__name__


def _outcome(probe: Probe, call: _Call[Machine], timeout_s: float) -> Outcome:
    if call.is_alive():
        seconds = f"{timeout_s:g}"
        failure = Origin(
            "unknown", N_("{source}: no answer within {seconds} s"), {"source": probe.source, "seconds": seconds}
        )
        return Outcome(probe, None, failure)
    if call.error is not None:
        values = {"source": probe.source, "reason": reason_of(call.error)}
        return Outcome(probe, None, Origin("unknown", N_("{source}: could not be read ({reason})"), values))
    if not isinstance(call.result, Machine):
        return Outcome(probe, None, Origin("unknown", N_("{source}: nonsense answer"), {"source": probe.source}))
    return Outcome(probe, call.result, None)
