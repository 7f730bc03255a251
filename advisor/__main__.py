"""The entry point: reads the command line, then opens the window or does one command without one."""

import sys


def main() -> int:
    """Run the program with `sys.argv`; returns the exit code."""
    if getattr(sys, "frozen", False):
        # A frozen program starts itself again for every child process; without this line that never ends.
        import multiprocessing

        multiprocessing.freeze_support()
    from advisor import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
