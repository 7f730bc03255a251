"""Proves that no reader of dumps takes more than a moment on long runs of one character."""

import time

import pytest

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.kinds import kinds

_LENGTH = 100_000
_BOUND_S = 5.0  # a hundred times what the slowest takes; a pattern that tries every end of a run takes minutes


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "piece", ["\n", " ", " \n", "\t", ":", "-", "1", "a", "a ", "|", ",", "=", "/", "x\t"], ids=repr
)
def test_a_run_of_one_character_is_over_in_a_moment(kind: Kind, piece: str) -> None:
    document = Document("x", piece * (_LENGTH // len(piece)))
    start = time.perf_counter()
    if kind.recognise(document):
        kind.read(document)
    assert time.perf_counter() - start < _BOUND_S
