"""What lies in memory all through training: weights, optimizer states, and what the optimizer's step needs."""

from functools import lru_cache

from advisor.catalog.model import Model
from advisor.estimator.blocks import Mode
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.tensors import language_parameters, linears, tensors
from advisor.workload import Workload


def mode(workload: Workload) -> Mode:
    """How the numbers are kept: parameters, hidden states, products (bytes each)."""
    full, mixed = workload.task == "full", workload.precision == "mixed"
    fp32 = workload.precision == "fp32"
    quantized = workload.task == "qlora"
    # peft's preparation leaves no 16-bit parameter, so hidden states flow in fp32 and autocast makes the products.
    prepared = quantized and workload.kbit_prepare
    wide = fp32 or (mixed and full)
    return Mode(
        weight=4 if wide else 2,
        residual=4 if wide or prepared else 2,
        compute=4 if fp32 else 2,
        autocast=mixed or (prepared and not fp32),
        full=full,
        quantized=quantized,
        norms_fp32=prepared,
        targets=workload.targets,
        rank=not full,
    )


# A 4-bit number, one byte of scale per 64 of them, and four bytes per 256 scales: bitsandbytes' NF4 with double
# quantisation, as transformers' BitsAndBytesConfig and every QLoRA recipe set it (Dettmers et al. 2023).
NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)


@lru_cache(maxsize=4096)
def linear_elements(model: Model, experts: bool = False) -> int:
    """Parameters in the linear layers, the output matrix aside; `experts` counts theirs too."""
    return sum(
        t.elements
        for t in tensors(model, "torch")
        if (t.module and t.role != "output") or (experts and t.experts > 1 and ".bias" not in t.role)
    )


def weight_bytes(model: Model, workload: Workload) -> int:
    """The base model's weights as they lie in memory."""
    numbers = mode(workload)
    count = language_parameters(model)
    if not numbers.quantized:
        return count * numbers.weight
    # Experts count as linear layers, as they were until transformers 4 and are in Unsloth: the published runs are so.
    # transformers 5 fuses them into parameters that bitsandbytes leaves in 16 bits.
    packed = linear_elements(model, experts=True)
    return int(packed * NF4_BYTES) + (count - packed) * (4 if numbers.norms_fp32 else numbers.weight)


def optimizer_bytes(model: Model, workload: Workload, trainable: int) -> int:
    """The optimizer's states between steps; torch keeps them in the parameters' own type."""
    width = mode(workload).weight if workload.task == "full" else 4
    states = {"adamw": 2 * width, "adamw-foreach": 2 * width, "sgd": 0, "sgd-momentum": width}
    if workload.optimizer in states:
        return trainable * states[workload.optimizer]
    if workload.optimizer == "adafactor":
        return _adafactor_bytes(model, workload)
    # bitsandbytes: two bytes and two fp32 scales per 256 numbers. Paged states lie in managed memory, outside of
    # torch's allocator, and move to the card for the step as far as it has room.
    return int(trainable * (2 + 8 / 256)) if workload.optimizer == "adamw8bit" else 0


def _adafactor_bytes(model: Model, workload: Workload) -> int:
    """One fp32 number per row and per column of every matrix (Shazeer and Stern 2018), all of a vector."""
    if workload.task != "full":
        return 4 * (trainable_parameters(model, workload) // workload.rank + workload.rank * 2 * len(linears(model)))
    return 4 * sum(
        t.elements if t.rows == 1 else (t.width * t.experts + t.rows) * t.copies for t in tensors(model, "torch")
    )


def step_bytes(model: Model, workload: Workload, gradients: int) -> int:
    """What the optimizer's step needs beside gradients and states."""
    if workload.optimizer == "adamw-foreach":
        return gradients  # one temporary list as large as all gradients
    if workload.optimizer == "adafactor":
        largest = max(t.width * t.rows for t in tensors(model, "torch"))
        if workload.task != "full":
            return 16 * workload.rank * max(max(t.width, t.rows) for t in linears(model))
        return 16 * largest  # four fp32 temporaries of the largest parameter
    return 0
