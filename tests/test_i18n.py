"""Numbers and words for people, in both languages."""

import pytest

from advisor.i18n import GIB, translator


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "?"), (0, "0"), (4.678, "4.68"), (46.78, "46.8"), (467.8, "468"), (12345.6, "12,346"), (9.996, "10.0"),
     (0.01234, "0.0123"), (-2.5, "-2.50"), (float("nan"), "?"), (99.96, "100")],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value: float | None, text: str) -> None:
    """Never more digits than the figure deserves, never a rounding that adds one."""
    assert translator("en").number(value) == text


@pytest.mark.parametrize(
    ("size", "text"), [(None, "?"), (0, "0 GiB"), (GIB, "1.00 GiB"), (50 << 20, "50.0 MiB"), (15.96 * GIB, "16.0 GiB")]
)
def test_sizes_are_in_gib(size: float | None, text: str) -> None:
    """GiB (2^30) everywhere; small ones in MiB."""
    assert translator("en").gib(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5.0 s"), (90, "1.5 min"), (3600, "1.0 h"), (86400 * 41, "41 days"), (86400 * 3653, "10 years")],
)
def test_time_spans_use_their_natural_unit(seconds: float, text: str) -> None:
    """From seconds to years; "about 41 days" is a good answer."""
    assert translator("en").duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "?"),
        (134_515_008, "135M"),
        (999_885_952, "1.00B"),
        (7_615_616_512, "7.62B"),
        (1_026_408_232_448, "1.03T"),
    ],
)
def test_parameters_are_written_as_models_are_named(count: int | None, text: str) -> None:
    """Gemma 3 1B's 999,885,952 are 1.00B, not 1,000M."""
    assert translator("en").parameters(count) == text


def test_a_range_names_its_unit_once() -> None:
    """Where both ends have the same unit; else each has its own."""
    assert translator("en").duration_range(960, 2280) == "16 – 38 min"
    assert translator("en").duration_range(1800, 7200) == "30 min – 2.0 h"


def test_an_unknown_language_is_english() -> None:
    """A settings file or option from elsewhere never breaks the texts."""
    assert translator("tlh").language == "en"


def test_values_fill_the_template() -> None:
    """A message and its values make the sentence."""
    assert translator("en")("{a} of {b}", a=1, b=2) == "1 of 2"
