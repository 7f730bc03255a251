"""Charts are laid out without a look at the system's fonts, and nothing of it is left in anybody's home."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
import sys
from advisor.report import charts
from advisor.report.document import Points, PointSeries, Table
table = Table((), ())
points = PointSeries("model", "#123456", ((1.0, 2.0), (3.0, 4.0)))
charts.draw(Points("Speed", "size", "tok/s", (points,), table), 170)
"""


def test_the_first_chart_scans_no_fonts_whatever_its_kind(tmp_path: Path) -> None:
    """A chart on two logarithmic axes, drawn first, asks no program for fonts and writes no cache of them."""
    tools = tmp_path / "bin"
    tools.mkdir()
    asked = tmp_path / "asked"
    program = tools / "fc-list"
    program.write_text(f"#!/bin/sh\ntouch '{asked}'\n", encoding="ascii")
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in ("MPLCONFIGDIR", "XDG_CACHE_HOME")}
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([sys.executable, "-c", FIRST], cwd=ROOT, env=environment, check=True)
    assert not asked.exists()
    assert [path.name for path in home.rglob("*") if "matplotlib" in path.name] == []
