"""The processor catalogue: entries plausible and findable, newer names known by their generation."""

import json
import re
from pathlib import Path

import pytest

from advisor.catalog import cpus as cpus_module
from advisor.catalog.cpus import CPUS_FOLDER, cpus, find_cpu, known_cpu, load_cpus
from advisor.errors import UserError
from advisor.machine import CPU_FEATURES


def test_every_entry_is_plausible() -> None:
    """Counts, clocks and bandwidths within what exists; P and E cores add up; a source each."""
    for spec in cpus():
        assert spec.source, spec.name
        assert spec.cores is None or 1 <= spec.cores <= 192, spec.name
        assert spec.threads is None or spec.cores is None or spec.cores <= spec.threads <= 4 * spec.cores, spec.name
        if spec.performance_cores and spec.efficiency_cores:
            assert spec.performance_cores + spec.efficiency_cores == spec.cores, spec.name
        assert spec.max_mhz is None or 600 <= spec.max_mhz <= 6200, spec.name
        assert spec.features is None or spec.features <= set(CPU_FEATURES), spec.name
        assert spec.memory_bandwidth is None or 4e9 <= spec.memory_bandwidth <= 1.3e12, spec.name


def test_features_imply_each_other() -> None:
    """AVX2 chips have AVX, F16C and FMA; AVX-512 chips AVX2: true of everything ever sold."""
    for spec in cpus():
        features = spec.features or frozenset()
        if "avx2" in features:
            assert {"avx", "f16c", "fma"} <= features, spec.name
        if "avx512f" in features:
            assert "avx2" in features, spec.name


def test_every_processor_is_found_by_its_own_name() -> None:
    """No entry hides another."""
    for spec in cpus():
        assert find_cpu(spec.name).name == spec.name


@pytest.mark.parametrize(
    ("written", "name"),
    [("EPYC9654", "EPYC 9654"), ("Ryzen9-5950X", "Ryzen 9 5950X"), ("ryzen7 5800x3d", "Ryzen 7 5800X3D")],
)
def test_families_are_told_without_a_space(written: str, name: str) -> None:
    """As people type them."""
    assert find_cpu(written).name == name


def test_every_generation_is_complete() -> None:
    """Patterns compile; memory and channels are stated, with a source."""
    for generation in load_cpus(CPUS_FOLDER).generations:
        assert generation.pattern is None or re.compile(generation.pattern)
        assert generation.spec.memory_bandwidth, generation.spec.name
        assert generation.spec.memory_source, generation.spec.name


def test_the_old_laptops_processor() -> None:
    """i5-3210M: AVX and F16C, neither AVX2 nor FMA, DDR3-1600 on two channels."""
    spec = find_cpu("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz")
    assert (spec.cores, spec.threads, spec.max_mhz) == (2, 4, 3100)
    assert spec.features == frozenset({"sse4_2", "avx", "f16c"})
    assert spec.memory_bandwidth == 25.6e9


def test_the_builders_processor() -> None:
    """5950X by its number alone; its boost clock is the maker's, not an overclocker's 5980 MHz."""
    spec = find_cpu("5950X")
    assert (spec.name, spec.cores, spec.threads, spec.max_mhz) == ("Ryzen 9 5950X", 16, 32, 4900)
    assert spec.memory_bandwidth == 51.2e9


@pytest.mark.parametrize(
    ("name", "generation", "feature", "missing"),
    [
        ("13th Gen Intel(R) Core(TM) i9-13905H", "Raptor Lake", "avx_vnni", "avx512f"),
        ("Intel(R) Core(TM) i7-11800H", "Tiger Lake-H", "avx512_vnni", "avx_vnni"),
        ("AMD Ryzen 9 7940HX with Radeon Graphics", "Dragon Range", "avx512_bf16", "avx_vnni"),
        ("AMD EPYC 9B14", "Zen 4 EPYC Genoa", "avx512_bf16", "amx_int8"),
        ("Intel(R) Xeon(R) Platinum 8488C", "Sapphire Rapids", "amx_int8", "neon"),
        ("AMD Ryzen 3 5300U with Radeon Graphics", "Lucienne", "avx2", "avx512f"),
        ("Intel(R) Core(TM) Ultra 7 268V", "Lunar Lake", "avx2", "avx512f"),
        ("Intel(R) Core(TM) Ultra 5 338H", "Panther Lake", "avx_vnni", "avx512f"),
        ("Intel(R) Xeon(R) 6767P", "Granite Rapids-SP", "amx_int8", "neon"),
        ("AMD EPYC 8324P 32-Core Processor", "Zen 4 EPYC Siena", "avx512_bf16", "amx_int8"),
        ("AMD EPYC 4564P 16-Core Processor", "EPYC 4004", "avx512_bf16", "avx_vnni"),
        ("AMD Ryzen AI 9 HX 470 w/ Radeon 890M", "Gorgon Point", "avx512_bf16", "amx_int8"),
        ("Snapdragon(R) X2 Elite - X2E88100 - Qualcomm(R) Oryon(TM) CPU", "Snapdragon X2", "i8mm", "avx2"),
        ("Hygon C86 7390 32-core Processor", "Hygon C86 7000", "avx2", "avx512f"),
    ],
)
def test_a_name_not_listed_tells_its_generation(name: str, generation: str, feature: str, missing: str) -> None:
    """What the generation shares is known, even where the model is not."""
    spec = find_cpu(name)
    assert spec.generation == generation
    assert spec.features is not None
    assert feature in spec.features
    assert missing not in spec.features
    assert spec.memory_bandwidth


