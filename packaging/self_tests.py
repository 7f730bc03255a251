"""The program's tests of itself (`--self-test FOLDER`, advisor/ui/self_test.py): their figures, their line in a table,
and the frozen program's start against that of the same program from source.
"""

import json
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from steps import Failed, megabytes

OPTION = "--self-test"
SLOWER = 1.1  # medians of a handful of starts differ by less than this when nothing is changed


def empty(folder: Path) -> Path:
    """The folder that a test writes to, with nothing of an earlier one in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def figures(folder: Path) -> dict[str, Any]:
    """What a test wrote. Raises Failed when it found a problem or never came to its end."""
    try:
        found: dict[str, Any] = json.loads((folder / "self-test.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Failed(f"the self-test ended before it wrote {folder.name}/self-test.json") from error
    if found["problem"]:
        raise Failed(f"the self-test failed: {found['problem']}")
    return found


def said(found: dict[str, Any]) -> str:
    """A test in one line."""
    return (
        f"{found['cells']:,} cells, a toggle moved {found['toggled_bytes'] / 2**20:+,.0f} MiB, "
        f"zh PDF {megabytes(found['pdf_bytes'])}, first paint {found['first_paint_s']:.2f} s, "
        f"at rest after {found['settled_s']:.1f} s"
    )


def starts(frozen: Callable[[], dict[str, Any]], source: Callable[[], dict[str, Any]], pairs: int) -> str:
    """Both starts one after the other, `pairs` times after one that is not counted: median first paint of each, and
    the median of what lies between the two of a pair.
    """
    found = [(frozen()["first_paint_s"], source()["first_paint_s"]) for _pair in range(pairs + 1)][1:]
    sides = [[pair[side] for pair in found] for side in (0, 1)]
    words = [f"{statistics.median(one):.2f} s ({min(one):.2f} to {max(one):.2f})" for one in sides]
    between = statistics.median(ours - theirs for ours, theirs in found)
    text = f"first paint, median of {pairs}: frozen {words[0]}, from source {words[1]}; pair by pair {between:+.2f} s"
    if statistics.median(sides[0]) > SLOWER * statistics.median(sides[1]):
        text += "; THE FROZEN PROGRAM IS SLOWER"
    return text
