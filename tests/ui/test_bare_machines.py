"""Machines of which little is known, and lists that are empty or endless: the window says so and stays whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import dumps, profiles, settings
from advisor.catalog.complete import complete
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.machine import Cpu, Machine, Memory
from advisor.ui.machines import saved
from tests.ui.helpers import MACHINE, open_window

LSPCI = """\
00:00.0 Host bridge: Intel Corporation 3rd Gen Core processor DRAM Controller (rev 09)
00:02.0 VGA compatible controller: Intel Corporation 3rd Gen Core processor Graphics Controller (rev 09)
01:00.0 VGA compatible controller: NVIDIA Corporation GF119M [GeForce 610M] (rev a1)
"""
LONG = "名<b>&amp;</b>\n\"'\u202e" * 30


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")


def settle(qtbot: QtBot, screen: object) -> None:
    qtbot.waitUntil(lambda: not screen.cells.busy and not screen.work.busy, timeout=20_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_dump_of_lspci_alone(language: str, qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """Its cards and nothing else: memory is unknown and no cell promises anything."""
    path = tmp_path / "lspci.txt"
    path.write_text(LSPCI, encoding="utf-8")
    machine = complete(dumps.load(path))
    assert machine.memory.total_bytes is None
    screen = open_window(qapp, machine, language)
    settle(qtbot, screen)
    for model in screen.matrix.model.rows:
        estimate = screen.cells.get(model, screen.state.column)
        assert estimate is not None
        assert estimate.verdict in ("unknown", "no")
    assert screen.memory.verdict.text()
    assert "None" not in screen.gauges.notes.text() + screen.memory.bars.accessibleDescription()
    assert "nan" not in screen.memory.curve.readout.text()
    screen.window().grab()
    screen.window().close()


@pytest.mark.parametrize(
    "machine",
    [
        Machine(source="profile"),
        Machine(source="profile", cpu=Cpu(name="x"), memory=Memory(total_bytes=8 << 30)),
        replace(MACHINE, gpus=(), disks=()),
        replace(MACHINE, memory=Memory()),
    ],
    ids=["nothing", "no free memory", "no card, no disk", "no memory"],
)
def test_a_machine_that_is_hardly_known(machine: Machine, qtbot: QtBot, qapp: QApplication) -> None:
    """All panes are painted, on every page, with words for what is not known."""
    screen = open_window(qapp, machine)
    settle(qtbot, screen)
    for page in screen.pages.keys:
        screen.pages.show_page(page)
        qapp.processEvents()
        assert not screen.window().grab().isNull()
    assert all(gauge.accessibleName() for gauge in screen.gauges.gauges if gauge.isVisible())
    assert "None" not in " ".join(gauge.accessibleName() for gauge in screen.gauges.gauges)
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=20_000)
    screen.window().close()


@pytest.mark.parametrize("count", [0, 500])
def test_own_models_none_and_many(count: int, qtbot: QtBot, qapp: QApplication) -> None:
    """Five hundred files of one user stand on top, each found by its name; with none there is no such filter."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    before = len(screen.matrix.model.rows)
    one = find_model("qwen2.5-0.5b")
    own: Sequence[Model] = [replace(one, id=f"own-{n}", name=f"own {n:03} {LONG[:40]}") for n in range(count)]
    screen.state.add_own_models(dict.fromkeys(own, "Ollama"))
    settle(qtbot, screen)
    assert len(screen.matrix.model.rows) == before + count
    listed = [screen.matrix.family.itemText(at) for at in range(screen.matrix.family.count())]
    assert ("On this computer" in listed) == bool(count)
    screen.matrix.search.setText("own 499")
    assert len(screen.matrix.model.rows) == (1 if count else 0)
    assert bool(screen.matrix.view.empty)
    screen.matrix.search.clear()
    settle(qtbot, screen)
    screen.window().close()


def test_a_machine_with_an_endless_name_is_kept_and_found(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """In the title, the header, the list of machines and the recent files: cut, never markup, never a new line."""
    screen = open_window(qapp)
    path = tmp_path / f"{LONG[:60]}.json".replace("/", "_")
    profiles.save(replace(MACHINE, model=LONG), path)
    saved.folder().mkdir(parents=True)
    profiles.save(replace(MACHINE, model=LONG), saved.path_of("kept"))
    screen.own_models.drop(str(path))
    qtbot.waitUntil(lambda: screen.state.what_if is not None, timeout=20_000)
    screen.chooser.kept.show("kept")
    qtbot.waitUntil(lambda: screen.state.what_if == "kept", timeout=20_000)
    assert screen.state.machine is not None
    assert "\n" not in (screen.state.machine.model or "")
    qapp.processEvents()
    assert screen.window().minimumSizeHint().width() <= 1366
    assert "\n" not in screen.header.name.text()
    screen.chooser.open()
    popup = screen.header.what_if.popup
    assert popup is not None
    assert popup.width() <= 1366
    assert all("\n" not in popup.list.item(row).text() for row in range(popup.list.count()))
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=20_000)
    popup.hide()
    screen.window().close()
