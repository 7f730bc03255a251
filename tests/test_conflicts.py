"""Settings that exclude each other: what gives way, what is kept as the wish, and the reasons in words."""

from dataclasses import replace

from advisor.conflicts import barred, brought, idle, settle
from advisor.workload import LLAMA_CPP_QUANTS, Workload, parse


def test_a_consistent_workload_stays_as_it_is() -> None:
    """Every usual combination is settled already."""
    for asked in (Workload(), Workload(stack="vllm", quant="NF4"), Workload(kv_type="q8_0")):
        assert settle(asked) == (asked, ())


def test_what_gives_way_is_told_with_its_reason() -> None:
    """vLLM with a GGUF quantisation, and a quantised cache without flash attention: settled, and both said."""
    workload, clashes = settle(Workload(stack="vllm", quant="Q4_K_M"))
    assert workload.quant == "BF16"
    assert [(clash.key, clash.asked, clash.used) for clash in clashes] == [("quant", "Q4_K_M", "BF16")]
    assert clashes[0].because.text.format(**clashes[0].because.values).startswith("vllm does not load Q4_K_M")
    workload, clashes = settle(Workload(kv_type="q4_0", flash_attention=False))
    assert workload.kv_type == "f16"
    assert [clash.key for clash in clashes] == ["kv_type"]


def test_settled_workloads_are_what_the_command_line_takes() -> None:
    """Whatever was asked for, the settled workload passes the command line's own check."""
    for stack in ("auto", "llama.cpp", "transformers", "vllm", "fused-loss"):
        for quant in (*LLAMA_CPP_QUANTS, "NF4", "FP8"):
            for kind in ("f16", "q8_0", "q4_0"):
                for flash in (True, False):
                    asked = parse({"kv_type": kind}, Workload(flash_attention=True))
                    settled, _clashes = settle(replace(asked, stack=stack, quant=quant, flash_attention=flash))
                    run = replace(settled, stack="auto" if stack == "fused-loss" else stack)
                    assert parse({"context": 2048}, run).quant == settled.quant


def test_options_and_settings_are_ruled_out_with_a_reason() -> None:
    """A quantised cache and flash attention guard each other; a runtime without a setting says so."""
    plain = Workload(flash_attention=False)
    assert barred("kv_type", "q8_0", plain) is not None
    assert barred("kv_type", "f16", plain) is None
    assert barred("kv_type", "q8_0", Workload(stack="vllm", quant="BF16", flash_attention=False)) is None
    assert idle("flash_attention", Workload(kv_type="q8_0")) is not None
    assert idle("flash_attention", Workload()) is None
    assert idle("kv_unified", Workload()) is not None
    assert idle("kv_unified", Workload(parallel=2)) is None
    vllm = idle("ubatch", Workload(stack="vllm", quant="BF16"))
    assert vllm is not None
    assert "vllm" in vllm.text.format(**vllm.values)
    assert idle("ubatch", Workload(task="lora")) is None


def test_a_runtime_tells_beforehand_what_it_brings() -> None:
    """Choosing vLLM beside Q4_K_M brings BF16; choosing llama.cpp brings nothing."""
    assert [(clash.key, clash.used) for clash in brought("stack", "vllm", Workload())] == [("quant", "BF16")]
    assert brought("stack", "llama.cpp", Workload()) == ()
    assert brought("stack", "transformers", Workload(stack="vllm")) == ()
