"""What the user asks for: task, stack, quantisation, context, LoRA, optimizer. Owns names, defaults and bounds."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Literal, get_args

from advisor.errors import UserError
from advisor.i18n import N_

Task = Literal["inference", "lora", "qlora", "full"]
Method = Literal["run", "run-q8", "run-f16", "qlora", "lora", "full"]
TASKS: tuple[Task, ...] = get_args(Task)
METHODS: tuple[Method, ...] = get_args(Method)  # the columns of the matrix

# "auto" is resolved by `stack_of`: llama.cpp for inference, transformers for training.
STACKS = {"inference": ("llama.cpp", "transformers", "vllm"), "training": ("transformers", "fused-loss")}
LLAMA_CPP_QUANTS = (
    "Q4_K_M", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_1", "Q4_K_S", "Q5_0", "Q5_1",
    "Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0", "F16", "BF16",
)  # fmt: skip
QUANTS = (*LLAMA_CPP_QUANTS, "INT8", "NF4", "AWQ-4bit", "GPTQ-4bit", "FP8")
TORCH_QUANTS = ("BF16", "F16", "INT8", "NF4", "AWQ-4bit", "GPTQ-4bit", "FP8")  # what transformers and vllm load


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Every setting, as the contract names it. Tokens for context, ubatch and seq; counts for the rest.

    What follows from the settings is worked out once: every estimate asks for it, and uses the workload as a key.
    """

    task: Task = "inference"
    stack: str = "auto"
    quant: str = "Q4_K_M"
    context: int = 4096
    parallel: int = 1
    ubatch: int = 512
    output_rows: Literal["few", "all"] = "few"
    kv_type: Literal["f16", "q8_0", "q4_0"] = "f16"
    flash_attention: bool = True
    kv_unified: bool = False
    swa_full: bool = False
    precision: Literal["bf16", "mixed", "fp32"] = "bf16"
    kbit_prepare: bool = True
    optimizer: str = "adamw"
    batch: int = 1
    grad_accum: int = 1
    seq: int = 1024
    checkpointing: bool = True
    keep_logits: bool = False  # a loop that holds the model's outputs until the step is done; Trainer drops them
    attention: Literal["sdpa", "flash", "efficient", "math", "eager"] = "sdpa"
    rank: int = 16
    targets: Literal["all-linear", "attention", "q,v"] = "all-linear"
    dataset_tokens: int = 1_000_000
    epochs: int = 1

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, name) for name in SETTINGS))

    @cached_property
    def training(self) -> bool:
        """Whether the task trains something."""
        return self.task != "inference"

    @cached_property
    def resolved_stack(self) -> str:
        """The stack, "auto" resolved to the task's first."""
        if self.stack != "auto":
            return self.stack
        return STACKS["training" if self.training else "inference"][0]

    @cached_property
    def sequence_context(self) -> int:
        """Tokens that one sequence may fill. In llama.cpp's unified cache that is all of it (llama-context.cpp,
        n_ctx_seq); otherwise the sequences divide the context.
        """
        shared = self.kv_unified and self.resolved_stack == "llama.cpp"
        return self.context if shared else self.context // self.parallel


CHOICES: Mapping[str, tuple[str, ...]] = {
    "task": TASKS,
    "stack": ("auto", "llama.cpp", "transformers", "vllm", "fused-loss"),
    "quant": QUANTS,
    "output_rows": ("few", "all"),
    "kv_type": ("f16", "q8_0", "q4_0"),
    "precision": ("bf16", "mixed", "fp32"),
    "optimizer": ("adamw", "adamw-foreach", "adamw8bit", "paged_adamw8bit", "sgd", "sgd-momentum", "adafactor"),
    "attention": ("sdpa", "flash", "efficient", "math", "eager"),
    "targets": ("all-linear", "attention", "q,v"),
}
# Smallest and largest sensible value of each number; the largest keep arithmetic and screens sane.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "context": (1, 16_777_216),
    "parallel": (1, 1024),
    "ubatch": (1, 65_536),
    "batch": (1, 4096),
    "grad_accum": (1, 4096),
    "seq": (1, 4_194_304),
    "rank": (1, 4096),
    "dataset_tokens": (1, 10**15),
    "epochs": (1, 1000),
}
SWITCHES = ("flash_attention", "kv_unified", "swa_full", "kbit_prepare", "checkpointing", "keep_logits")
SETTINGS: tuple[str, ...] = tuple(f.name for f in fields(Workload))


def quants_of(stack: str) -> tuple[str, ...]:
    """The quantisations that an inference stack loads, its usual one first."""
    return LLAMA_CPP_QUANTS if stack == "llama.cpp" else TORCH_QUANTS


def option(key: str) -> str:
    """The command-line option of a setting: `kv_type` -> `--kv-type`."""
    return "--" + key.replace("_", "-")


