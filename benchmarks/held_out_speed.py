"""How well speed holds for what nobody measured: constants fitted without a device, a family of models or a source are
scored on exactly the rows that were left out. `--fit` prints the constants that all rows together give.
"""

import dataclasses
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.speeds import Backend, speeds
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator.estimate import shares_on
from advisor.estimator.ground import Share
from advisor.estimator.speed import attention_flops, cache_part, decode_step, special_layers
from advisor.estimator.tensors import active_parameters
from advisor.estimator.training_time import Speed, Work, gpu_speed, micro_batch_s, work
from benchmarks.speed_rows import PUBLISHED, Row, more_rows, rows
from benchmarks.table import NO_SHARED
from benchmarks.training_rows import pretraining, runs

# Back ends of llama.cpp; the torch stacks were measured on one card, which nothing can be held out from.
KEYS = ("cuda", "cuda-6", "rocm", "metal", "metal-1", "vulkan", "vulkan-rdna4", "vulkan-intel", "sycl")
METAL = ("metal", "metal-1")
WAYS = ("device", "family", "source")
ERROR_FLOOR = 0.03  # smaller errors count like this one: nobody measures closer


class Knob(NamedTuple):
    """A constant that is fitted: where it acts, what is believed of it before any row (times or divided by
    e^`spread`), and its limits.
    """

    field: str
    keys: tuple[str, ...]
    prior: float
    spread: float
    low: float
    high: float


DECODE = (
    Knob("bandwidth_factor", tuple(key for key in KEYS if key != "vulkan-intel"), 0.93, 0.03, 0.8, 0.95),
    Knob("bandwidth_factor", ("vulkan-intel",), 0.6, 0.1, 0.3, 0.95),  # three rows say 0.3 to 0.6
    Knob("work", KEYS, 12, 1, 1, 60),
    Knob("special_layer", KEYS, 0.3, 0.8, 0.001, 4),
    Knob("kv_cost", tuple(key for key in KEYS if key not in METAL), 1.5, 0.4, 1, 6),
    Knob("kv_cost", METAL, 3, 0.4, 1, 4),  # the rows are from before flash attention, whose cost is nearer to 1
    *(Knob("work_packed", (key,), 4, 0.8, 0.3, 60) for key in KEYS),
    *(Knob("layer_s", (key,), 8e-5, 0.5, 5e-6, 5e-4) for key in KEYS),
)
CPU = (
    Knob("bandwidth_factor", ("cpu",), 0.6, 0.2, 0.3, 0.95),
    Knob("pair_layer_s", ("cpu",), 3e-8, 0.7, 1e-10, 1e-6),
    Knob("computing", ("cpu",), 1, 0.3, 0.3, 3),  # times the catalogue's weights per cycle
)
PREFILL = (
    Knob("attention_cost", KEYS, 2, 0.4, 1, 20),
    *(Knob("prefill_factor", (key,), 0.5, 0.7, 0.01, 5) for key in KEYS),
)

TRAINING = tuple(
    Knob(field, (key,), prior, spread, low, high)
    for key in ("cuda-8", "cuda-7")
    for field, prior, spread, low, high in (
        ("utilisation", 0.5, 0.4, 0.1, 0.9), ("traffic", 4, 0.8, 1, 60), ("layer_s", 4e-3, 0.8, 1e-5, 0.05),
    )
)  # fmt: skip

Values = Mapping[tuple[str, str], float]
"""What a set of constants says: (back end, field) -> value."""


class Point(NamedTuple):
    """One measured row, ready to be estimated again and again: seconds, and how to foresee them."""

    groups: Mapping[str, str]  # its device, family and source
    key: str  # the back end or class whose constants count
    measured: float
    law: Callable[[Values], float]
    limits: tuple[float, float] = (0, 0)  # the range of a speed, as factors of the estimate


def _groups(row: Row) -> dict[str, str]:
    return {"device": row.device.title, "family": row.model.family, "source": _site(row.source)}


