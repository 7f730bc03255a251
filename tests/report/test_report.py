"""The whole report on a real old laptop and two desktops, in both languages and every format."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from advisor import report
from advisor.advice import advise_survey
from advisor.advice.survey import survey
from advisor.catalog.models import find_model, models
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.report import markdown
from advisor.report.build import build
from advisor.report.cells import verdict_cell
from advisor.report.document import Bars, Points
from advisor.report.sections.machine_words import machine_name
from advisor.workload import Workload, for_method
from tests.machines import builder_5950x, g480, rtx4090_desktop

DAY = date(2026, 11, 22)


@cache
def text(language: str) -> str:
    return report.render(g480(), Workload(), language, "md", today=DAY).decode()


def test_english_report_has_every_section_with_this_machines_numbers() -> None:
    for number in range(1, 10):
        assert re.search(rf"^## {number} ", text("en"), re.M), number
    assert "## Appendix" in text("en")
    for fact in ("Lenovo G480", "i5-3210M", "11.7 GiB", "7.90 GiB", "GeForce 610M", "10.0.19043", "25.6 GB/s"):
        assert fact in text("en"), fact


def test_chinese_report_is_chinese_throughout() -> None:
    """Same sections and figures; no English sentence is left (names, units and quant types are the same words)."""
    assert len(re.findall(r"^## ", text("zh-CN"), re.M)) == len(re.findall(r"^## ", text("en"), re.M))
    body = text("zh-CN").split("## 附录")[0]
    for licence in sorted({model.licence or "" for model in models()}, key=len, reverse=True):  # publishers' words
        body = body.replace(licence, "")
    sentences = re.findall(r"(?:\b[a-z]{2,}\b[ ,]+){4,}", body)
    assert not sentences, sentences[:3]


def test_the_same_advice_prints_the_same_figures_in_both_languages() -> None:
    # Figures with a decimal point: whole ones also stand in sentences that name their unit once.
    pattern = r"\d[\d,]*\.\d+ (?:GiB|tok/s|kWh|GB/s)"
    found = survey(g480(), Workload(), "free")
    advised = advise_survey(found)
    documents = [build(g480(), found, advised, translator(language), DAY) for language in ("en", "zh-CN")]
    # Where clouds of China are named, a sentence says which card to ask for: it has no English twin.
    shown = [markdown.render(d).splitlines() for d in documents]
    texts = ["\n".join(line for line in lines if "国外平台" not in line) for lines in shown]
    figures = [re.findall(pattern, text) for text in texts]
    assert len(figures[0]) > 200
    assert sorted(figures[0]) == sorted(figures[1])


@pytest.mark.parametrize("machine", [builder_5950x, rtx4090_desktop], ids=["5950X", "RTX 4090"])
def test_other_machines_report_too(machine) -> None:  # type: ignore[no-untyped-def]
    shown = report.render(machine(), Workload(), "en", "md", today=DAY).decode()
    assert "None" not in shown
    assert "nan" not in re.findall(r"[a-z]+", shown)


def test_a_machine_without_a_usable_card_is_told_so_and_what_pays() -> None:
    """The processor trains in FP32, slowly; the upgrade that pays is a card."""
    shown = report.render(builder_5950x(), Workload(), "en", "md", today=DAY).decode()
    assert "left alone for a night" in shown
    assert "Plans and picks therefore use FP32" in shown
    assert re.search("upgrade that pays most: Graphics card: .*can be fine-tuned", shown)


def test_a_machine_of_unknown_speed_is_told_how_many_models_fit() -> None:
    memory = replace(builder_5950x().memory, bandwidth_bytes_per_s=None, kind=None, speed_mts=None, modules=())
    shown = report.render(replace(builder_5950x(), memory=memory), Workload(), "en", "md", today=DAY).decode()
    assert re.search(r"> .*\d+ of \d+ models of the catalogue fit", shown)
    assert "No speed is known here" in shown
    assert "speed unknown" in shown


def test_json_holds_machine_advice_and_matrix_and_no_mount_points() -> None:
    content = json.loads(report.render(g480(), Workload(), "en", "json", today=DAY))
    assert content["machine"]["cpu"]["cores"] == 2
    assert all("mount" not in disk for disk in content["machine"]["disks"])
    assert content["advice"]["tier"]["code"] == "entry"
    assert set(content["matrix"][0]["methods"]) == {"run", "run-q8", "run-f16", "qlora", "lora", "full"}


def test_report_and_estimate_give_one_number() -> None:
    """The report's matrix writes the total of the estimate that window and command line show."""
    machine = g480()
    answer = estimate(machine, find_model("qwen2.5-1.5b"), for_method(Workload(), "run"))
    assert answer.memory is not None
    assert translator("en").gib(answer.memory.total) in verdict_cell(answer, translator("en")).text
    assert translator("en").gib(answer.memory.total) in text("en")


