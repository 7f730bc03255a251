"""Whole commands as their users start them: wall time and peak memory of each process, over several runs.

`python3 -m benchmarks.processes [RUNS]`. The first run of each command is a warm-up and not counted. Bytecode is kept
between runs, as an installed program has it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "example-lenovo-g480.json"
AIMS_S = {"matrix --json": 0.5, "report zh-CN PDF": 2.0}


def commands(folder: Path) -> dict[str, Sequence[str]]:
    """The commands by the name that the table gives them."""
    machine = ("--machine", str(EXAMPLE))
    return {
        "python -c pass": (),
        "detect --json": ("detect", "--json"),
        "estimate --json": ("estimate", "qwen3-8b", *machine, "--json"),
        "matrix --json": ("matrix", *machine, "--json"),
        "report zh-CN PDF": ("report", *machine, "-o", str(folder / "report.pdf"), "--lang", "zh-CN"),
    }


def one_run(arguments: Sequence[str], bytecode: Path) -> tuple[float, float]:
    """Wall seconds and peak MiB of one process; the peak is this child's own (wait4), not of all children so far."""
    command = [sys.executable, "-m", "advisor", *arguments] if arguments else [sys.executable, "-c", "pass"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main() -> int:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"{'command':<20} {'min s':>8} {'median s':>9} {'max s':>8} {'peak MiB':>9} {'aim s':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in commands(Path(folder)).items():
            bytecode = Path(folder) / "bytecode"
            one_run(arguments, bytecode)
            results = [one_run(arguments, bytecode) for _ in range(runs)]
            seconds = [result[0] for result in results]
            peak = max(result[1] for result in results)
            aim = AIMS_S.get(name)
            figures = f"{min(seconds):8.3f} {statistics.median(seconds):9.3f} {max(seconds):8.3f} {peak:9.1f}"
            print(f"{name:<20} {figures} {aim if aim else '':>6}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