def test_a_generation_is_told_as_the_listed_processors_know_it() -> None:
    """A pattern that catches a listed processor's name catches its generation, but for a few old APUs."""
    told = [(spec, cpus_module._by_generation(spec.name, cpus_module._vendors())) for spec in cpus()]
    both = [(spec, found) for spec, found in told if found and spec.generation]
    wrong = [spec.name for spec, found in both if found.generation != spec.generation]
    assert len(both) > 1500
    assert len(wrong) < 0.02 * len(both), wrong
    assert find_cpu("Core i7-4651U").generation == "Haswell-ULT"
    assert find_cpu("Core i7-4651M").generation == "Haswell"


def test_threads_are_one_two_or_four_of_a_core() -> None:
    """Four only of a Xeon Phi; hybrid processors have between one and two."""
    for spec in cpus():
        if spec.cores and spec.threads and spec.efficiency_cores is None:
            ratios = (1, 2, 4) if "Phi" in spec.name else (1, 2)
            assert spec.threads in [ratio * spec.cores for ratio in ratios], spec.name


@pytest.mark.parametrize(
    ("name", "bandwidth"),
    [
        ("Snapdragon X2 Elite Extreme X2E-96-100", 228.6e9),
        ("AMD RYZEN AI MAX+ PRO 495 w/ Radeon 8065S", 273.1e9),
        ("AMD EPYC 8324P 32-Core Processor", 230.4e9),
        ("Apple M5 Ultra", 1200e9),
        ("NVIDIA N1X", 300e9),
        ("Loongson-3A6000", 51.2e9),
    ],
)
def test_memory_of_newer_and_rarer_processors(name: str, bandwidth: float) -> None:
    """As their makers state it: channels x fastest standard speed."""
    assert find_cpu(name).memory_bandwidth == pytest.approx(bandwidth, rel=0.001)


@pytest.mark.parametrize(
    "name", ["Intel(R) Xeon(R) Processor", "QEMU Virtual CPU version 2.5+", "ARMv7 Processor rev 4"]
)
def test_a_name_that_says_nothing_is_unknown(name: str) -> None:
    """A virtual machine's processor name is no reason to guess."""
    assert known_cpu(name) is None


def test_an_unknown_processor_gets_the_nearest_names() -> None:
    """A typing error is answered with real names."""
    with pytest.raises(UserError, match="nearest names are"):
        find_cpu("Ryzne 7 5800X")


def test_a_sandy_bridge_pentium_has_no_avx() -> None:
    """The same laptop was sold with processors that lack AVX altogether."""
    assert find_cpu("Intel(R) Celeron(R) CPU B830 @ 1.80GHz").features == frozenset({"sse4_2"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cores": 0}, "entry Chip 1: field cores has a wrong value"),
        ({"generation": "none"}, "entry Chip 1: field generation has a wrong value"),
        ({"features": "avx9"}, "entry Chip 1: field features has a wrong value"),
        ({"source": ""}, "entry Chip 1: field source has a wrong value"),
    ],
)
def test_a_wrong_entry_names_itself(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """Typing errors in the facts are found when they are read."""
    data = {
        "vendor": "Intel",
        "architecture": "x86_64",
        "generations": [],
        "cpus": [{"name": "Chip 1", "source": "test", **change}],
    }
    (tmp_path / "intel.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_cpus(tmp_path)
