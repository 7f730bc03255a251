"""Device names: many spellings, one normal form; ambiguity and ignorance are told apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.cpus import known_cpu
from advisor.catalog.gpus import find_gpu
from advisor.catalog.names import Index, hint, loosened, parse, same_size
from advisor.errors import UserError

GIB = 1 << 30


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NVIDIA GeForce RTX 3060 Laptop GPU", "geforce rtx3060 mobile"),
        ("GeForce RTX 2060 with Max-Q Design", "RTX 2060 Max-Q GeForce"),
        ("Radeon (TM) RX 480 Graphics", "AMD Radeon RX 480"),
        ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Core i5 3210M"),
        ("13th Gen Intel(R) Core(TM) i9-13900HK", "i9-13900HK"),
        ("AMD Ryzen 9 5950X 16-Core Processor", "ryzen 9 5950x"),
        ("AMD Ryzen 7 8840U w/ Radeon 780M Graphics", "Ryzen 7 8840U"),
        ("AMD A10-7860K Radeon R7, 12 Compute Cores 4C+8G", "A10-7860K"),
        ("NVIDIA A100-SXM4", "A100 SXM4"),
        ("GeForce GTX 1080Ti", "GTX 1080 Ti GeForce"),
        ("GeForce GT 710/PCIe/SSE2", "GeForce GT 710"),
    ],
)
def test_spellings_of_one_device_have_one_form(one: str, other: str) -> None:
    """Marks, makers, clocks, core counts, an APU's graphics, case, hyphens and order do not matter."""
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("RTX 4090", "RTX 4090 D"), ("RTX 3060", "RTX 3060 Ti"), ("RTX 4080", "RTX 4080 Laptop GPU"), ("M2", "M2 Pro")],
)
def test_different_devices_stay_different(one: str, other: str) -> None:
    """A suffix that means another chip survives."""
    assert parse(one).words != parse(other).words


def test_memory_size_is_read_off_the_name() -> None:
    """GB, GiB and MiB are read as powers of two, as memory is sold."""
    assert parse("GeForce RTX 3060 12 GB").size == 12 * GIB
    assert parse("A100-SXM4-80GB").size == 80 * GIB
    assert parse("GT 710 512MiB").size == 512 << 20
    assert parse("GeForce RTX 3060").size is None


def test_drivers_report_less_than_what_is_sold() -> None:
    """A "16 GB" T4 reports 15,360 MiB; 12 GB is no 10 GB card."""
    assert same_size(15360 << 20, 16 * GIB)
    assert same_size(468 << 20, 512 << 20)
    assert not same_size(12 * GIB, 10 * GIB)
    assert not same_size(8 * GIB, 12 * GIB)
    assert not same_size(None, GIB)


def test_loosening_drops_family_then_class_words() -> None:
    """Level 1 forgets "GeForce", level 2 "RTX" as well."""
    words = parse("GeForce RTX 4090").words
    assert [loosened(words, level) for level in range(3)] == [("4090", "geforce", "rtx"), ("4090", "rtx"), ("4090",)]


def index() -> Index[tuple[str, int]]:
    """A catalogue of four cards: (name, GiB)."""
    cards = [
        ("GeForce RTX 3060 12 GB", 12),
        ("GeForce RTX 3060 8 GB", 8),
        ("GeForce RTX 3080", 10),
        ("Radeon RX 580", 8),
    ]
    return Index(
        cards,
        [(name, "GeForce RTX 3060") if "3060" in name else (name,) for name, _gib in cards],
        lambda card, size: same_size(size, card[1] * GIB),
    )


def test_a_short_name_finds_the_device() -> None:
    """Family and class words may be left out, but a wrong one is a miss."""
    assert index().find("3080") == ("GeForce RTX 3080", 10)
    assert index().find("rtx 3080 10gb") == ("GeForce RTX 3080", 10)
    with pytest.raises(UserError, match="not in the catalogue"):
        index().find("GTX 3080")


def test_an_ambiguous_name_lists_its_candidates() -> None:
    """The error names what there is; a memory size after the name chooses."""
    with pytest.raises(UserError, match="GeForce RTX 3060 12 GB, GeForce RTX 3060 8 GB"):
        index().find("RTX 3060")
    assert index().find("RTX 3060 12GB") == ("GeForce RTX 3060 12 GB", 12)


def test_a_size_that_is_not_sold_is_said() -> None:
    """A 3080 with 20 GB is not silently read as one with 10."""
    with pytest.raises(UserError, match="none with this memory size; there are GeForce RTX 3080"):
        index().find("RTX 3080 20 GB")


def test_an_unknown_name_gets_the_nearest() -> None:
    """A typing error is answered with what was probably meant."""
    with pytest.raises(UserError, match=r"nearest names are .*Radeon RX 580"):
        index().find("Radeon RX 58O")


def test_hint_finds_the_maker() -> None:
    """The first maker one of whose words stands in the name."""
    makers = {"one": ("alpha",), "two": ("beta", "gamma")}
    assert hint("A Gamma 7", makers) == "two"
    assert hint("delta", makers) is None


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.from_regex(r"(NVIDIA |Radeon |Intel\(R\) )?[A-Za-z0-9 ()@{}%.-]{0,40}", fullmatch=True)
    )
)
def test_any_text_is_answered_or_refused_in_one_sentence(text: str) -> None:
    """Whatever a driver or a person writes, nothing but UserError comes back, with names."""
    known_cpu(text)
    try:
        name = find_gpu(text).name
    except UserError as error:
        name = str(error.values["candidates"])
    assert name


def test_a_very_long_name_is_refused_quickly() -> None:
    """A pasted page is no name, and looking for near ones must not take seconds."""
    with pytest.raises(UserError, match="not in the catalogue"):
        find_gpu("GeForce " * 20_000)
