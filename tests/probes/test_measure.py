"""Measuring this computer: the arithmetic with a clock of its own, the plan's limits, a real run, a real cancel."""

import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from advisor.errors import UserError
from advisor.machine import Cpu, Machine
from advisor.probes import live, measure
from advisor.probes.measure import Pass, best_flops, pass_rate, plan

MIB = 1 << 20
GIB = 1 << 30


class Computer:
    """A clock that only work moves, and a processor that multiplies at one rate, less `wait_s` of every product."""

    def __init__(self, flops: float, wait_s: float = 0.0) -> None:
        self.now, self.flops, self.wait_s = 1000.0, flops, wait_s
        self.sizes: list[int] = []

    def clock(self) -> float:
        return self.now

    def prepare(self, size: int) -> Callable[[], object]:
        self.now += 0.001  # numbers must be drawn first, which is no part of a product

        def product() -> None:
            self.sizes.append(size)
            self.now += 2.0 * size**3 / self.flops + self.wait_s

        return product


def test_bytes_of_all_threads_count_from_the_first_begin_to_the_last_end() -> None:
    """Two threads that overlap by half are no two computers."""
    assert pass_rate([Pass(10.0, 10.5, 4_000), Pass(10.25, 11.0, 6_000)]) == 10_000


@pytest.mark.parametrize(("flops", "largest"), [(4e9, 512), (90e9, 1536), (300e9, 2048), (8e12, 4096)])
def test_products_grow_while_they_are_short(flops: float, largest: int) -> None:
    """From an Atom to a server: about a second in all, and no single product longer than a cancel may take."""
    computer = Computer(flops)
    found = best_flops(computer.prepare, measure._SIZES, lambda _part: None, lambda: False, computer.clock)
    assert max(computer.sizes) == largest
    assert found == pytest.approx(flops)
    assert 2.0 * largest**3 / flops < 0.15
    assert 1.0 <= computer.now - 1000 <= 1.15


def test_threads_that_wait_for_a_busy_core_do_not_pass_for_a_slow_processor() -> None:
    """Another program holds a core: every product takes a scheduler's slice longer, and small ones tell nothing."""
    computer = Computer(150e9, wait_s=0.018)
    found = best_flops(computer.prepare, measure._SIZES, lambda _part: None, lambda: False, computer.clock)
    assert found is not None
    assert 0.7 * 150e9 < found < 150e9


def test_products_report_progress_and_obey_a_cancel() -> None:
    """Shares rise to one; a cancel ends between two products, without a rate."""
    computer, parts = Computer(90e9), list[float]()
    best_flops(computer.prepare, measure._SIZES, parts.append, lambda: False, computer.clock)
    assert parts == sorted(parts)
    assert 0 <= parts[0] < parts[-1] <= 1
    computer.sizes.clear()
    assert best_flops(computer.prepare, (256,), parts.append, lambda: len(computer.sizes) > 2, computer.clock) is None
    assert len(computer.sizes) == 3


@pytest.mark.parametrize(
    ("cores", "l3", "free", "total"),
    [
        (2, 3 * MIB, 8 * GIB, 256 * MIB),  # a laptop of 2012
        (1, None, None, 256 * MIB),  # nothing known
        (2, 260 * MIB, 22 * GIB, 784 * MIB),  # a thread of a server: three times the cache, in whole chunks
        (96, 1152 * MIB, 700 * GIB, 3 * GIB),  # the most
    ],
)
def test_buffers_are_several_times_the_cache(cores: int, l3: int | None, free: int | None, total: int) -> None:
    """Or the cache would answer; each thread has whole chunks of its own, at most a quarter of what is free."""
    planned = plan(cores, l3, free)
    assert planned.threads == cores
    assert planned.buffer_bytes % (8 * MIB) == 0
    assert planned.threads * planned.buffer_bytes == pytest.approx(total, rel=0.05)
    assert free is None or planned.threads * planned.buffer_bytes <= 0.26 * free


