"""Which engines can use a GPU: the rules applied to cards that users have."""

import json
from pathlib import Path

import pytest

from advisor.catalog.gpus import find_gpu, gpus
from advisor.catalog.runtimes import (
    ENGINES,
    REASONS,
    SYSTEMS,
    Subject,
    builds,
    driver_version,
    judge,
    load_rules,
    remarks,
    rules,
)
from advisor.errors import UserError


def subject(name: str, driver: str | None = None) -> Subject:
    spec = find_gpu(name)
    return Subject(
        vendor=spec.vendor,
        kind=spec.kind,
        architecture=spec.architecture,
        compute_capability=spec.compute_capability,
        driver=driver,
        vulkan=spec.vulkan,
        rocm=spec.rocm,
        fp32_flops=spec.fp32_flops,
    )


@pytest.mark.parametrize(
    ("name", "system", "engines", "usable"),
    [
        ("GeForce RTX 4090", "windows", ("cuda", "vulkan"), True),
        ("GeForce GTX 1060 6 GB", "linux", ("cuda", "vulkan"), True),
        ("GeForce GTX 750 Ti", "windows", ("cuda", "vulkan"), True),
        ("GeForce GT 710", "windows", ("vulkan",), False),
        ("GeForce 610M", "windows", (), False),
        ("GeForce RTX 4090", "macos", (), False),
        ("GB10", "linux", ("cuda",), True),
        ("Radeon RX 7900 XTX", "windows", ("rocm", "vulkan"), True),
        ("Radeon RX 6700 XT", "windows", ("vulkan",), True),
        ("Radeon RX 580", "windows", ("vulkan",), True),
        ("Radeon Instinct MI300X", "linux", ("rocm",), True),
        ("Radeon HD 6450", "windows", (), False),
        ("Radeon 8060S", "linux", ("rocm", "vulkan"), True),
        ("Radeon 780M", "windows", ("vulkan",), True),
        ("HD Graphics 4000", "windows", (), False),
        ("UHD Graphics 770", "windows", ("vulkan", "sycl"), False),
        ("Arc B580", "linux", ("vulkan", "sycl"), True),
        ("Apple M2 Pro", "macos", ("metal",), True),
        ("Arc B390", "windows", ("vulkan", "sycl"), True),
        ("RTX Spark N1X 6144-core", "windows", ("cuda", "vulkan"), True),
        ("MTT S80", "linux", (), False),
        ("Atlas 300I Duo", "linux", (), False),
    ],
)
def test_engines_and_use(name: str, system: str, engines: tuple[str, ...], usable: bool) -> None:
    """CUDA from 5.0 on, ROCm by target and system, Vulkan by driver, Metal on Apple chips, small graphics never."""
    judgement = judge(subject(name), system)
    assert (judgement.engines, judgement.usable) == (engines, usable)
    assert judgement.reason.detail.format(**judgement.reason.values)


def test_the_reason_states_what_is_needed() -> None:
    """The Fermi card's sentence has both figures."""
    reason = judge(subject("GeForce 610M"), "windows").reason
    text = reason.detail.format(**reason.values)
    assert "2.1" in text
    assert "5.0" in text


def test_drivers_that_only_show_a_picture() -> None:
    """nouveau and Windows' basic driver run no engine; the sentence says which driver it is."""
    for driver in ("nouveau (Linux 6.1)", "Microsoft Basic Display Adapter"):
        judgement = judge(subject("GeForce RTX 4090", driver), "linux")
        assert judgement.usable is False
        assert judgement.reason.values["have"] == driver


def test_an_old_driver_leaves_vulkan_and_a_remark() -> None:
    """CUDA needs a newer driver: the owner learns which."""
    old = subject("GeForce RTX 2080", "nvidia 470.256.02")
    assert judge(old, "linux").engines == ("vulkan",)
    (remark,) = remarks(old, "GeForce RTX 2080", "linux")
    assert remark.values["need"] == "525.60"


