"""Speed against published measurements: decode error on GPUs and CPUs, and how many prompt speeds the range holds."""

from collections.abc import Iterable, Iterator, Sequence

from advisor.estimator.estimate import estimate, shares_on
from advisor.estimator.speed import decode_at, prefill_at
from benchmarks.speed_rows import PUBLISHED, Row, SplitRow, more_rows, rows, several_rows, split_rows
from benchmarks.table import NO_SHARED, Line, Miss, Skipped, line, ranged, skip

GPUS = ("cuda", "rocm", "metal", "vulkan", "sycl")
COVERAGE = 0.8
WIDEST = 2.5


def lines(skipped: Skipped) -> list[Line]:
    """Every line that can be measured here; `skipped` says what is in none of them."""
    if not PUBLISHED.is_file():
        skip(skipped, f"published speeds: {NO_SHARED}", 0)
        return []
    measured = [*rows(skipped), *more_rows()]
    prompts = {"inside": COVERAGE, "span": WIDEST}
    return [
        line("decode, llama.cpp on GPUs", decode_misses(measured, GPUS, ("llama.cpp",)), mean=0.15),
        *(line(f"    {name}", decode_misses(measured, (name,), ("llama.cpp",))) for name in GPUS),
        line("decode, llama.cpp on CPUs", decode_misses(measured, ("cpu",), ("llama.cpp",)), mean=0.20),
        line("decode, transformers on GPUs", decode_misses(measured, GPUS, ("transformers",))),
        line("decode, vLLM on GPUs", decode_misses(measured, GPUS, ("vllm",))),
        line("decode, llama.cpp, several GPUs", placed_misses(several_rows())),
        line("decode, llama.cpp on GPU and RAM", placed_misses(split_rows())),
        line("prefill, llama.cpp on GPUs", prefill_misses(measured, GPUS), **prompts),
        line("prefill, llama.cpp on CPUs", prefill_misses(measured, ("cpu",)), **prompts),
    ]


def decode_misses(measured: Iterable[Row], engines: Sequence[str], stacks: Sequence[str]) -> Iterator[Miss]:
    """Decode speed of the rows of some engines and stacks."""
    for row in measured:
        if row.decode is None or row.engine not in engines or row.workload.resolved_stack not in stacks:
            continue
        found = decode_at(row.model, row.workload, shares_on(row.device, row.model, row.workload), row.depth)
        if found is not None:
            yield ranged(found.mid, found.low, found.high, row.decode, _name(row))


def placed_misses(found: Iterable[SplitRow]) -> Iterator[Miss]:
    """Decode speed of models that the estimator places itself, all of the cards' memory counted as free."""
    for row in found:
        speed = estimate(row.machine, row.model, row.workload, "total").speed
        if speed is not None and speed.decode is not None:
            yield ranged(speed.decode.mid, speed.decode.low, speed.decode.high, row.decode, _name(row))


def prefill_misses(measured: Iterable[Row], engines: Sequence[str]) -> Iterator[Miss]:
    """llama.cpp's prompt speed."""
    for row in measured:
        if row.prefill is None or row.slow_library or row.engine not in engines:
            continue
        if row.workload.resolved_stack != "llama.cpp":
            continue
        shares = shares_on(row.device, row.model, row.workload)
        found = prefill_at(row.model, row.workload, shares, (row.prompt or 512) / 2 + row.before)
        if found is not None:
            yield ranged(found.mid, found.low, found.high, row.prefill, _name(row))


def _name(row: Row | SplitRow) -> str:
    return f"{row.model.name} {row.workload.quant} on {row.hardware}, {row.id}"
