"""What the matrix finds, leaves out, orders and groups: the plain functions behind it, over the real catalogue."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from advisor.catalog.model import Model
from advisor.catalog.models import catalogue, find_model
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate, MemoryEstimate, Range, SpeedEstimate, TrainingEstimate
from advisor.estimator.tensors import parameters
from advisor.i18n import translator
from advisor.ui.base import texts
from advisor.ui.base.columns import USUAL, as_column, choosable, pinned, shown
from advisor.ui.matrix import groups, names
from advisor.ui.matrix.filters import OWN, SIZES, Filters, Known, kinds_of, languages_of, licence_of, narrow
from advisor.ui.matrix.order import figure_rank, rank
from advisor.ui.matrix.search import found
from advisor.workload import METHODS, Workload, for_method
from tests.ui.helpers import MACHINE

GIB = 1 << 30


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("qwen2.5-7b", "Qwen2.5-7B", 1),
        ("Qwen2.5 7B", "Qwen2.5-7B", 4),
        ("ｑｗｅｎ２.５－７ｂ", "Qwen2.5-7B", 1),
        ("llama 8b", "DeepSeek-R1-Distill-Llama-8B", 3),
        ("coder 1.3b", "DeepSeek-Coder-1.3B", 1),
        ("r1 1.5b", "DeepSeek-R1-Distill-Qwen-1.5B", 1),
        ("deepseek r1", "DeepSeek-R1", 9),
        ("deepseek-r1:7b", "DeepSeek-R1-Distill-Qwen-7B", 1),
        ("qwen25 math", "Qwen2.5-Math-7B", 1),
        ("  ", None, len(catalogue())),
        ("no such model", None, 0),
    ],
)
def test_search_takes_names_as_people_type_them(typed: str, first: str | None, count: int) -> None:
    """Spaces, hyphens, colons, case and width do not matter; a size is a whole word."""
    matches = found(catalogue(), typed)
    assert len(matches) == count
    if first is not None:
        assert first in [model.name for model in matches]


@pytest.mark.parametrize("typed", ["通义 7b", "通义7b", "千问 7B"])
def test_search_knows_chinese_names_of_families(typed: str) -> None:
    """A family is found by what it is called in China, with or without a space before the size."""
    matches = {model.name for model in found(catalogue(), typed)}
    assert {"Qwen2.5-7B", "Qwen2-7B"} <= matches
    assert not any("72B" in name or "1.7B" in name for name in matches)


def _known(favourites: tuple[str, ...] = (), fits: frozenset[str] = frozenset()) -> Known:
    return Known((), favourites, parameters, lambda model: model.id in fits)


def test_each_filter_keeps_what_it_names() -> None:
    """Use, licence, language, size, family, favourites and "fits only", alone and together."""
    models = catalogue()
    assert {model.kind for model in narrow(models, Filters(use="code"), _known())} == {"code"}
    free = narrow(models, Filters(licence=""), _known())
    assert {model.licence for model in free} >= {"apache-2.0", "mit"}
    assert all(licence_of(model) == "" for model in free)
    chinese = narrow(models, Filters(language="zh"), _known())
    assert 0 < len(chinese) < len(models)
    assert all("zh" in languages_of(model) for model in chinese)
    small = narrow(models, Filters(size=1), _known())
    assert all(parameters(model) < SIZES[1].high for model in small)
    assert [model.id for model in narrow(models, Filters(favourites=True), _known(("bge-m3",)))] == ["bge-m3"]
    assert [m.id for m in narrow(models, Filters(fits_only=True), _known(fits=frozenset({"bge-m3"})))] == ["bge-m3"]
    both = narrow(models, Filters(use="code", family="CodeLlama", search="34b"), _known())
    assert [model.name for model in both] == ["CodeLlama-34B"]
    assert narrow(models, Filters(family=OWN), _known()) == []


def test_filters_count_themselves() -> None:
    """All active ones, and those that the bar has no control for."""
    assert (Filters().active, Filters().behind) == (0, 0)
    asked = Filters(search="a", use="code", favourites=True, fits_only=True)
    assert (asked.active, asked.behind) == (4, 2)
    assert sum(kinds_of(catalogue())) == len(catalogue())
    assert kinds_of([find_model("resnet-50"), find_model("qwen2.5-7b")]) == (1, 1)


def _answer(verdict: str, size: float = 1, speed: float | None = None, hours: float | None = None) -> Estimate:
    workload = Workload() if hours is None else Workload(task="qlora")
    memory = MemoryEstimate((), int(size * GIB), 0, 0)
    pace = None if speed is None else SpeedEstimate(Range(speed, speed, speed), None, None, "ram")
    training = None if hours is None else TrainingEstimate(1, None, Range(hours, hours, hours), None)
    return Estimate(find_model("qwen2.5-7b"), 1, workload, memory, (), verdict, (), pace, training)  # type: ignore[arg-type]


def test_the_best_fit_is_the_largest_at_reading_pace() -> None:
    """Then slower ones, the quickest first; then tight, offload, what does not fit by need, what is unknown."""
    best_first = [
        rank(_answer("fits", speed=6), 8_000), rank(_answer("fits", speed=90), 1_000), rank(_answer("fits"), 500),
        rank(_answer("fits", speed=4), 9_000), rank(_answer("fits", speed=1), 20_000),
        rank(_answer("tight", speed=9), 8_000), rank(_answer("offload", speed=9), 8_000),
        rank(_answer("no", size=9), 8_000), rank(_answer("no", size=90), 80_000),
        rank(_answer("unknown"), 1), rank(None, 1),
    ]  # fmt: skip
    assert best_first == sorted(best_first)
    assert rank(_answer("fits", hours=2), 1_000) < rank(_answer("fits", hours=5000), 9_000)  # no one waits a year


def test_a_column_sorted_by_speed_puts_the_quickest_first() -> None:
    """What has no speed stands behind, best fit first."""
    quick, slow, none = _answer("tight", speed=50), _answer("fits", speed=5), _answer("fits")
    ranks = [figure_rank(one, 1, "speed") for one in (quick, slow, none, _answer("no"))]
    assert ranks == sorted(ranks)
    hours = [figure_rank(_answer("fits", hours=time), 1, "time") for time in (1, 2)]
    assert hours == sorted(hours)
    assert figure_rank(quick, 1, "memory") == rank(quick, 1)


def test_groups_hold_every_model_once() -> None:
    """By family in the order of their first models, by size from the smallest; the user's own on top."""
    models = catalogue()
    own = {models[-1]: ""}
    for by in ("family", "size"):
        made = groups.grouped(models, by, own, parameters)
        assert sorted(m.id for group in made for m in group.models) == sorted(m.id for m in models)
        assert made[0].key == OWN
        assert made[0].models == (models[-1],)
    families = [group.title for group in groups.grouped(models, "family", {}, parameters)]
    assert families == list(dict.fromkeys(model.family for model in models))
    sizes = [group.title for group in groups.grouped(models, "size", {}, parameters)]
    assert sizes == [size.text for size in SIZES[1:]]