def _site(source: str) -> str:
    """A repository or a site, without the page."""
    return "/".join(re.sub(r"^https?://(github\.com/)?", "", source).split(" ")[0].split("/")[:2])


def decode_points(found: Iterable[Row]) -> list[Point]:
    """Rows with a decode speed of llama.cpp on one GPU or on the processor."""
    points = []
    for row in found:
        if row.decode is None or row.workload.resolved_stack != "llama.cpp":
            continue
        share = shares_on(row.device, row.model, row.workload)[0]
        cache = share.kv_bytes * cache_part(row.model, row.workload, (share,), row.depth)
        backend = row.device.rates.backend
        law = _gpu_law(row, share, cache) if backend else _cpu_law(row, share, cache)
        points.append(Point(_groups(row), backend.key if backend else "cpu", 1 / row.decode, law))
    return points


def _gpu_law(row: Row, share: Share, cache: float) -> Callable[[Values], float]:
    rates = share.device.rates
    backend, bandwidth = rates.backend, rates.bandwidth
    assert backend is not None
    assert bandwidth is not None
    each = active_parameters(row.model) / share.weight_bytes
    special = special_layers(row.model) / row.model.layers

    def law(values: Values) -> float:
        changed = _changed(backend, values)
        told = rates._replace(backend=changed, effective=bandwidth * changed.bandwidth_factor)
        return _step(share._replace(device=share.device._replace(rates=told)), row.workload.quant, cache, each, special)

    return law


def _changed(backend: Backend, values: Values) -> Backend:
    fields: dict[str, Any] = {field: value for (key, field), value in values.items() if key == backend.key}
    return dataclasses.replace(backend, **fields)


def _step(share: Share, quant: str, cache: float, each: float, special: float = 0.0) -> float:
    step = decode_step(share, quant, cache, each, special=special)
    assert step is not None
    return max(step.seconds, step.floor)


def _cpu_law(row: Row, share: Share, cache: float) -> Callable[[Values], float]:
    rates, shipped = share.device.rates, speeds().cpu
    effective, flops = rates.effective, rates.flops
    assert effective is not None
    assert flops is not None
    each = active_parameters(row.model) / share.weight_bytes

    def law(values: Values) -> float:
        told = rates._replace(
            effective=effective * values["cpu", "bandwidth_factor"] / shipped.bandwidth_factor,
            layer_s=rates.layer_s * values["cpu", "pair_layer_s"] / shipped.pair_layer_s,
            flops=flops * values["cpu", "computing"],
        )
        return _step(share._replace(device=share.device._replace(rates=told)), row.workload.quant, cache, each)

    return law


def prefill_points(found: Iterable[Row]) -> list[Point]:
    """Rows with a prompt speed of llama.cpp on one GPU."""
    points = []
    for row in found:
        backend = row.device.rates.backend
        if row.prefill is None or row.slow_library or backend is None or row.workload.resolved_stack != "llama.cpp":
            continue
        if row.device.rates.matrix_flops:
            points.append(
                Point(_groups(row), backend.key, 1 / row.prefill, _prompt_law(row, backend), _limits(backend))
            )
    return points


def _limits(backend: Backend) -> tuple[float, float]:
    found = band(backend.prefill_band)
    return found.low, found.high


def _prompt_law(row: Row, backend: Backend) -> Callable[[Values], float]:
    products = 2.0 * active_parameters(row.model)
    attention = attention_flops(row.model, (row.prompt or 512) / 2 + row.before)
    rate = row.device.rates.matrix_flops
    assert rate is not None
    peak = rate / backend.prefill_factor

    def law(values: Values) -> float:
        cost = values[backend.key, "attention_cost"]
        return (products + attention * cost) / (values[backend.key, "prefill_factor"] * peak)

    return law


