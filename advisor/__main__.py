"""The entry point: reads the command line, then opens the window or does one command without one."""

import sys

CHILD = "--multiprocessing-fork"  # what multiprocessing.spawn starts a child process with
TOO_OLD = 2  # the exit code of what cannot be done here
# The installer asks for this name, so that it never replaces or removes a program that runs (packaging/windows).
RUNNING = "HardwareAdvisor.Running"


def main() -> int:
    """Run the program with `sys.argv`; returns the exit code."""
    if getattr(sys, "frozen", False) and sys.argv[1:2] == [CHILD]:
        # A frozen program starts itself again for every child process; without this that never ends. Nothing here
        # starts one, and multiprocessing takes 15 ms to load: it is asked for only when it is needed.
        import multiprocessing

        multiprocessing.freeze_support()
    from advisor import processor

    if processor.too_old():
        _refuse()
        return TOO_OLD
    _tell_installer()
    from advisor import cli

    return cli.main(sys.argv[1:])


def _refuse() -> None:
    """Say that the processor is too old, without anything that such a processor could not run."""
    from advisor import processor
    from advisor.i18n import PROGRAM, system_language, translator

    _ = translator(system_language())
    text = _(processor.TOO_OLD, name=_(PROGRAM))
    if sys.stderr is not None:
        print(text, file=sys.stderr)
    elif sys.platform == "win32":  # a program with a window has nowhere to write
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, text, _(PROGRAM), 0x10)  # MB_ICONERROR of winuser.h


def _tell_installer() -> None:
    """Hold the name that says that a copy runs, until this process ends."""
    if sys.platform == "win32" and getattr(sys, "frozen", False):
        import ctypes

        ctypes.windll.kernel32.CreateMutexW(None, False, RUNNING)


if __name__ == "__main__":
    sys.exit(main())
