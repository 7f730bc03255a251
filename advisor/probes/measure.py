"""A quick measurement of this computer, on request only: how fast it reads its memory and multiplies matrices."""

import contextlib
import datetime
import math
import os
import random
import re
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.probes import live
from advisor.sources.measured import Measured

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]

_MIB = 1 << 20
# A buffer must be several times what the caches hold, or they answer instead of the memory.
_LEAST, _MOST = 256 * _MIB, 3 << 30
_CACHES = 3
_UNKNOWN_L3 = 64 * _MIB
_FREE_SHARE = 0.25  # of the free memory is all that a measurement takes
_CHUNK = 8 * _MIB  # read by one call: long against the interpreter's work between calls, short against a cancel
_PASSES, _PASS_S = 4, 0.25
_PRODUCTS_S = 1.0
_SIZES = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_TRIES = 2  # at each size before the next one
_SHORT_S = 0.04  # a product no longer than this is followed by larger ones: up to 3.4 times this, so a cancel is obeyed
_LOOK_S = 0.15  # for looking at what other programs do
_POLL_S = 0.03
# Shares of the whole that filling the buffers, reading them and multiplying take, for the progress bar.
_FILLED, _READ = 0.2, 0.6

FEW_THREADS = N_("the environment holds the matrix library to fewer threads than there are cores")
MANY_CORES = N_("the matrix library cannot use all cores of so large a computer")


class Pass(NamedTuple):
    """What one thread read in one pass: bytes, and the clock before and after in seconds."""

    begun: float
    ended: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is measured: threads that read, and the bytes of each one's buffer (a multiple of the chunk)."""

    threads: int
    buffer_bytes: int


def measure(progress: Progress, cancelled: Cancelled, machine: Machine | None = None) -> Measured | None:
    """Measure this computer, about three seconds; None when `cancelled()` became true, obeyed within 0.2 s.

    `progress` is told shares from 0 to 1, in the calling thread. `machine` is this computer as it was detected; without
    it the system is asked for cores and memory. Raises UserError when too little memory is free.
    """
    import numpy as np

    free = live.free_bytes()
    planned = plan(_cores(machine), machine.cpu.l3_bytes if machine else None, free)
    progress(0.0)
    load = _load()
    passes = _Readers(np, planned).run(progress, cancelled)
    if passes is None:
        return None
    rates = [pass_rate(one) for one in zip(*passes, strict=True)]
    reason = _held_back(np)
    flops = None
    if reason is None:
        flops = _multiply(np, progress, cancelled, free)
    if cancelled():
        return None
    progress(1.0)
    return Measured(
        bandwidth_bytes_per_s=max(rates),
        bandwidth_spread=1 - min(rates) / max(rates),
        threads=planned.threads,
        buffer_bytes=planned.threads * planned.buffer_bytes,
        load=load,
        matrix_flops=flops,
        matrix_reason=reason,
        date=datetime.date.today().isoformat(),
    )


def plan(cores: int, l3_bytes: int | None, free_bytes: int | None) -> Plan:
    """One thread a core, buffers together three times the last cache. Raises UserError when there is no room."""
    wanted = min(_MOST, max(_LEAST, _CACHES * (l3_bytes or _UNKNOWN_L3), cores * _CHUNK))
    if free_bytes is not None and wanted > _FREE_SHARE * free_bytes:
        needed = wanted / _FREE_SHARE
        raise UserError(
            N_("Too little memory is free to measure: {needed} MiB are needed, {free} MiB are free"),
            needed=round(needed / _MIB), free=free_bytes // _MIB,
        )  # fmt: skip
    return Plan(cores, max(1, round(wanted / cores / _CHUNK)) * _CHUNK)


def pass_rate(parts: Sequence[Pass]) -> float:
    """Bytes per second of one pass of all threads: from the first one's begin to the last one's end."""
    return sum(part.bytes for part in parts) / (max(p.ended for p in parts) - min(p.begun for p in parts))


# Reading ------------------------------------------------------------------------------------------------------------


