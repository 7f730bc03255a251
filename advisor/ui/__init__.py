"""The window: the only room that imports Qt, and only when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.machine import Machine
    from advisor.settings import Settings
    from advisor.workload import Workload

FAILED = 1


def run(
    machine: Machine | None,
    workload: Workload,
    settings: Settings,
    language: str,
    remarks: Sequence[str] = (),
    self_test: str | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the process's exit code.

    `machine` None means this computer, detected after the first paint, off the window's thread.
    `remarks` stand in the status bar until another message takes their place. `self_test` is the folder
    into which the program's test of itself writes what it found.
    """
    from advisor import crashes, logs

    watch = crashes.begin()
    try:
        from advisor.ui.app import run_window

        return run_window(machine, workload, settings, language, remarks, self_test)
    except Exception as error:  # there is no window that could tell it
        from advisor.ui.crash import start

        start.show(error)
        return FAILED
    finally:
        if watch is not None:
            watch.end()
        logs.stop()
