"""How long reading this computer takes, and importing the core: `python3 -m benchmarks.detect [ROUNDS]`.

Detection runs in a fresh process each round, the first time (modules, the kernel's caches) and again ("warm"). Imports
are timed in fresh processes too, bytecode being there. "Core" is what every start needs before it can say anything:
the machine and its question, words, errors, settings, and the probes of this system with their sources. What computes
(catalogue, estimator, advice) loads when it is asked, after the first paint: its row has no goal here. Exit 1 when the
best round of a row misses its goal: a busy machine is no slow program.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
_OF_SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
CORE = (
    "advisor.machine", "advisor.workload", "advisor.i18n", "advisor.errors", "advisor.settings", "advisor.probes",
    f"advisor.probes.{_OF_SYSTEM}",
)  # fmt: skip
COMPUTING = (
    *CORE,
    "advisor.catalog.complete",
    "advisor.catalog.models",
    "advisor.estimator.estimate",
    "advisor.advice",
)
GOALS_S = {"detect(), first": None, "detect(), warm": 0.3, "import of the core": 0.08, "and what computes": None}
HEAVY = ("PySide6", "numpy", "matplotlib", "fpdf", "psutil", "pynvml", "cpuinfo", "subprocess", "multiprocessing")

IMPORT = "import json, sys, time; start = time.perf_counter()\n{imports}\n" + (
    "print(json.dumps([time.perf_counter() - start, sorted(set(sys.modules) & set({heavy}))]))"
)
DETECT = """
import json, time
from advisor import probes
start = time.perf_counter(); probes.detect(); first = time.perf_counter() - start
again = []
for _ in range(5):
    start = time.perf_counter(); probes.detect(); again.append(time.perf_counter() - start)
print(json.dumps([first, *again]))
"""


def seconds(code: str) -> list[object]:
    """What a fresh process prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(done.stdout)
    return found


def imports(names: Sequence[str]) -> str:
    """A program that times importing `names`."""
    return IMPORT.format(imports="".join(f"import {name}\n" for name in names), heavy=HEAVY)


def main() -> int:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    times: dict[str, list[float]] = {name: [] for name in GOALS_S}
    heavy: set[object] = set()
    seconds(imports(COMPUTING))  # bytecode
    for _round in range(rounds):
        first, *warm = (float(str(value)) for value in seconds(DETECT))
        times["detect(), first"].append(first)
        times["detect(), warm"] += warm
        for row, names in (("import of the core", CORE), ("and what computes", COMPUTING)):
            took, loaded = seconds(imports(names))
            times[row].append(float(str(took)))
            heavy |= set(loaded) if isinstance(loaded, list) else set()
    print(f"{'':20} {'best s':>8} {'median s':>9} {'worst s':>8} {'goal s':>7}")
    missed = bool(heavy)
    for name, seen in times.items():
        goal = GOALS_S[name]
        missed |= goal is not None and min(seen) > goal
        print(f"{name:20} {min(seen):8.3f} {statistics.median(seen):9.3f} {max(seen):8.3f} {goal or '':>7}")
    print(f"the core: {', '.join(CORE)}")
    print(f"heavy modules among them: {', '.join(map(str, sorted(map(str, heavy)))) or 'none'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