class _Readers:
    """Threads that read their own buffers at the same time; numpy holds no lock while it reads."""

    def __init__(self, np: Any, planned: Plan) -> None:
        self._np, self._plan = np, planned
        self._stop = threading.Event()
        self._filled = [0] * planned.threads  # chunks, by thread
        self._barrier = threading.Barrier(planned.threads)
        self._passes: list[list[Pass]] = [[] for _ in range(planned.threads)]
        self._error: BaseException | None = None

    def run(self, progress: Progress, cancelled: Cancelled) -> list[list[Pass]] | None:
        """Every thread's passes; None when cancelled. Raises UserError when the memory was not to be had."""
        threads = [
            threading.Thread(target=self._work, args=(number,), name=f"measure {number}", daemon=True)
            for number in range(self._plan.threads)
        ]
        try:
            for thread in threads:
                thread.start()
            self._wait(threads, progress, cancelled)
        finally:
            # Also when a key was pressed: no thread may read on.
            self._end()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        if isinstance(self._error, MemoryError):
            raise UserError(N_("The memory to measure with was not to be had")) from self._error
        if self._error is not None:
            raise self._error
        return self._passes if all(len(one) == _PASSES for one in self._passes) else None

    def _wait(self, threads: Sequence[threading.Thread], progress: Progress, cancelled: Cancelled) -> None:
        while any(thread.is_alive() for thread in threads):
            if cancelled():
                self._end()
            filled = sum(self._filled) * _CHUNK / (self._plan.threads * self._plan.buffer_bytes)
            done = len(self._passes[0]) / _PASSES
            progress(_FILLED * filled + (_READ - _FILLED) * done)
            next((thread for thread in threads if thread.is_alive()), threads[0]).join(_POLL_S)

    def _end(self) -> None:
        self._stop.set()
        self._barrier.abort()

    def _work(self, number: int) -> None:
        try:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._read(number)
        except BaseException as error:  # raised again by run(), in the thread that waits for the answer
            self._error = error
            self._end()

    def _read(self, number: int) -> None:
        # Written by the thread that reads it: the pages then lie near its core, and an untouched page is no memory.
        chunks = []
        for _chunk in range(self._plan.buffer_bytes // _CHUNK):
            if self._stop.is_set():
                return
            chunks.append(self._np.full(_CHUNK // 4, number + 1, dtype=self._np.int32))
            self._filled[number] += 1
        # The largest number costs the least arithmetic: a sum measures the processor where the memory is fast.
        largest = self._np.maximum.reduce
        at = 0
        for _pass in range(_PASSES):
            self._barrier.wait()
            begun = now = time.perf_counter()
            read = 0
            while now - begun < _PASS_S:
                if self._stop.is_set():
                    return
                largest(chunks[at])
                read += _CHUNK
                at = (at + 1) % len(chunks)
                now = time.perf_counter()
            self._passes[number].append(Pass(begun, now, read))


# Multiplying --------------------------------------------------------------------------------------------------------


def _multiply(np: Any, progress: Progress, cancelled: Cancelled, free_bytes: int | None) -> float | None:
    dice = random.Random(1)

    def prepare(size: int) -> Callable[[], object]:
        # Random numbers: equal ones would need less power, and a processor would clock higher than it does. Python's
        # own: numpy's are a megabyte of the installer, for this alone.
        thrown = np.frombuffer(dice.randbytes(4 * size * size), dtype=np.uint32)
        factor = (thrown.astype(np.float32) / np.float32(1 << 32)).reshape(size, size)
        result = np.empty((size, size), dtype=np.float32)
        return lambda: np.matmul(factor, factor, out=result)

    room = _FREE_SHARE * free_bytes if free_bytes is not None else _LEAST
    sizes = [size for size in _SIZES if 3 * 4 * size * size <= room]
    return best_flops(prepare, sizes, lambda part: progress(_READ + (1 - _READ) * part), cancelled)


def best_flops(
    prepare: Callable[[int], Callable[[], object]],
    sizes: Sequence[int],
    progress: Progress,
    cancelled: Cancelled,
    clock: Callable[[], float] = time.perf_counter,
) -> float | None:
    """The best rate of products, 2 x size^3 operations each, in about a second; None when cancelled.

    `prepare(size)` gives the function that multiplies. Begins with the smallest of `sizes` and goes on to the next
    while products are short: larger ones use a processor better, and what the threads lose by waiting for each other,
    or for a core that another program holds, counts less.
    """
    begun, best, step, tries = clock(), 0.0, 0, 0
    product = prepare(sizes[0])
    fastest = math.inf  # at this size
    while not cancelled():
        product_begun = clock()
        product()
        ended = clock()
        tries += 1
        fastest = min(fastest, max(ended - product_begun, 1e-9))
        best = max(best, 2.0 * sizes[step] ** 3 / fastest)
        elapsed = ended - begun
        if elapsed >= _PRODUCTS_S:
            return best
        progress(min(1.0, elapsed / _PRODUCTS_S))
        if tries >= _TRIES and fastest <= _SHORT_S and step + 1 < len(sizes):
            step, tries, fastest = step + 1, 0, math.inf
            product = prepare(sizes[step])
    return None


def _held_back(np: Any) -> str | None:
    """Why a product would not run on all cores; None when it does."""
    cores = os.cpu_count() or 1
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(name, "")
        if text.isdecimal() and 0 < int(text) < cores:
            return FEW_THREADS
    limit = _most_threads(np)
    return MANY_CORES if limit is not None and limit < cores else None


def _most_threads(np: Any) -> int | None:
    """The most threads that numpy's matrix library was built for; None when it does not say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about an optional package for printing
        blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    found = re.search(r"MAX_THREADS=(\d+)", str(blas.get("openblas configuration", "")))
    return int(found[1]) if found else None


# This computer ------------------------------------------------------------------------------------------------------


def _cores(machine: Machine | None) -> int:
    """Physical cores that this process may use: a second thread of a core reads no more."""
    import psutil

    cores = (machine.cpu.cores if machine else None) or psutil.cpu_count(logical=False)
    allowed = [machine.cpu.threads if machine else None, os.cpu_count()]
    if hasattr(os, "sched_getaffinity"):
        allowed.append(len(os.sched_getaffinity(0)))
    return max(1, min(count for count in (cores, *allowed) if count))


def _load() -> float | None:
    """The share of the processor that programs use now, from 0 to 1; None when the system does not say."""
    import psutil

    try:
        return float(psutil.cpu_percent(interval=_LOOK_S)) / 100
    except (OSError, RuntimeError):
        return None
