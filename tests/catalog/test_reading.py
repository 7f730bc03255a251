"""Strict reading: each kind of field takes what it should, and its error names place and field."""

from collections.abc import Callable

import pytest

from advisor.catalog.reading import Fields
from advisor.errors import UserError


def fields(**values: object) -> Fields:
    return Fields(values, "file.json: thing")


def test_good_values_arrive_unchanged() -> None:
    """Texts, numbers, flags, lists and objects; absent ones are None, false or empty."""
    entry = fields(text="词", count=3, size=1.5, flag=True, names=["a"], sizes=[1, 2], part={"x": 1})
    assert (entry.text("text"), entry.integer("count"), entry.number("size"), entry.flag("flag")) == (
        "词",
        3,
        1.5,
        True,
    )
    assert (entry.texts("names"), entry.integers("sizes")) == (("a",), (1, 2))
    part = entry.section("part")
    assert part is not None
    assert part.integer("x") == 1
    assert (entry.optional_text("none"), entry.optional_integer("none"), entry.optional_number("none")) == (None,) * 3
    assert (entry.flag("none"), entry.texts("none"), entry.section("none")) == (False, (), None)
    entry.close()


@pytest.mark.parametrize(
    ("value", "ask"),
    [
        ("", lambda e: e.text("x")),
        (3, lambda e: e.text("x")),
        (None, lambda e: e.text("x")),
        (True, lambda e: e.integer("x")),
        (1.0, lambda e: e.integer("x")),
        (-1, lambda e: e.integer("x")),
        (7, lambda e: e.integer("x", 1, 6)),
        (float("nan"), lambda e: e.number("x")),
        (float("inf"), lambda e: e.number("x")),
        ("1.5", lambda e: e.number("x")),
        (1, lambda e: e.flag("x")),
        ("a", lambda e: e.texts("x")),
        ([""], lambda e: e.texts("x")),
        ([1.5], lambda e: e.integers("x")),
        ("c", lambda e: e.choice("x", ("a", "b"))),
        ([], lambda e: e.section("x")),
    ],
)
def test_a_wrong_value_is_named(value: object, ask: Callable[[Fields], object]) -> None:
    """The sentence begins with the place and holds the field's name."""
    with pytest.raises(UserError, match=r"^file\.json: thing: x"):
        ask(fields(x=value))


def test_a_field_that_nobody_asked_for_is_refused() -> None:
    """A misspelt optional field must not pass in silence."""
    entry = fields(text="a", txet="b")
    entry.text("text")
    with pytest.raises(UserError, match="unknown field txet"):
        entry.close()
