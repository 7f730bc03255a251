"""How many estimates one core makes in a second after warm-up: the whole catalogue, settings that change every time."""

import itertools
import sys
import time
from collections.abc import Iterator, Sequence

from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.machine import Machine
from advisor.workload import Method, Workload, for_method

GOAL = 30_000
METHODS: tuple[Method, ...] = ("run", "run-q8", "run-f16", "qlora", "lora", "full")


def main() -> int:
    """Print estimates per second by kind; 1 when all methods together stay under the goal."""
    machines = {
        "RTX 3060 12 GB": assemble(None, gpu="GeForce RTX 3060 12 GB", cpu="Ryzen 9 5950X", ram_gib=64),
        "CPU only": assemble(None, gpu=None, cpu="Core i5-3210M", ram_gib=12),
    }
    catalogue = models()
    print(f"{'machine':16} {'methods':24} {'estimates/s':>12} {'us each':>9}")
    together = []
    fresh = itertools.count()
    for name, machine in machines.items():
        for label, methods in (("inference", METHODS[:3]), ("training", METHODS[3:]), ("all six", METHODS)):
            seconds = best_seconds(machine, catalogue, methods, fresh)
            print(f"{name:16} {label:24} {1 / seconds:12,.0f} {seconds * 1e6:9.1f}")
            if label == "all six":
                together.append(seconds)
    met = 1 / max(together) >= GOAL
    print(f"goal: {GOAL:,} estimates a second: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def best_seconds(
    machine: Machine, catalogue: Sequence[Model], methods: Sequence[Method], fresh: Iterator[int]
) -> float:
    """Seconds of one estimate, best of several passes; each pass asks with a context and batch never asked before."""
    best = float("inf")
    for turn in range(6):
        number = next(fresh)
        base = Workload(context=4096 + 64 * number, seq=1024 + 8 * number)
        workloads = [for_method(base, method) for method in methods]
        start = time.process_time()
        for workload in workloads:
            for model in catalogue:
                estimate(machine, model, workload)
        best = min(best, (time.process_time() - start) / (len(workloads) * len(catalogue))) if turn else best
    return best


if __name__ == "__main__":
    sys.exit(main())
