"""The entry point: what happens before anything else is loaded."""

import multiprocessing
import multiprocessing.spawn
import sys

import pytest

from advisor import __main__ as entry
from advisor import cli


class Ended(BaseException):
    """freeze_support never returns in a child process."""


@pytest.mark.parametrize(
    ("frozen", "argument", "child"),
    [(True, entry.CHILD, True), (True, "--version", False), (False, entry.CHILD, False)],
)
def test_a_frozen_program_started_as_a_child_process_does_the_childs_work_alone(
    monkeypatch: pytest.MonkeyPatch, frozen: bool, argument: str, child: bool
) -> None:
    def end() -> None:
        raise Ended

    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "argv", ["advisor", argument])
    monkeypatch.setattr(multiprocessing, "freeze_support", end)
    monkeypatch.setattr(cli, "main", lambda _arguments: 0)
    if child:
        with pytest.raises(Ended):
            entry.main()
    else:
        assert entry.main() == 0


def test_the_word_is_the_one_that_multiprocessing_starts_a_child_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert multiprocessing.spawn.get_command_line()[1] == entry.CHILD