def test_no_export_names_a_mount_point() -> None:
    """A mount point may hold its user's name."""
    shown = report.render(builder_5950x(), Workload(), "en", "json", today=DAY).decode()
    assert "/srv/data" not in shown


def test_a_hostile_name_does_no_harm() -> None:
    """Names come from firmware and files: markup, control characters and unknown scripts stay text."""
    odd = replace(g480(), model="<script>alert(1)</script>|`x`\n\x00 機械 العربية 😀")
    shown = {kind: report.render(odd, Workload(), "en", kind, today=DAY) for kind in report.FORMATS}
    assert b"<script>" not in shown["html"]
    assert b"\\<script\\>" in shown["md"]
    assert json.loads(shown["json"])["machine"]["model"] == "<script>alert(1)</script>|`x` 機械 العربية 😀"
    assert shown["pdf"].startswith(b"%PDF")


def test_a_machine_of_which_nothing_is_known_reports_unknowns() -> None:
    shown = report.render(Machine(), Workload(), "en", "md", today=DAY).decode()
    assert "bandwidth of this machine's memory is not known" in shown
    assert "0 GiB" not in re.findall(r"(?<![\d.])0 GiB", shown)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed")
def test_chinese_pdf_gives_its_text_back(tmp_path: Path) -> None:
    """Searching and copying work: hanzi come back as themselves (not as radicals), digits are all there."""
    target = tmp_path / "报告 一.pdf"
    report.write(target, g480(), Workload(), "zh-CN")
    run = subprocess.run(["pdftotext", "-layout", str(target), "-"], capture_output=True, check=True, timeout=60)
    shown = run.stdout.decode()
    for word in ("i5-3210M", "11.7 GiB", "显存", "内存", "上下文长度", "量化", "微调"):
        assert word in shown, word
    assert not re.search("[\u2e80-\u2fdf]", shown)


def test_fpdf_is_loaded_for_pdf_alone() -> None:
    code = (
        "import sys; from tests.machines import g480; from advisor import report;"
        "from advisor.workload import Workload;"
        "report.render(g480(), Workload(), 'en', 'md');"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'fpdf', 'numpy', 'PySide6')))"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, timeout=60, check=False).returncode == 0


def test_unknown_ending_missing_folder_and_folder_as_file_are_refused(tmp_path: Path) -> None:
    for path, word in ((tmp_path / "a.docx", ".docx"), (tmp_path / "no" / "a.pdf", "no"), (tmp_path, "folder")):
        with pytest.raises(UserError, match=re.escape(word)):
            report.write(path, g480(), Workload(), "en")
    assert not list(tmp_path.iterdir())


def test_the_given_format_wins_over_the_ending(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    report.write(target, g480(), Workload(), "en", format="md")
    assert target.read_text("utf-8").startswith("# ")


def test_a_machine_is_called_by_its_parts_each_named_once() -> None:
    tr = translator("en")
    assert machine_name(assemble(None, gpu="Apple M4", cpu=None, ram_gib=16), tr) == "Apple M4"
    pair = assemble(None, gpu="GeForce RTX 3090", gpu_count=2, cpu="Ryzen 9 5950X", ram_gib=64)
    assert machine_name(pair, tr) == "Ryzen 9 5950X + 2 × GeForce RTX 3090"


def test_training_of_unknown_time_is_not_called_hopeless() -> None:
    """A processor that nobody measured: what fits may be worth a try."""
    board = assemble(None, gpu=None, cpu="Cortex-A76", ram_gib=8)
    body = report.render(board, Workload(), "en", "md", today=DAY, sections=("plans", "conclusion")).decode()
    assert "how long it would take here is not known" in body
    assert "LoRA" not in body.split("Not worth trying here:")[1].split("## Appendix")[0]


def test_charts_show_the_memory_that_the_estimates_assume() -> None:
    """A dump may not tell how much is free: the line is then where the estimates draw it."""
    machine = builder_5950x()
    machine = replace(machine, memory=replace(machine.memory, available_bytes=None))
    found = survey(machine, Workload(), "free")
    document = build(machine, found, advise_survey(found, "en"), translator("en"), DAY)
    charts = [block for section in document.sections for block in section.blocks if isinstance(block, Bars | Points)]
    sizes = [mark.value for chart in charts for mark in chart.marks if mark.name.startswith("RAM")]
    assert sizes
    assert set(sizes) == {(machine.memory_budget_bytes or 0) / 2**30 - 4}