def parse(values: Mapping[str, object], base: Workload | None = None, name: Callable[[str], str] = option) -> Workload:
    """A workload from settings by name; text and JSON values are both taken.

    `base` gives what `values` leaves out; `name` says how an error calls a setting. Raises UserError on an unknown
    setting, a value outside its choices or bounds, or settings that contradict each other.
    """
    settings = {key: _value(key, value, name) for key, value in values.items()}
    workload = replace(base or Workload(), **settings)  # type: ignore[arg-type]
    if "stack" in settings and "quant" not in settings and not workload.training:
        # A stack chosen alone brings the first format that it knows.
        known = quants_of(workload.resolved_stack)
        workload = workload if workload.quant in known else replace(workload, quant=known[0])
    _check(workload, name)
    return workload


def wishes(values: Mapping[str, object]) -> Workload:
    """A workload from whatever is possible in `values`, each by itself: unknown settings and wrong values are left
    out; that two exclude each other is for `advisor.conflicts.settle` to say.
    """
    found = {}
    for key, value in values.items():
        with contextlib.suppress(UserError):
            found[key] = _value(key, value, option)
    return replace(Workload(), **found)  # type: ignore[arg-type]


def _value(key: str, value: object, name: Callable[[str], str]) -> object:
    if key in CHOICES:
        return _choice(key, value, name)
    if key in BOUNDS:
        return _number(key, value, name)
    if key in SWITCHES:
        return _switch(key, value, name)
    raise UserError(N_("{option}: unknown setting; settings are {known}"), option=name(key), known=", ".join(SETTINGS))


def _choice(key: str, value: object, name: Callable[[str], str]) -> str:
    for choice in CHOICES[key]:
        if isinstance(value, str) and choice.lower() == value.strip().lower():
            return choice
    raise UserError(
        N_("{option}: {value} is not one of {choices}"),
        option=name(key), value=repr(value), choices=", ".join(CHOICES[key]),
    )  # fmt: skip


def _number(key: str, value: object, name: Callable[[str], str]) -> int:
    low, high = BOUNDS[key]
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, str) and value.strip().isdecimal() and len(value) <= 20:
        number = int(value)
    if number is None or not low <= number <= high:
        raise UserError(
            N_("{option}: {value} is not a whole number from {low} to {high}"),
            option=name(key), value=repr(value), low=low, high=high,
        )  # fmt: skip
    return number


def _switch(key: str, value: object, name: Callable[[str], str]) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "on", "off", "yes", "no", "1", "0"):
        return value.strip().lower() in ("true", "on", "yes", "1")
    raise UserError(N_("{option}: {value} is not true or false"), option=name(key), value=repr(value))


def _check(w: Workload, name: Callable[[str], str]) -> None:
    kind = "training" if w.training else "inference"
    if w.stack != "auto" and w.stack not in STACKS[kind]:
        raise UserError(
            N_("{option}: {value} cannot be used for {task}; stacks are {choices}"),
            option=name("stack"), value=w.stack, task=w.task, choices=", ".join(STACKS[kind]),
        )  # fmt: skip
    if not w.training:
        known = quants_of(w.resolved_stack)
        if w.quant not in known:
            raise UserError(
                N_("{option}: {stack} has no {value}; it has {choices}"),
                option=name("quant"), stack=w.resolved_stack, value=w.quant, choices=", ".join(known),
            )  # fmt: skip
        if w.resolved_stack == "llama.cpp" and w.kv_type != "f16" and not w.flash_attention:
            raise UserError(
                N_("{option}: a quantised V cache needs flash attention in llama.cpp"), option=name("kv_type")
            )


_METHOD_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "run": {"task": "inference"},
    "run-q8": {"task": "inference", "quant": "Q8_0"},
    "run-f16": {"task": "inference", "quant": "F16"},
    "qlora": {"task": "qlora"},
    "lora": {"task": "lora"},
    "full": {"task": "full"},
}
# What the 8-bit and 16-bit columns mean for the stacks that load torch weights.
_TORCH_METHOD_QUANT = {"run-q8": "INT8", "run-f16": "BF16"}


@lru_cache(maxsize=256)
def for_method(base: Workload, method: Method) -> Workload:
    """`base` as one column of the matrix asks for it; its stack is kept where the column's task knows it."""
    settings = dict(_METHOD_SETTINGS[method])
    training = settings["task"] != "inference"
    stack = base.stack if base.stack in STACKS["training" if training else "inference"] else "auto"
    if not training:
        torch = stack in ("transformers", "vllm")
        if torch and method in _TORCH_METHOD_QUANT:
            settings["quant"] = _TORCH_METHOD_QUANT[method]
        quant = settings.get("quant", base.quant)
        known = TORCH_QUANTS if torch else LLAMA_CPP_QUANTS
        settings["quant"] = quant if quant in known else known[0]
    return replace(base, stack=stack, **settings)  # type: ignore[arg-type]
