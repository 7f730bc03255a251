"""The program's test of itself: what it writes when all goes well, and that it can fail."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "example-lenovo-g480.json"


def run(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(home))
    environment = {**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "advisor", "--self-test", str(folder), "--machine", str(EXAMPLE)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_it_turns_a_knob_exports_a_report_and_closes(tmp_path: Path) -> None:
    """In a folder with Chinese letters and a space, on the example machine."""
    folder = tmp_path / "自检 here"
    folder.mkdir()
    done = run(folder, tmp_path)
    found = json.loads((folder / "self-test.json").read_text(encoding="utf-8"))
    assert found["problem"] == "", done.stderr
    assert done.returncode == 0
    assert found["machine"] == "Lenovo G480"
    assert found["cells"] > 1500
    assert found["toggled_bytes"] > 0
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (folder / "window.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    """A file where the report should go: the program still ends, and says so by its exit code."""
    folder = tmp_path / "taken"
    (folder / "report.pdf").mkdir(parents=True)
    done = run(folder, tmp_path)
    assert done.returncode == 1
    assert json.loads((folder / "self-test.json").read_text(encoding="utf-8"))["problem"]
