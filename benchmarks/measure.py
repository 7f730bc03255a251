"""How long "measure this computer" takes, and how far its figures lie apart from run to run.

`python3 -m benchmarks.measure [runs]` prints a line a run, then the spread. Exit 1 when a run takes longer than GOAL_S
(at the middle) or a cancel is not obeyed within CANCEL_S.
"""

import statistics
import sys
import time

from advisor import probes
from advisor.probes.measure import measure
from advisor.sources.measured import Measured

GOAL_S = 4.0  # "about three seconds"
CANCEL_S = 0.2
CANCELS = (0.05, 0.4, 0.9, 1.5, 2.0)


def main() -> int:
    """Measure, print, judge."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    machine = probes.detect()
    print(f"{machine.cpu.name}, {machine.cpu.cores} cores, {machine.cpu.threads} threads")
    print(f"{'run':>4} {'seconds':>8} {'GB/s':>8} {'passes':>8} {'GFLOP/s':>8}")
    seconds, found = [], list[Measured]()
    for number in range(1, runs + 1):
        begun = time.perf_counter()
        one = measure(lambda _part: None, lambda: False, machine)
        assert one is not None
        seconds.append(time.perf_counter() - begun)
        found.append(one)
        flops = "-" if one.matrix_flops is None else f"{one.matrix_flops / 1e9:.1f}"
        rate, apart = one.bandwidth_bytes_per_s / 1e9, one.bandwidth_spread
        print(f"{number:4} {seconds[-1]:8.2f} {rate:8.2f} {apart:8.1%} {flops:>8}")
    print(f"seconds: {statistics.median(seconds):.2f} at the middle, {max(seconds):.2f} at most")
    spread("bandwidth", [one.bandwidth_bytes_per_s for one in found])
    spread("products", [one.matrix_flops for one in found if one.matrix_flops is not None])
    waits = [wait for at in CANCELS if (wait := cancelled_after(at)) is not None]
    print(f"a cancel is obeyed within {max(waits, default=0):.3f} s ({len(waits)} tried)")
    return 0 if statistics.median(seconds) <= GOAL_S and max(waits, default=0) <= CANCEL_S else 1


def spread(name: str, values: list[float]) -> None:
    """How far the runs lie apart: the share of the largest that lies between it and the least."""
    if values:
        print(f"{name}: {1 - min(values) / max(values):.1%} between the least and the largest of {len(values)} runs")


def cancelled_after(seconds: float) -> float | None:
    """Seconds from the cancel to the end of a measurement; None where it ended before."""
    begun = time.perf_counter()
    found = measure(lambda _part: None, lambda: time.perf_counter() - begun > seconds)
    return time.perf_counter() - begun - seconds if found is None else None


if __name__ == "__main__":
    sys.exit(main())
