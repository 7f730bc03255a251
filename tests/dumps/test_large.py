"""Very long texts: recognised by their beginning, read whole, and JSON is never cut."""

import json
from collections.abc import Callable

import pytest

from advisor import dumps
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Cpu, Machine

SAID = "model name: i5-3210M"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters the only kind was shown, to recognise and then to read."""
    lengths: list[int] = []

    def looks(answer: Callable[[Document], object]) -> Callable[[Document], object]:
        def look(document: Document) -> object:
            lengths.append(len(document.text))
            return answer(document)

        return look

    kind = Kind(
        "a program",
        looks(lambda document: SAID in document.text),  # type: ignore[arg-type]
        looks(lambda _document: Machine(cpu=Cpu(name="i5-3210M"))),  # type: ignore[arg-type]
    )
    monkeypatch.setattr(dumps, "kinds", lambda: (kind,))
    monkeypatch.setattr(dumps, "LOOKED_AT", 1000)
    return lengths


def test_a_long_text_is_recognised_by_its_beginning_and_read_whole(seen: list[int]) -> None:
    """Cut at the end of a line; a text without lines is cut anywhere."""
    text = SAID + "\n" + "nothing at all\n" * 1000
    assert dumps.read_document(Document("a.txt", text)).pieces[0].machine.cpu.name == "i5-3210M"
    assert seen[0] <= 1000
    assert text[seen[0] - 1] == "\n"
    assert seen[1] == len(text)
    dumps.read_document(Document("b.txt", SAID + "x" * 5000))
    assert seen[2] == 1000


@pytest.mark.parametrize(
    "text", [SAID, SAID + "\n" * 900, json.dumps({"a": "x" * 5000, "b": SAID}), f"<a>{SAID * 99}</a>"]
)
def test_short_texts_json_and_xml_stay_whole(text: str, seen: list[int]) -> None:
    dumps.read_document(Document("a.txt", text))
    assert seen == [len(text)] * 2