def test_pytorch_leaves_old_cards_behind_with_a_remark() -> None:
    """A Pascal card runs CUDA, but not PyTorch's default builds."""
    (remark,) = remarks(subject("GeForce GTX 1080", "nvidia 580.95.05"), "GeForce GTX 1080", "linux")
    assert "CUDA 12.6" in remark.detail
    assert list(remarks(subject("GeForce RTX 4090", "nvidia 590.48.01"), "GeForce RTX 4090", "linux")) == []


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("nvidia 535.129.03", (535, 129, 3)),
        ("27.21.14.6192", (461, 92)),
        ("NVIDIA 32.0.15.6094", (560, 94)),
        ("391.35", (391, 35)),
        ("i915", None),
    ],
)
def test_driver_versions(text: str, version: tuple[int, ...] | None) -> None:
    """Windows numbers NVIDIA's drivers in its own way; the last five digits are the version."""
    assert driver_version(text) == version


def test_an_unlisted_card_is_unknown_not_refused() -> None:
    """None with a reason, except built-in graphics, which share the memory whatever they are."""
    judgement = judge(Subject("NVIDIA", "discrete", None), "linux")
    assert (judgement.engines, judgement.usable, judgement.reason.kind) == (None, None, "unknown")
    assert judge(Subject("Intel", "integrated", None), "linux").usable is False


def test_a_reported_compute_capability_is_enough() -> None:
    """A card newer than the catalogue is judged by what its driver says."""
    assert judge(Subject("NVIDIA", "discrete", None, "13.0", "nvidia 610.1"), "linux").engines == ("cuda",)


def test_a_virtual_adapter_is_no_gpu() -> None:
    """A remote desktop's adapter and a server's display chip compute nothing."""
    assert judge(Subject("Red Hat", "virtual", None), "linux").usable is False
    assert judge(Subject("ASPEED", "discrete", None), "linux").usable is False


def test_every_gpu_on_every_system_gets_a_verdict_with_a_sentence() -> None:
    """Over the whole catalogue the rules answer, and their sentences can be filled."""
    for spec in gpus():
        one = Subject(
            spec.vendor, spec.kind, spec.architecture, spec.compute_capability, None, spec.vulkan, spec.rocm,
            spec.fp32_flops,
        )  # fmt: skip
        for system in (*SYSTEMS, None):
            judgement = judge(one, system)
            assert judgement.usable is not None, spec.name
            assert judgement.engines is not None, spec.name
            assert judgement.reason.detail.format(**judgement.reason.values)
            assert judgement.usable is False or judgement.engines, spec.name


def test_every_rule_has_a_source() -> None:
    """Engines are known ones; each is reached by some build."""
    assert {build.engine for build in rules().builds} == set(ENGINES)
    assert all(build.source for build in rules().builds)
    assert all(rule.source for rule in (*rules().exceptions, *rules().unusable))
    assert {build.runtime for build in builds(subject("GeForce GTX 1080"), ("linux",), "cuda")} == {
        "llama.cpp, CUDA 12 builds",
        "Ollama",
        "PyTorch, CUDA 12.6 builds (up to 2.14)",
    }


def test_a_wrong_rule_names_itself(tmp_path: Path) -> None:
    """An engine that does not exist is refused."""
    path = tmp_path / "runtimes.json"
    rule = {"engine": "opencl", "runtime": "X", "systems": ["linux"], "source": "test"}
    path.write_text(json.dumps({"builds": [rule], "exceptions": [], "unusable": []}), encoding="utf-8")
    with pytest.raises(UserError, match="field engine has a wrong value"):
        load_rules(path)


def test_a_makers_own_builds_are_named_as_the_reason() -> None:
    """Moore Threads' MUSA and Huawei's CANN exist: "no engine supports it" would not be true of them."""
    for name in ("MTT S80", "Atlas 300I Duo"):
        reason = judge(subject(name), "linux").reason
        assert reason.detail == REASONS["own_builds"]
        assert reason.kind == "looked_up"
    assert judge(Subject("ASPEED", "discrete", None), "linux").reason.detail == REASONS["no_engine"]
