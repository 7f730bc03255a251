"""What a comparison says in words: differences from the first cell, dashes where nothing is; its copies."""

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.i18n import GIB, translator
from advisor.ui.base.columns import USUAL, pinned
from advisor.ui.compare import written
from advisor.ui.compare.facts import NONE, Compared, Fact, facts, size_note, speed_note
from advisor.workload import Workload

EN = translator("en")
BOX = assemble(None, gpu="GeForce RTX 4090", gpu_count=1, cpu="Core i9-13900K", ram_gib=64)
RUN, Q8, F16, QLORA, LORA, FULL = USUAL


def cell(name: str, column: object = RUN, workload: Workload | None = None) -> Compared:
    base = workload or Workload()
    model = find_model(name)
    return Compared(
        model.name,
        column.heading(EN, base),  # type: ignore[attr-defined]
        estimate(BOX, model, column.workload(base), "free"),  # type: ignore[attr-defined]
    )


def rows(*cells: Compared) -> dict[str, Fact]:
    return {fact.title: fact for fact in facts(EN, cells, lambda one: one.parameters)}


def test_memory_and_speed_differ_in_words_from_the_first() -> None:
    """The first cell has no note; the second says how much more it needs and how much slower it is."""
    first, second = cell("qwen2.5-1.5b"), cell("qwen2.5-7b")
    found = rows(first, second)
    memory = found["Memory in all"]
    assert first.estimate.memory is not None
    assert second.estimate.memory is not None
    more = second.estimate.memory.total - first.estimate.memory.total
    assert memory.values[0].note == ""
    assert memory.values[1].note == f"{EN.gib(more)} more"
    assert found["Generates"].values[1].note.endswith("% slower")
    back = rows(second, first)
    assert back["Memory in all"].values[1].note == f"{EN.gib(more)} less"
    assert back["Generates"].values[1].note.endswith("× as fast")


@pytest.mark.parametrize(
    ("ratio", "said"), [(2.1, "2.1 × as fast"), (1.01, ""), (0.99, ""), (0.7, "30 % slower"), (12.34, "12.3 × as fast")]
)
def test_speed_ratios(ratio: float, said: str) -> None:
    """Alike is not called different; faster is a multiple, slower a share."""
    assert speed_note(EN, ratio) == said


def test_a_difference_below_three_digits_is_none() -> None:
    """4.68 against 4.69 GiB says nothing."""
    assert size_note(EN, 0.004 * GIB, GIB) == ""
    assert size_note(EN, -1.8 * GIB, 4 * GIB) == "1.80 GiB less"
    assert size_note(EN, 1.8 * GIB, 0.0) == "1.80 GiB more"


def test_only_knobs_that_differ_and_that_both_read_are_listed() -> None:
    """Two inference columns differ in their quantisation alone; a training column adds no rows that it alone reads."""
    found = rows(cell("qwen2.5-7b"), cell("qwen2.5-7b", pinned("Q6_K")))
    assert [value.text for value in found["Quantisation"].values] == ["Q4_K_M", "Q6_K"]
    assert not {"Context", "KV cache type", "Optimizer"} & set(found)
    mixed = rows(cell("qwen2.5-7b"), cell("qwen2.5-7b", QLORA))
    assert not {"Context", "Optimizer", "Epochs"} & set(mixed)
    assert [value.text for value in mixed["Generates"].values][1] == NONE


def test_quality_is_published_or_said_not_to_be() -> None:
    """Q4_K_M has a published loss with its source; 16 bits lose nothing; NF4 has no such table."""
    found = rows(cell("qwen2.5-7b"), cell("qwen2.5-7b", F16), cell("qwen2.5-7b", QLORA), cell("qwen2.5-7b", LORA))
    texts = [value.text for value in found["Quality lost"].values]
    assert texts == ["perplexity +2.8 %", "none: 16 bits", "not published", "none: 16 bits"]
    assert "Llama 3 8B" in found["Quality lost"].values[0].tip


def test_the_file_is_the_weights_of_what_runs_and_the_original_of_what_is_trained() -> None:
    """Two bytes a parameter where training begins from 16 bits."""
    run, train = cell("qwen2.5-7b"), cell("qwen2.5-7b", LORA)
    found = rows(run, train)["File on the disk"]
    assert run.estimate.memory is not None
    weights = next(part.bytes for part in run.estimate.memory.components if part.name == "weights")
    assert [value.text for value in found.values] == [EN.gib(weights), EN.gib(2 * train.estimate.parameters)]


def test_what_does_not_run_has_neither_speed_nor_time() -> None:
    """A cell that does not fit shows its memory and its reason, no speed."""
    found = rows(cell("qwen2.5-7b"), cell("llama-3.1-405b"))
    assert found["Generates"].values[1].text == NONE
    assert found["Verdict"].values[1].note.startswith("needs ") or found["Verdict"].values[1].note
    assert found["Memory in all"].values[1].text != NONE


def test_an_unknown_memory_is_a_dash_and_no_difference() -> None:
    """A model whose architecture is not known has no figures, and nothing is made up from them."""
    known = cell("qwen2.5-7b")
    unknown = known._replace(estimate=replace(known.estimate, memory=None, verdict="unknown", placements=()))
    found = rows(known, unknown)
    assert found["Memory in all"].values[1] == (NONE, "", "")
    assert rows(unknown, known)["Memory in all"].values[1].note == ""


def test_markdown_text_and_rows_hold_every_fact() -> None:
    """A pipe in a name does not break the table; each form names both cells."""
    first = cell("qwen2.5-1.5b")._replace(name="odd | name")
    cells = (first, cell("qwen2.5-7b"))
    found = facts(EN, cells, lambda one: one.parameters)
    table = written.markdown(EN, cells, found).splitlines()
    assert len(table) == 2 + len(found)
    assert table[0] == "|  | odd \\| name · Run Q4_K_M | Qwen2.5-7B · Run Q4_K_M |"
    assert len({len(line.replace("\\|", "").split("|")) for line in table}) == 1
    text = written.plain(EN, cells, found)
    assert text.count("Memory in all: ") == 2
    assert " more)" in text
    plain = written.rows(EN, cells, found)
    assert {len(row) for row in plain} == {3}
    assert plain[1][0] == "Verdict"


def test_nothing_is_compared() -> None:
    """No cells, no rows."""
    assert facts(EN, (), lambda one: one.parameters) == []
