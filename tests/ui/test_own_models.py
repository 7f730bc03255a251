"""The user's own models in the window: opened, dropped or found they stand on top, computed; errors in one sentence."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from advisor import profiles
from advisor.catalog.models import find_model
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.own_models import found_here, is_model
from advisor.ui.screen import Screen
from tests.importers.test_folders import ollama
from tests.importers.test_gguf import save, write
from tests.importers.test_hf_config import CONFIGS
from tests.importers.test_safetensors import beside
from tests.ui.helpers import MACHINE, MODELS, open_window

VARIABLES = ("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "LLAMA_CACHE",
             "LOCALAPPDATA")  # fmt: skip


def shown(screen: Screen) -> list[str]:
    return [model.name for model in screen.matrix.model.rows]


def drop(screen: Screen, path: Path) -> None:
    """What a file manager sends when a file is let go over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window = screen.window()
    common = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, *common)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, *common))


def test_an_opened_file_stands_on_top_and_is_computed(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    """Through the dialog, with a search in the way; again: still once."""
    screen = open_window(qapp)
    path = write(find_model("smollm2-135m"), "Q8_0", tmp_path / "我的 模型.gguf")
    screen.matrix.search.setText("gemma")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(path), ""))
        screen.commands["model.open"].trigger()
        qapp.processEvents()
        qtbot.waitUntil(lambda: not screen.work.busy)
        screen.own_models.ask()
        qtbot.waitUntil(lambda: not screen.work.busy)
    assert shown(screen)[0] == "SmolLM2-135M"
    assert shown(screen).count("SmolLM2-135M") == 1
    assert len(shown(screen)) == len(MODELS) + 1
    assert screen.state.model is screen.matrix.model.rows[0]
    found = screen.details.estimate()
    assert found is not None
    assert found.memory is not None
    assert str(path) in screen.matrix.model.data(screen.matrix.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    screen.matrix.model.sort(0, Qt.SortOrder.DescendingOrder)
    assert shown(screen)[0] == "SmolLM2-135M"


def test_the_family_filter_has_a_place_for_own_models(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    """Only they are shown then, and it is there only when there are some."""
    screen = open_window(qapp)
    families = screen.matrix.family
    assert families.findText("On this computer") < 0
    screen.own_models.open(str(write(find_model("smollm2-135m"), "Q8_0", tmp_path / "a.gguf")))
    qtbot.waitUntil(lambda: not screen.work.busy)
    families.setCurrentIndex(families.findText("On this computer"))
    assert shown(screen) == ["SmolLM2-135M"]


def test_a_dropped_model_and_a_dropped_machine(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    """Both may be .json: what it is about decides."""
    screen = open_window(qapp)
    folder = tmp_path / "mine"
    folder.mkdir()
    beside(folder, CONFIGS["qwen2.5-0.5b"])
    for path in (folder / "config.json", folder):
        drop(screen, path)
        qtbot.waitUntil(lambda: not screen.work.busy)
        assert shown(screen)[0] == "mine"
    assert shown(screen).count("mine") == 1
    profiles.save(MACHINE, tmp_path / "machine.json")
    drop(screen, tmp_path / "machine.json")
    qtbot.waitUntil(lambda: screen.state.what_if is not None)
    assert screen.state.what_if == "Test Box"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.bin", b"\x80\x02.", "a pickle can run code"),
        ("model.gguf", b"GGUF", "cut off"),
        ("config.json", b'{"model_type": "qwen2"}', "hidden_size is missing"),
        ("model.safetensors", b"x", "cut off"),
    ],
)
def test_what_is_no_model_ends_in_one_sentence(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """In a dialog; the table is as it was, and nothing waits any more."""
    screen = open_window(qapp)
    (tmp_path / name).write_bytes(content)
    before = shown(screen)
    drop(screen, tmp_path / name)
    qtbot.waitUntil(lambda: bool(screen.findChildren(ErrorDialog)))
    assert said in screen.findChildren(ErrorDialog)[0].text.text()
    assert shown(screen) == before
    assert QApplication.overrideCursor() is None


def at_home(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The look around finds what lies in `folder`, nothing of this computer."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_what_other_programs_keep_is_found(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under Ollama's name for it, with the program's; broken ones are left out; nothing is selected anew."""
    at_home(monkeypatch, tmp_path)
    ollama(tmp_path / ".ollama" / "models")
    broken = tmp_path / ".cache" / "llama.cpp" / "broken.gguf"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"GGUF")
    screen = open_window(qapp)
    before = screen.state.model
    screen.own_models.look_around()
    qtbot.waitUntil(lambda: bool(screen.state.own_models))
    assert shown(screen)[0] == "smollm2:135m"
    assert "Ollama · Q8_0 · " in screen.matrix.model.data(screen.matrix.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert len(shown(screen)) == len(MODELS) + 1
    assert screen.state.model is before


def test_a_model_that_is_shown_stays_when_it_is_found_too(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened by hand before the look around ends: one row, and the one that is selected is in the table."""
    at_home(monkeypatch, tmp_path)
    (tmp_path / ".cache" / "llama.cpp").mkdir(parents=True)
    path = write(find_model("smollm2-135m"), "Q8_0", tmp_path / ".cache" / "llama.cpp" / "mine.gguf")
    screen = open_window(qapp)
    screen.own_models.open(str(path))
    qtbot.waitUntil(lambda: bool(screen.state.own_models))
    screen.own_models.look_around()
    qtbot.waitUntil(lambda: not screen.work.busy)
    assert len(screen.state.own_models) == 1
    assert screen.matrix.model.row_of(screen.state.model) == 0


def test_a_look_around_ends_with_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed window must not go on reading a hundred headers behind the scenes."""
    monkeypatch.setenv("LLAMA_CACHE", str(tmp_path))
    write(find_model("smollm2-135m"), "Q8_0", tmp_path / "a.gguf")
    assert any(model.source.startswith(str(tmp_path)) for model in found_here(lambda: False))
    assert found_here(lambda: True) == {}


def test_a_stranger_is_shown_with_what_is_known(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    """An architecture that nobody described: its size in the table, "unknown" in its cells, the reason beside."""
    screen = open_window(qapp)
    path = save(tmp_path / "x.gguf", {"general.architecture": "stranger", "general.name": "X"}, [("w", (1024, 999), 1)])
    screen.own_models.open(str(path))
    qtbot.waitUntil(lambda: not screen.work.busy)
    model = screen.matrix.model
    assert [model.data(model.index(0, column)) for column in (0, 1)] == ["X", "1.02M"]
    found = screen.details.estimate()
    assert found is not None
    assert (found.verdict, found.memory) == ("unknown", None)
    assert "stranger" in screen.memory.verdict.text()
    assert screen.grab().width() > 0
    screen.details.show_why()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.gguf", b"", True),
        ("a.PT", b"", True),
        ("config.json", json.dumps({"model_type": "qwen2"}).encode(), True),
        ("machine.json", json.dumps({"cpu": {}}).encode(), False),
        ("bad.json", b"{", False),
        ("sha256-abc", b"GGUF....", True),
        ("dxdiag.txt", b"System Information", False),
    ],
)
def test_a_model_is_told_from_a_machine(tmp_path: Path, name: str, content: bytes, expected: bool) -> None:
    """By ending, by the first bytes, by the keys of its JSON."""
    (tmp_path / name).write_bytes(content)
    assert is_model(tmp_path / name) is expected


@pytest.mark.parametrize(
    "content",
    [
        '{"id": "pc", "class": "system", "children": [{"id": "core"}]}',
        '{"lscpu": [{"field": "Architecture:", "data": "x86_64"}]}',
        '[{"type": "CPU", "result": {"cpu": "i5-3210M"}}]',
        '{"SPDisplaysDataType": [{"sppci_model": "Intel HD Graphics 4000"}]}',
        '{"card0": {"Card Series": "Radeon"}}',
        '{"CimClass": {"CimClassName": "root/cimv2:Win32_Processor"}, "Name": "Intel"}',
        '{"half": [',
    ],
)
def test_other_programs_json_is_no_model(content: str, tmp_path: Path) -> None:
    """In any encoding that they write; the reader of dumps says then what it is."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.json"
        path.write_bytes(content.encode(encoding))
        assert not is_model(path)


def test_no_recorded_output_is_taken_for_a_model() -> None:
    """Of all that real machines wrote, none goes to the reader of models."""
    folder = Path(__file__).parents[3] / "shared" / "fixtures"
    recorded = [path for path in folder.rglob("*") if path.is_file()]
    if not recorded:
        pytest.skip("the shared folder with recorded outputs is not beside the checkout")
    assert not [path for path in recorded if is_model(path)]