def test_a_folded_group_shows_its_heading_only() -> None:
    """Its count stays: how many run, None until all of them are known."""
    made = groups.grouped(catalogue(), "size", {}, parameters)
    lines = groups.lines(made, {made[0].key})
    assert lines[:2] == [made[0], made[1]]
    assert len(lines) == len(made) + sum(len(group.models) for group in made[1:])
    small = made[0].models
    answers = {model: _answer("fits" if at % 2 else "no") for at, model in enumerate(small)}
    assert made[0].count(answers.get) == len(small) // 2
    del answers[small[3]]
    assert made[0].count(answers.get) is None


@pytest.mark.parametrize("width", [126, 150, 190])
def test_no_two_names_are_cut_to_the_same(qapp: QApplication, width: int) -> None:
    """Over the whole catalogue, at the narrowest column of names and wider ones; a name that fits is not cut."""
    assert qapp
    font = QFont(QApplication.font())
    font.setPointSizeF(9)
    font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetrics(font)
    cuts: dict[str, Model] = {}
    for model in catalogue():
        cut = names.cut(metrics, model.name, model.family, width)
        assert metrics.horizontalAdvance(cut) <= width
        assert cut not in cuts, f"{model.name} and {cuts[cut].name} look alike: {cut}"
        cuts[cut] = model
        assert cut == model.name or metrics.horizontalAdvance(model.name) > width


