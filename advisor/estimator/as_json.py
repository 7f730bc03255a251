"""An estimate as JSON, named as the contract names it: bytes, tokens per second, hours, kWh; unknown is null."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from advisor.estimator.result import Estimate, MemoryEstimate, Range
from advisor.estimator.weakest import weakest, weakest_text
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.words import sentence
from advisor.workload import Workload


def to_json(estimate: Estimate, translate: Translator, machine: Machine | None = None) -> dict[str, Any]:
    """The contract's object for `estimate`; only its sentences depend on the language.

    With the `machine` that it was made for, its weakest input is named too.
    """
    return {
        "model": _model(estimate),
        "workload": dict(_workload(estimate.workload)),
        "memory": _memory(estimate.memory),
        "placement": [
            {
                "device": place.device,
                "capacity_bytes": place.capacity,
                "available_bytes": place.available,
                "used_bytes": place.used,
                "used_low_bytes": place.low,
                "used_high_bytes": place.high,
                "layers": place.layers,
            }
            for place in estimate.placements
        ],
        "verdict": estimate.verdict,
        "reasons": [
            {"code": reason.code, "text": sentence(translate, reason.code, reason.values)}
            for reason in estimate.reasons
        ],
        "speed": _speed(estimate),
        "training": _training(estimate),
        "weakest_input": None if machine is None else _weakest(machine, estimate, translate),
    }


def _weakest(machine: Machine, estimate: Estimate, translate: Translator) -> dict[str, Any] | None:
    found = weakest(machine, estimate)
    if found is None:
        return None
    text = weakest_text(translate, machine, found)
    return {"input": found.input or None, "device": found.device or None, "band": found.band or None, "text": text}


def _model(estimate: Estimate) -> dict[str, Any]:
    model, bounds = estimate.model, estimate.model.parameter_bounds
    known: dict[str, Any] = {"id": model.id, "name": model.name, "parameters": estimate.parameters}
    if model.stored is not None:
        known["file"] = {"format": model.stored.format, "bytes": model.stored.bytes}
    if bounds is None or bounds[0] == bounds[1] > 0:
        return known
    if not bounds[1]:  # weights packed in a way that is not known
        return {**known, "parameters": None}
    return {**known, "parameters": None, "parameters_low": bounds[0], "parameters_high": bounds[1]}


@lru_cache(maxsize=64)
def _workload(workload: Workload) -> Mapping[str, Any]:
    settings = {field.name: getattr(workload, field.name) for field in fields(workload)}
    settings["stack"] = workload.resolved_stack
    return settings


def _memory(memory: MemoryEstimate | None) -> dict[str, Any] | None:
    if memory is None:
        return None
    resident = None
    if memory.resident_needed is not None or memory.resident_shown is not None:
        resident = {"needed_bytes": memory.resident_needed, "shown_bytes": memory.resident_shown}
    return {
        "components": [{"name": part.name, "bytes": part.bytes} for part in memory.components],
        "total_bytes": memory.total,
        "low_bytes": memory.low,
        "high_bytes": memory.high,
        "resident": resident,
        "band": memory.band or None,
    }


def _speed(estimate: Estimate) -> dict[str, Any] | None:
    speed = estimate.speed
    if speed is None:
        return None
    decode: dict[str, float | str | None] | None = None
    if speed.decode is not None:
        decode = {**speed.decode._asdict(), "ceiling": speed.ceiling, "band": speed.band}
    return {"decode_tokens_per_s": decode, "prefill_tokens_per_s": _range(speed.prefill), "device": speed.device}


def _training(estimate: Estimate) -> Mapping[str, Any] | None:
    time = estimate.training
    if time is None:
        return None
    return {
        "trainable_parameters": time.trainable_parameters,
        "tokens_per_s": _range(time.tokens_per_s),
        "hours": _range(time.hours),
        "energy_kwh": _range(time.energy_kwh),
        "band": time.band or None,
    }


def _range(value: Range | None) -> dict[str, float] | None:
    return None if value is None else {"low": value.low, "mid": value.mid, "high": value.high}
