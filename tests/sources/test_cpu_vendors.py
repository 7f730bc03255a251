"""Proves that a processor's vendor string is read as its maker, blanks and strangers included."""

import pytest

from advisor.sources.cpu_vendors import cpu_maker


@pytest.mark.parametrize(
    ("text", "name"),
    [("GenuineIntel", "Intel"), ("AuthenticAMD", "AMD"), ("  Shanghai  ", "Zhaoxin"), ("HygonGenuine", "Hygon"),
     ("CentaurHauls", "Zhaoxin"), ("ARM", None), ("", None), (None, None)],
)  # fmt: skip
def test_the_maker_of_a_vendor_string(text: str | None, name: str | None) -> None:
    assert cpu_maker(text) == name
