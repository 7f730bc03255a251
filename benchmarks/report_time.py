"""How long a report takes: whole processes for each format, and the parts of a Chinese PDF in one fresh process.

python -m benchmarks.report_time [runs]
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from advisor import profiles
from tests.machines import g480

ROOT = Path(__file__).resolve().parents[1]
AIM_S = 2.0  # a Chinese PDF as a whole process
_PARTS = """
import json, sys, time
from pathlib import Path
start = time.perf_counter()
marks = {}
def mark(name):
    global start
    marks[name] = time.perf_counter() - start
    start = time.perf_counter()
from advisor import advice, profiles, report
from advisor.advice.survey import survey
from advisor.report.build import build
from advisor.i18n import translator
from advisor.workload import Workload
from datetime import date
machine = profiles.load(Path(sys.argv[1]))
mark("imports, profile")
found = survey(machine, Workload(), "free")
mark("estimates, cold")
advised = advice.advise_survey(found, "zh-CN")
mark("advice")
document = build(machine, found, advised, translator("zh-CN"), date.today())
mark("document")
import fpdf
mark("import fpdf2")
from advisor.report import charts, pdf
from advisor.report.document import Bars, Lines, Points, Waterfall
for section in document.sections:
    for block in section.blocks:
        if isinstance(block, Bars | Lines | Points | Waterfall):
            charts.draw(block)
mark("charts, laid out")
pdf.render(document)
mark("PDF, charts included")
print(json.dumps(marks))
"""


def whole(profile: Path, target: Path, language: str) -> float:
    """Seconds of one `advisor report` process."""
    command = [
        sys.executable,
        "-m",
        "advisor",
        "report",
        "--machine",
        str(profile),
        "-o",
        str(target),
        "--lang",
        language,
    ]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    return time.perf_counter() - start


def main(argv: list[str]) -> int:
    """Print both tables; exit 1 when the Chinese PDF misses its aim."""
    runs = int(argv[0]) if argv else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = folder / "g480.json"
        profiles.save(g480(), profile)
        print(f"{'whole process':<34}{'median s':>10}{'worst s':>10}")
        medians = {}
        for language, ending in (
            ("zh-CN", "pdf"),
            ("en", "pdf"),
            ("zh-CN", "html"),
            ("zh-CN", "md"),
            ("zh-CN", "json"),
        ):
            times = [whole(profile, folder / f"report.{ending}", language) for _ in range(runs)]
            medians[language, ending] = statistics.median(times)
            print(f"{ending + ', ' + language:<34}{medians[language, ending]:>10.2f}{max(times):>10.2f}")
        output = subprocess.run(
            [sys.executable, "-c", _PARTS, str(profile)], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    print(f"\n{'parts of a Chinese PDF':<34}{'s':>10}")
    for part, seconds in json.loads(output).items():
        print(f"{part:<34}{seconds:>10.2f}")
    return 0 if medians["zh-CN", "pdf"] <= AIM_S else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