def test_a_pinned_column_asks_for_its_quantisation() -> None:
    """Whatever the knob says; the knob's own column follows it; the usual columns are the methods."""
    base = Workload(quant="Q2_K", context=9000)
    column = pinned("Q5_K_M")
    assert (column.workload(base).quant, column.workload(base).context, column.method) == ("Q5_K_M", 9000, "run")
    assert column.heading(translator("en"), base) == "Run Q5_K_M"
    for method in METHODS:
        assert as_column(method).workload(base) == for_method(base, method)
    assert [one.key for one in USUAL] == list(METHODS)


def test_only_columns_that_the_runtime_knows_are_shown() -> None:
    """A chosen llama.cpp quantisation goes with llama.cpp and comes back with it; nothing chosen means the usual."""
    keys = ("run:Q5_K_M", "run:NF4", "lora")
    assert [one.key for one in shown(keys, Workload())] == ["run:Q5_K_M", "lora"]
    assert [one.key for one in shown(keys, Workload(stack="vllm", quant="BF16"))] == ["run:NF4", "lora"]
    assert shown((), Workload()) == USUAL == shown(("nonsense",), Workload())
    offered = choosable(Workload())
    assert len({one.key for one in offered}) == len(offered)
    assert {one.quant for one in offered} >= {"Q5_K_M", "IQ4_XS", "Q2_K"}


def test_a_cell_begins_with_the_chosen_figure() -> None:
    """Memory, speed or time first, the rest behind; the verdict's word where there is no such figure."""
    _ = translator("en")
    answer = estimate(MACHINE, find_model("qwen2.5-1.5b"), Workload())
    memory, speed, time = (texts.cell(_, answer, figure) for figure in ("memory", "speed", "time"))
    assert (memory.unit, speed.unit) == ("GiB", "tok/s")
    assert memory.second == f"{speed.figure} tok/s"
    assert speed.second == f"{memory.figure} GiB" == time.second
    assert time.wide == f"{memory.figure} GiB · {speed.figure} tok/s"
    refused = estimate(MACHINE, find_model("qwen2.5-72b"), Workload())
    cell = texts.cell(_, refused, "speed")
    assert (cell.figure, cell.unit, cell.second) == ("", "", "does not fit")
    assert cell.wide.endswith("GiB")


def test_a_typical_answer_takes_its_reading_and_its_writing() -> None:
    """256 tokens read and 256 written at the speeds of the estimate, ends included; no speed, no time."""
    from advisor.estimator.typical import answer_seconds, typical_answer

    answer = estimate(MACHINE, find_model("qwen2.5-1.5b"), Workload())
    assert answer.speed is not None
    assert answer.speed.prefill is not None
    assert answer.speed.decode is not None
    asked, said = typical_answer()
    seconds = answer_seconds(answer)
    assert seconds is not None
    assert seconds.mid == pytest.approx(asked / answer.speed.prefill.mid + said / answer.speed.decode.mid)
    assert seconds.low < seconds.mid < seconds.high
    assert answer_seconds(replace(answer, speed=answer.speed._replace(prefill=None))) is None
    assert answer_seconds(replace(answer, verdict="no")) is None