def training_points() -> list[Point]:
    """Published fine-tuning and pre-training runs on cards with matrix units: seconds per micro-batch."""
    points = []
    for run in [*runs({}), *pretraining({})]:
        rate = run.row.get("tokens_per_s_per_gpu") or run.row["tokens_per_s"]
        speed = gpu_speed(run.gpu, run.workload) if rate and run.gpu else None
        if speed is None:
            continue
        card = run.row["hardware"].split(",")[0].removesuffix(" x2").replace("_", "-")
        groups = {"device": card, "family": run.model.family, "source": _site(run.row["source"])}
        tokens = run.workload.batch * run.workload.seq
        law = _training_law(work(run.model, run.workload), speed)
        times = band(speed.kind.band)
        points.append(Point(groups, speed.kind.key, tokens / rate, law, (1 / times.high, 1 / times.low)))
    return points


def _training_law(done: Work, speed: Speed) -> Callable[[Values], float]:
    def law(values: Values) -> float:
        fields: dict[str, Any] = {field: value for (key, field), value in values.items() if key == speed.kind.key}
        return micro_batch_s(done, speed._replace(kind=speed.kind._replace(**fields)))

    return law


# Fitting ------------------------------------------------------------------------------------------------------------


def fitted(points: Sequence[Point], knobs: Sequence[Knob]) -> Values:
    """The constants that leave the smallest mean error: the nearest to their priors among those that do as well.

    Reweighted least squares in the logarithms, each step damped until it helps (Levenberg and Marquardt).
    """
    import numpy as np

    fit = _Fit.of(points, knobs)
    at, damping = fit.prior.copy(), 0.01
    missed = fit.misses(at)
    now = fit.cost(at, missed)
    for _ in range(25):
        bend, down = fit.downhill(at, missed)
        for _ in range(8):
            step = np.linalg.solve(bend + damping * np.diag(np.diag(bend)), down)
            tried = np.clip(at - step, *fit.limits)
            missed_there = fit.misses(tried)
            there = fit.cost(tried, missed_there)
            if there < now:
                break
            damping *= 4
        if there >= now * 0.9999:
            break
        at, missed, now, damping = tried, missed_there, there, damping / 5
    return _values(knobs, np.exp(at))


class _Fit(NamedTuple):
    """Rows and constants to fit, as arrays: everything of a constant is of its logarithm."""

    points: Sequence[Point]
    knobs: Sequence[Knob]
    weight: Any  # of each row
    prior: Any
    strength: Any  # of each prior
    limits: Any
    measured: Any

    @classmethod
    def of(cls, points: Sequence[Point], knobs: Sequence[Knob]) -> "_Fit":
        """A device of one source counts as the root of its rows, so that one much-measured card does not rule."""
        import numpy as np

        cards = [(point.groups["device"], point.groups["source"]) for point in points]
        count = Counter(cards)
        weight = np.array([count[card] ** -0.5 for card in cards])
        return cls(
            points, knobs, weight * 8 / weight.mean(), np.log([knob.prior for knob in knobs]),
            np.array([knob.spread**-2 for knob in knobs]),
            (np.log([knob.low for knob in knobs]), np.log([knob.high for knob in knobs])),
            np.log([point.measured for point in points]),
        )  # fmt: skip

    def misses(self, at: Any) -> Any:
        """Logarithm of estimate / measurement of each row."""
        import numpy as np

        values = _values(self.knobs, np.exp(at))
        return np.log([point.law(values) for point in self.points]) - self.measured

    def cost(self, at: Any, missed: Any) -> float:
        """Weighted errors of the speeds, and how far the constants lie from their priors."""
        import numpy as np

        errors = (self.weight * np.abs(np.expm1(-missed))).sum()
        return float(errors + (self.strength * (at - self.prior) ** 2).sum() / 2)

    def downhill(self, at: Any, missed: Any) -> tuple[Any, Any]:
        """Curvature and slope of the cost at these constants."""
        import numpy as np

        slopes = np.zeros((len(self.points), len(self.knobs)))
        for column, knob in enumerate(self.knobs):
            values = _values(self.knobs, np.exp(at + 1e-4 * (np.arange(len(self.knobs)) == column)))
            for place in (place for place, point in enumerate(self.points) if point.key in knob.keys):
                there = np.log(self.points[place].law(values)) - self.measured[place]
                slopes[place, column] = (there - missed[place]) / 1e-4
        pull = self.weight * np.exp(-missed) / np.maximum(np.abs(np.expm1(-missed)), ERROR_FLOOR)
        bend = (slopes * pull[:, None]).T @ slopes + np.diag(self.strength)
        return bend, (slopes * pull[:, None]).T @ missed + self.strength * (at - self.prior)


