"""How long loading the catalogue takes, beside a plain json.load of the same files.

python -m benchmarks.catalogue_load

Each round runs in a fresh process. "loaded": every file read, every model made, every device indexed by name and PCI id
and ready to be looked up; "looked up" adds what a start asks for: two cards by id, one by name, two processors;
"every device made" is what only `advisor gpus` needs. Best of the rounds: a busy machine only adds.
"""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from advisor import RESOURCES

ROUNDS = 7
CATALOG = RESOURCES / "catalog"
GOAL_MS = 50.0
STEPS = ("imported", "plain json.load", "loaded", "looked up", "every device made")


def once() -> dict[str, float]:
    """Milliseconds of each step in this process, which must be fresh."""
    found = {}
    start = perf_counter()
    from advisor.catalog import (
        bands,
        cpus,
        gpus,
        kept_memory,
        models,
        prices,
        quants,
        runtimes,
        speeds,
        stacks,
        training_speeds,
    )

    found["imported"] = perf_counter() - start

    start = perf_counter()
    for path in _files():
        with path.open(encoding="utf-8") as file:
            json.load(file)
    found["plain json.load"] = perf_counter() - start

    start = perf_counter()
    models.catalogue()
    _load_devices()
    prices.cloud_prices()
    runtimes.rules()
    found["loaded"] = perf_counter() - start

    start = perf_counter()
    _look_up()
    found["looked up"] = perf_counter() - start

    start = perf_counter()
    gpus.gpus()
    cpus.cpus()
    found["every device made"] = perf_counter() - start
    assert all((bands, kept_memory, quants, speeds, stacks, training_speeds))
    return {step: 1e3 * seconds for step, seconds in found.items()}


def _load_devices() -> None:
    """Every file of devices is read; no device is made."""
    from advisor.catalog import cpus, gpus

    gpus.gpu_names()
    for vendor in ("10de", "1002", "8086"):
        gpus.by_pci_id(f"{vendor}:ffff")
    cpus.cpu_names()


def _look_up() -> None:
    """What a start of the program looks up on a common machine."""
    from advisor.catalog import cpus, gpus

    gpus.by_pci_id("10de:2684")
    gpus.by_pci_id("8086:9bc4")
    gpus.find_gpu("GeForce RTX 3060 12 GB")
    cpus.find_cpu("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz")
    cpus.find_cpu("AMD Ryzen 9 5950X 16-Core Processor")


def _files() -> list[Path]:
    return [path for path in CATALOG.rglob("*.json") if path.parent.name != "schemas"]


def main() -> int:
    """Print one table; returns 0, or 1 where loading takes longer than its goal."""
    command = [sys.executable, "-m", "benchmarks.catalogue_load", "--once"]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
    best = {step: min(run[step] for run in runs) for step in STEPS}
    for step in STEPS:
        print(f"{step:<20} {best[step]:7.1f} ms")
    print(f"{len(_files())} files; loading all together takes {best['loaded']:.1f} ms (goal {GOAL_MS:.0f})")
    return 0 if best["loaded"] <= GOAL_MS else 1


if __name__ == "__main__":
    if "--once" in sys.argv:
        print(json.dumps(once()))
    else:
        sys.exit(main())
