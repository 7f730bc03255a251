"""The weakest input of an estimate: a fact nobody stated, else the widest measured band."""

from dataclasses import replace
from typing import Literal

import pytest

from advisor.catalog.bands import band
from advisor.catalog.complete import complete
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.estimator.as_json import to_json
from advisor.estimator.estimate import estimate
from advisor.estimator.weakest import Weakest, weakest, weakest_text
from advisor.i18n import translator
from advisor.machine import Cpu, Machine, Memory, MemoryModule, Origin
from advisor.workload import Task, Workload

MODEL = find_model("qwen3-8b")
EN = translator("en")
RUN = Workload()
GIB = 1 << 30
SAID = Origin("reported", "SMBIOS")


def of(machine: Machine, workload: Workload = RUN, model: str = "qwen3-8b") -> Weakest:
    """The weakest input of an estimate that exists."""
    found = weakest(machine, estimate(machine, find_model(model), workload))
    assert found is not None
    return found


def computer(modules: int, **memory: object) -> Machine:
    """A desktop of 2020 with so many equal modules of 16 GiB."""
    facts = {"size_bytes": 16 * GIB, "kind": "DDR4", "speed_mts": 3200}
    one = MemoryModule(**facts, origins=dict.fromkeys(facts, SAID))  # type: ignore[arg-type]
    known = {"total_bytes": 16 * GIB * modules, "available_bytes": 14 * GIB * modules, **memory}
    ram = Memory(**known, modules=(one,) * modules, origins=dict.fromkeys(known, SAID))  # type: ignore[arg-type]
    cpu = Cpu(name="AMD Ryzen 9 5950X", sockets=1, origins={"name": SAID, "sockets": SAID})
    return complete(Machine(cpu=cpu, memory=ram))


@pytest.mark.parametrize(("task", "band_key"), [("inference", "decode_gpu"), ("qlora", "training_time")])
def test_with_every_fact_known_the_widest_band_is_named(task: Task, band_key: str) -> None:
    """A card of the catalogue: speed is the least certain figure, not memory."""
    found = of(assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64), Workload(task=task))
    assert found == Weakest("", "", None, band_key)


def test_modules_that_nobody_read_make_the_bandwidth_a_bound() -> None:
    """Two channels or one: the most that the processor drives may be twice the truth."""
    found = of(assemble(None, gpu=None, cpu="Ryzen 9 5950X", ram_gib=64))
    assert (found.input, found.device) == ("memory.bandwidth_bytes_per_s", "ram")
    assert found.origin is not None
    assert "upper bound" in found.origin.detail


def test_channels_that_were_assumed_are_named_and_one_module_leaves_nothing_to_assume() -> None:
    """Two modules may sit in one channel; one cannot sit in two."""
    assert of(computer(2)).input == "memory.channels"
    assert of(computer(1)) == Weakest("", "", None, "decode_cpu")


def test_assumed_free_memory_matters_where_it_decides() -> None:
    """11 GiB of the 12 that are taken to be free, and 1 GiB of them."""
    near = computer(1)
    origins = {name: at for name, at in near.memory.origins.items() if name != "available_bytes"}
    near = replace(near, memory=replace(near.memory, available_bytes=None, origins=origins))
    assert of(near, Workload(quant="Q8_0", context=16384)).input == "memory.available_bytes"
    assert of(near, Workload(quant="F16"), "qwen3-0.6b").input == ""


def test_free_memory_does_not_matter_where_the_gpu_may_not_take_it() -> None:
    """Metal hands out 16 of 24 GiB: how much of the rest is free decides nothing for a model of 15.7."""
    apple = assemble(None, gpu="Apple M2", cpu=None, ram_gib=24)
    assert of(apple, Workload(quant="F16"), "llama-3.1-8b").input == ""
    small = replace(apple, memory=replace(apple.memory, total_bytes=18 * GIB))
    assert of(small, Workload(quant="Q8_0", context=16384), "llama-3.1-8b").input == ""


def test_a_missing_fact_comes_before_an_assumed_one() -> None:
    """Channels assumed, clock unknown: the clock is named."""
    machine = computer(2)
    machine = replace(machine, cpu=replace(machine.cpu, max_mhz=None, origins={"name": SAID}))
    assert of(machine).input == "cpu.max_mhz"


def test_ram_that_holds_experts_alone_counts() -> None:
    """No whole layer lies in RAM, yet the token waits for it: its channels are assumed, the card's facts known."""
    machine = assemble(None, gpu="RTX 3060 12 GB", cpu="Ryzen 9 5950X", ram_gib=64)
    found = of(machine, model="qwen3-30b-a3b")
    assert (found.input, found.device) == ("memory.bandwidth_bytes_per_s", "ram")


def test_what_does_not_run_rests_on_no_speed() -> None:
    """70B in 16 GiB: its bandwidth is a bound, but no speed is stated that could be wrong."""
    small = assemble(None, gpu=None, cpu="Ryzen 9 5950X", ram_gib=16)
    assert of(small, model="llama-3.3-70b") == Weakest("", "", None, "llama_cpp_total")


def test_ram_of_unknown_size_is_the_fact_that_is_missing() -> None:
    """The verdict is unknown for want of it, whatever else is not known."""
    found = of(Machine())
    assert (found.input, found.device) == ("memory.total_bytes", "ram")
    assert weakest_text(EN, Machine(), found).startswith("the size of the RAM: ")


@pytest.mark.parametrize(("card", "precision"), [("Tesla P40", "bf16"), ("RTX 4090", "fp32")])
def test_a_rate_that_is_not_used_is_no_input(card: str, precision: Literal["bf16", "fp32"]) -> None:
    """A card without matrix units trains at its FP32 rate, and so does every card in FP32."""
    machine = assemble(None, gpu=card, cpu="Ryzen 9 5950X", ram_gib=32)
    machine = replace(machine, gpus=tuple(replace(one, fp16_flops=None) for one in machine.gpus))
    assert of(machine, Workload(task="lora", precision=precision), "qwen3-0.6b").input == ""


def test_json_says_it_as_a_sentence() -> None:
    """The contract's answer carries the input, its device and the words."""
    machine = computer(2)
    said = to_json(estimate(machine, MODEL, Workload()), EN, machine)["weakest_input"]
    assert (said["input"], said["device"], said["band"]) == ("memory.channels", "ram", None)
    assert said["text"].startswith("the number of memory channels: assumed")
    found = Weakest("", "", None, "decode_gpu")
    assert weakest_text(EN, machine, found) == band("decode_gpu").text


def test_where_nothing_is_estimated_nothing_is_weakest() -> None:
    """An architecture that llama.cpp does not know."""
    machine = computer(1)
    model = replace(MODEL, style=replace(MODEL.style, gguf=None))
    assert weakest(machine, estimate(machine, model, Workload())) is None