def _values(knobs: Sequence[Knob], at: Iterable[float]) -> Values:
    return {(key, knob.field): float(value) for knob, value in zip(knobs, at, strict=True) for key in knob.keys}


def shipped(knobs: Sequence[Knob]) -> Values:
    """What the catalogue says now."""
    found: dict[tuple[str, str], float] = {}
    for knob in knobs:
        for key in knob.keys:
            device = speeds().cpu if key == "cpu" else speeds().backends.get(key)
            owner = device or training_speeds().classes[key]
            found[key, knob.field] = getattr(owner, knob.field, 1.0)
    return found


def held_out(points: Sequence[Point], knobs: Sequence[Knob], way: str) -> list[float]:
    """Estimate / measurement of every row, by constants fitted without its device, family or source."""
    group = [point.groups[way] for point in points]
    ratios = [0.0] * len(points)
    for name in sorted(set(group)):
        values = fitted([point for point, other in zip(points, group, strict=True) if other != name], knobs)
        for place, point in enumerate(points):
            if group[place] == name:
                ratios[place] = point.measured / point.law(values)
    return ratios


def _mean(ratios: Sequence[float]) -> str:
    return f"{statistics.fmean(abs(ratio - 1) for ratio in ratios):7.1%}" if ratios else "       "


def _inside(points: Sequence[Point], ratios: Sequence[float]) -> list[float]:
    """1 where the range around the estimated speed holds the measured one, else 0."""
    return [float(point.limits[0] <= 1 / ratio <= point.limits[1]) for point, ratio in zip(points, ratios, strict=True)]


def _share(held: Sequence[float]) -> str:
    return f"{statistics.fmean(held):7.1%}"


def _print(name: str, points: Sequence[Point], columns: Sequence[Sequence[float]], show: Callable[..., str]) -> None:
    for key in sorted({point.key for point in points}):
        mine = [place for place, point in enumerate(points) if point.key == key]
        cells = "  ".join(show([column[place] for place in mine]) for column in columns)
        print(f"    {key:28} {len(mine):5}  {cells}")
    print(f"{name:32} {len(points):5}  " + "  ".join(show(column) for column in columns))


def main() -> int:
    """Print the table."""
    if not PUBLISHED.is_file():
        print(NO_SHARED)
        return 0
    found = [*rows(), *more_rows()]
    gpus: list[Point] = []
    cpus: list[Point] = []
    for point in decode_points(found):
        (cpus if point.key == "cpu" else gpus).append(point)
    prompts = prefill_points(found)
    trained = training_points()
    if "--fit" in sys.argv:
        for points, knobs in ((gpus, DECODE), (cpus, CPU), (prompts, PREFILL), (trained, TRAINING)):
            print(json.dumps({" ".join(name): float(f"{value:.3g}") for name, value in fitted(points, knobs).items()}))
        return 0
    print(f"{'mean error':32} {'rows':>5}  shipped   device   family   source")
    for name, points, knobs in (("decode, GPUs", gpus, DECODE), ("decode, processors", cpus, CPU)):
        _print(name, points, _columns(points, knobs), _mean)
    print("share inside the range")
    for name, points, knobs in (("prompt, GPUs", prompts, PREFILL), ("training, GPUs", trained, TRAINING)):
        _print(name, points, [_inside(points, ratios) for ratios in _columns(points, knobs)], _share)
    return 0


def _columns(points: Sequence[Point], knobs: Sequence[Knob]) -> list[list[float]]:
    now = shipped(knobs)
    return [[p.measured / p.law(now) for p in points], *(held_out(points, knobs, way) for way in WAYS)]


if __name__ == "__main__":
    sys.exit(main())