def test_too_little_free_memory_is_one_sentence() -> None:
    """Measuring must not push other programs out of memory."""
    with pytest.raises(UserError) as caught:
        plan(4, 8 * MIB, 900 * MIB)
    assert str(caught.value) == "Too little memory is free to measure: 1024 MiB are needed, 900 MiB are free"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third of the usual time."""
    monkeypatch.setattr(measure, "_PASS_S", 0.08)
    monkeypatch.setattr(measure, "_PRODUCTS_S", 0.3)
    threads = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= threads, "threads left running"


@pytest.mark.usefixtures("quick")
def test_this_computer_is_measured() -> None:
    """Figures that a computer can have; progress rises from 0 to 1; nothing is left running."""
    parts = list[float]()
    begun = time.monotonic()
    found = measure.measure(parts.append, lambda: False)
    assert time.monotonic() - begun < 30  # a machine that does much else at the same time
    assert found is not None
    assert 0.5e9 < found.bandwidth_bytes_per_s < 4000e9
    assert 0 <= found.bandwidth_spread < 1
    assert found.threads >= 1
    assert found.load is None or 0 <= found.load <= 1
    assert found.buffer_bytes >= 200 * MIB
    assert (found.matrix_flops is None) == (found.matrix_reason is not None)
    assert found.matrix_flops is None or 1e8 < found.matrix_flops < 1e15
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert parts == sorted(parts)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("after_s", [0.02, 0.3, 0.7])
def test_a_cancel_is_obeyed_at_once(after_s: float) -> None:
    """While buffers are filled, read, or matrices multiplied."""
    begun = time.monotonic()
    asked = list[float]()

    def cancelled() -> bool:
        if time.monotonic() - begun < after_s:
            return False
        asked.append(time.monotonic())
        return True

    found = measure.measure(lambda _part: None, cancelled)
    if asked:
        assert found is None
        assert time.monotonic() - asked[0] < 1.0  # 0.05 s on a computer that does nothing else


def test_a_failing_thread_ends_all_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is not to be had after all is one sentence; a mistake stays a mistake."""
    import numpy as np

    threads = set(threading.enumerate())
    for error, expected in ((MemoryError(), UserError), (ZeroDivisionError(), ZeroDivisionError)):

        def full(*_args: object, error: Exception = error, **_more: object) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(np, "full", full)
            with pytest.raises(expected):
                measure.measure(lambda _part: None, lambda: False)
    assert set(threading.enumerate()) <= threads


def test_a_library_held_to_few_threads_measures_no_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """OMP_NUM_THREADS=1 is common on shared computers; one core's rate would pass for the processor's."""
    import numpy as np

    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert measure._held_back(np) == measure.FEW_THREADS
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert measure._held_back(np) is None
    monkeypatch.setattr("os.cpu_count", lambda: 256)
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    assert measure._held_back(np) == (measure.MANY_CORES if measure._most_threads(np) else None)


def test_other_threads_run_while_numpy_reads() -> None:
    """Without that, cores could not be measured together. Shown without a stopwatch: a waiting thread may not ask for
    its turn for a minute, so it gets one in the middle of a reading only because numpy gives it away.
    """
    import numpy as np

    numbers = np.broadcast_to(np.zeros(MIB, dtype=np.int32), (1500, MIB))
    marks = list[str]()

    def read() -> None:
        marks.append("in")
        np.maximum.reduce(numbers, axis=None)
        marks.append("out")

    usual = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        reader = threading.Thread(target=read)
        reader.start()
        seen = tuple(marks)
        reader.join()
    finally:
        sys.setswitchinterval(usual)
    assert seen == ("in",)


def test_one_thread_for_each_core_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Detected cores, never more than the system allows this process."""
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(16)), raising=False)
    assert measure._cores(Machine(cpu=Cpu(cores=8, threads=16))) == 8
    assert measure._cores(Machine(cpu=Cpu(cores=32, threads=4))) == 4
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1}, raising=False)
    assert measure._cores(Machine(cpu=Cpu(cores=8, threads=16))) == 2
    assert measure._cores(None) >= 1


def test_free_memory_is_known_here() -> None:
    """What may be taken is asked for now, not remembered from the start."""
    free = live.free_bytes()
    assert free is not None
    assert free > 16 * MIB
