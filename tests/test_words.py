"""Figures and sentences as people read them."""

import pytest

from advisor import words
from advisor.i18n import translator
from advisor.machine import Origin

EN = translator("en")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tokens_per_s", 1266.4, "1,266 tok/s"),
        ("decode_tokens_per_s", 12.5, "12.5 tok/s"),
        ("bandwidth_bytes_per_s", 1008e9, "1,008 GB/s"),
        ("weights_bytes", 5 << 30, "5.00 GiB"),
        ("layer_s", 90.0, "1.5 min"),
        ("low_parameters", 8_030_000_000, "8.03B"),
        ("layers", 36, "36"),
        ("format", "NF4", "NF4"),
    ],
)
def test_the_end_of_a_name_tells_its_unit(name: str, value: object, said: str) -> None:
    """A rate of tokens is none of seconds."""
    assert words.figure(EN, name, value) == said


def test_an_input_is_named_with_its_device() -> None:
    """ "the memory bandwidth of RTX 4090: assumed (a guess)"."""
    said = words.input_text(EN, "gpu.bandwidth_bytes_per_s", "RTX 4090", Origin("assumed", "a guess"))
    assert said == "the memory bandwidth of RTX 4090: assumed (a guess)"
    assert words.input_text(EN, "cpu.cores", "RAM", Origin("unknown", "not asked for")).endswith(": not asked for")
