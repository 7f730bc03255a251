"""The reports that are kept word for word: four machines, two languages. `python -m tests.report.golden` writes them.

They change with every fact and word of the program: read the difference before it is kept.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from advisor import report
from advisor.machine import Machine
from advisor.workload import Workload
from tests.machines import builder_5950x, g480, macbook_m4, rtx4090_desktop

FOLDER = Path(__file__).with_name("golden")
DAY = date(2026, 11, 22)
LANGUAGES = ("en", "zh-CN")
MACHINES: Mapping[str, Callable[[], Machine]] = {
    "g480": g480, "5950x-gt710": builder_5950x, "rtx4090": rtx4090_desktop, "macbook-m4": macbook_m4,
}  # fmt: skip


def path(machine: str, language: str) -> Path:
    """Where a report is kept."""
    return FOLDER / f"{machine}.{language}.md"


def text(machine: str, language: str) -> str:
    """The report as the program writes it now."""
    written = report.render(MACHINES[machine](), Workload(), language, "md", today=DAY)
    return written.decode()


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for machine in MACHINES:
        for language in LANGUAGES:
            path(machine, language).write_text(text(machine, language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
