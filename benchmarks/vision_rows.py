"""Tracked passes and steps of networks that are no decoders: the shared rows of vision and diffusion, and our own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from advisor.catalog.models import find_model
from advisor.catalog.networks import Network
from advisor.estimator.network_memory import memory, plan
from advisor.estimator.tensors import parameters
from advisor.estimator.training import allocator_peak
from advisor.workload import Workload, parse
from benchmarks.table import Miss
from benchmarks.training_rows import read

OWN = Path(__file__).resolve().parent / "data" / "network_steps.json"
_PRECISIONS = {"bf16": "bf16", "bf16-amp": "mixed", "fp32": "fp32"}
_OPTIMIZERS = {"sgdm": "sgd-momentum", "adamw": "adamw", None: "adamw"}


class Pass(NamedTuple):
    """One measured forward pass or training step; `peak` in bytes."""

    network: Network
    workload: Workload
    peak: float
    parameters: int
    trainable: int

    @property
    def name(self) -> str:
        """What was measured, for people."""
        w = self.workload
        kept = " checkpointed" if w.checkpointing and w.training else ""
        return f"{self.network.name} {w.task} {w.precision} batch {w.batch}{kept}"


def shared() -> Iterator[Pass]:
    """The rows of vision and diffusion beside the checkout."""
    for row in read("training_torch.json.gz")["rows"]:
        if "hidden" in row["arch"]:
            continue
        settings: dict[str, Any] = {"batch": row["batch"], "precision": _PRECISIONS[row["precision"]]}
        settings |= {"optimizer": _OPTIMIZERS[row["optimizer"]], "checkpointing": row["checkpointing"]}
        workload = parse({**settings, "task": row["method"]})
        network = cast(Network, find_model(row["model"]))
        yield Pass(network, workload, row["peak_mib"] * 2**20, row["params_exact"], row["trainable_params"])


def own() -> Iterator[Pass]:
    """The rows that we tracked ourselves."""
    document = json.loads(OWN.read_text(encoding="utf-8"))
    settings = [parse(values) for values in document["settings"]]
    for name, measured in document["networks"].items():
        network = cast(Network, find_model(name))
        for number, peak, trainable in measured["rows"]:
            yield Pass(network, settings[number], peak, measured["parameters"], trainable)


def peaks(found: Iterator[Pass]) -> Iterator[Miss]:
    """The peak of torch's allocator against the tracked one."""
    for one in found:
        yield Miss(allocator_peak(memory(one.network, one.workload)) / one.peak - 1, one.name)


def counts(found: Iterator[Pass]) -> Iterator[Miss]:
    """Parameters, and of training those trained, against torch's counts."""
    for one in found:
        yield Miss(parameters(one.network) / one.parameters - 1, one.name)
        if one.workload.training:
            yield Miss(plan(one.network, one.workload).trainable / one.trainable - 1, one.name)
