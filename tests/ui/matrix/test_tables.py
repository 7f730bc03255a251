"""The matrix as text: copies that a spreadsheet takes, a CSV file that every Excel reads and that runs no formula."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.i18n import GIB, N_, translator
from advisor.ui.base.columns import USUAL, pinned
from advisor.ui.matrix import tables
from advisor.ui.matrix.gather import estimated
from advisor.workload import Workload

EN, ZH = translator("en"), translator("zh-CN")
BOX = assemble(None, gpu="GeForce RTX 4090", gpu_count=1, cpu="Core i9-13900K", ram_gib=64)
COLUMNS = (USUAL[0], pinned("Q6_K"), USUAL[3])
BASE = Workload()
MODELS = [find_model("qwen2.5-1.5b"), find_model("llama-3.1-405b")]
ANSWERS = {(m, c): estimate(BOX, m, c.workload(BASE), "free") for m in MODELS for c in COLUMNS}


def seven(_model: Model) -> int:
    return 7


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def exported(language: str = "en", models: Sequence[Model] = MODELS) -> list[list[str]]:
    found = tables.figures(translator(language), models, COLUMNS, BASE, ANSWERS, seven)
    return read(tables.as_csv(found))


def test_the_csv_file_has_a_row_a_model_and_every_figure_of_every_column() -> None:
    """Plain numbers with a decimal point: memory with its band, speed with its range, verdict and reason in words."""
    head, small, large = exported()
    assert head[:5] == ["Model", "Family", "Parameters", "Licence", "Run Q4_K_M: verdict"]
    assert len(head) == len(small) == len(large) == 4 + 8 * len(COLUMNS)
    row = dict(zip(head, small, strict=True))
    answer = ANSWERS[MODELS[0], COLUMNS[0]]
    assert answer.memory is not None
    assert answer.speed is not None
    assert answer.speed.decode is not None
    assert row["Run Q4_K_M: verdict"] == "fits"
    assert float(row["Run Q4_K_M: memory (GiB)"]) == pytest.approx(answer.memory.total / GIB, rel=1e-3)
    assert float(row["Run Q4_K_M: memory from (GiB)"]) <= float(row["Run Q4_K_M: memory to (GiB)"])
    assert float(row["Run Q4_K_M: tok/s"]) == pytest.approx(answer.speed.decode.mid, rel=1e-3)
    assert float(row["QLoRA: hours"]) > 0
    row = dict(zip(head, large, strict=True))
    assert row["Run Q4_K_M: verdict"] == "does not fit"
    assert row["Run Q4_K_M: tok/s"] == ""
    assert row["Run Q4_K_M: reason"]


def test_a_chinese_excel_reads_the_file() -> None:
    """The mark at its beginning tells UTF-8 from code page 936; the words are Chinese."""
    rows = tables.figures(ZH, MODELS, COLUMNS, BASE, ANSWERS, seven)
    data = tables.as_csv(rows)
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    assert rows[1][4] == ZH("fits") != "fits"
    assert read(data) == rows


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'])
def test_no_name_becomes_a_formula(name: str) -> None:
    """Names come out of files that anyone may have made."""
    model = replace(MODELS[0], name=name)
    answers = {**ANSWERS, **{(model, column): ANSWERS[MODELS[0], column] for column in COLUMNS}}
    rows = tables.figures(EN, [model], COLUMNS, BASE, answers, seven)
    assert read(tables.as_csv(rows))[1][0] == f"'{name}"
    copied = tables.tabbed([[name, "4.7 GiB"]])
    assert copied.startswith("'")
    assert copied.count("\t") == 1


def test_a_cell_that_is_not_known_is_empty() -> None:
    """A comma, a quote and a line break in a name keep the columns apart."""
    model = replace(MODELS[0], name='a, "b"\nc')
    row = exported(models=[model])[1]
    assert row[0] == 'a, "b"\nc'
    assert row[4:] == [""] * 8 * len(COLUMNS)
    assert tables.tabbed([['a, "b"\nc', "x"]]) == 'a, "b" c\tx\r\n'


def test_a_copy_reads_as_the_table_does() -> None:
    """Headings, then a line a model; the same as HTML with its marks escaped."""
    rows = tables.readable(EN, MODELS, COLUMNS, BASE, lambda model, column: ANSWERS.get((model, column)))
    assert rows[0] == ["Model", "Run Q4_K_M", "Run Q6_K", "QLoRA"]
    assert rows[1][1].startswith("fits, ")
    assert rows[1][1].endswith("tok/s")
    text = tables.tabbed(rows)
    assert [line.count("\t") for line in text.splitlines()] == [3, 3, 3]
    page = tables.html([["<b>", "x"], ["1", "2"]])
    assert "&lt;b&gt;" in page
    assert page.count("<td>") == 2
    assert tables.html([]) == "<table></table>"


def test_one_model_that_fails_does_not_cost_the_others() -> None:
    """Its cells are unknown, and the reason says why."""

    def broken(*_args: object) -> Estimate:
        raise UserError(N_("{path}: not found"), path="x.gguf")

    answer = estimated(broken, BOX, MODELS[0], BASE, "free")
    assert answer.verdict == "unknown"
    assert "x.gguf" in str(answer.reasons[0].values["error"])
    answers = {(MODELS[0], column): answer for column in COLUMNS}
    row = tables.figures(EN, MODELS[:1], COLUMNS, BASE, answers, seven)[1]
    assert row[2] == "7"
    assert row[4] == "unknown"
    assert "x.gguf" in row[11]
