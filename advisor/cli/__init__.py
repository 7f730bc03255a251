"""The commands of the contract: each reads its options, asks the core, prints text or JSON."""

import contextlib
import gc
import io
import itertools
import os
import sys
from collections.abc import Iterator, Sequence

from advisor.errors import UserError
from advisor.i18n import LANGUAGES, N_, PROGRAM, Translator, system_language, translator

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
CATALOGUE = "catalogue"  # the folder beside the settings with the user's own models and devices
SKIPPED = N_("{problem} (a file of your own catalogue, skipped)")


def main(arguments: Sequence[str]) -> int:
    """Do one command, or open the window when there are no arguments; the exit code says how it went."""
    _output()
    _ = translator(_wished_language(arguments) or system_language())
    try:
        skipped = [_(SKIPPED, problem=_(one.message, **one.values)) for one in own_catalogue()]
        for line in skipped:
            _say(f"advisor: {line}")
        if not arguments or (arguments[0].startswith("--") and arguments[0] not in ("--help", "--version")):
            return _window(arguments, _, skipped)
        with _rare_collections():
            from advisor.cli import commands

            return commands.run(list(arguments))
    except UserError as error:
        _say(f"advisor: {_(error.message, **error.values)}")
        return BAD_INPUT
    except BrokenPipeError:
        # The reader went away ("| head"); Python would complain once more while flushing at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        # Every file that a command names is handled where it is opened; what is left is the output itself.
        _say(f"advisor: {_(N_('the output cannot be written ({reason})'), reason=error.strerror or error)}")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """A command makes many objects that live to its end, soon: looking for garbage among them so often as Python does
    takes up to a fifth of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _wished_language(arguments: Sequence[str]) -> str | None:
    """What --lang asks for, also when the rest of the command line cannot be understood."""
    wishes = [after for word, after in itertools.pairwise(arguments) if word == "--lang"]
    wishes += [word.partition("=")[2] for word in arguments if word.startswith("--lang=")]
    return wishes[0] if wishes and wishes[0] in LANGUAGES else None


def own_catalogue() -> Sequence[UserError]:
    """Let the catalogue hold what the user's data folder adds to it; what is wrong with files that were skipped."""
    from advisor import settings

    folder = settings.folder() / CATALOGUE
    if not os.path.isdir(folder):  # noqa: PTH112 - also where it may not be looked at; most users have none
        return ()
    from advisor.catalog import user

    own = user.load(folder)
    user.use(own)
    return own.problems


def _window(arguments: Sequence[str], _: Translator, skipped: Sequence[str]) -> int:
    """The window for this computer, or for the machine that the options name; a summary where none can be opened."""
    machine = language = test = None
    if arguments:
        from advisor.cli import machines, options

        wishes = vars(options.parse_window(arguments))
        language, test = wishes["lang"], wishes["self_test"]
        if any(wishes[key] is not None for key in machines.KEYS):
            machine = machines.choose(wishes)
    reason = no_display(_)
    if reason is None:
        from advisor import settings, ui

        saved, trouble = settings.read()
        spoken = language or saved.language or system_language()
        told = [] if trouble is None else [translator(spoken)(trouble.message, **trouble.values)]
        return ui.run(machine, saved.workload, saved, spoken, (*told, *skipped), test)
    _say(f"advisor: {reason}")
    from advisor.cli import commands

    return commands.summary(_, machine)


def no_display(_: Translator) -> str | None:
    """Why no window can be opened here, or None when one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    return _(N_("no display found, so {name} prints its summary instead of opening the window"), name=_(PROGRAM))


def _output() -> None:
    """Output is UTF-8 everywhere: a Windows code page could not hold all of it. A closed one swallows what it gets."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the rest of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _say(line: str) -> None:
    if sys.stderr is not None:
        print(line, file=sys.stderr)
