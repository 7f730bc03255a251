"""The user's own catalogue: good files add and override, each bad one is named and skipped, nothing stops the start."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from advisor import cli, settings
from advisor.catalog import cpus, gpus, models, user
from advisor.catalog.complete import complete
from advisor.catalog.whatif import assemble
from advisor.estimator.tensors import parameters
from advisor.machine import Gpu, Machine

GIB = 1 << 30
CARD = {
    "name": "Test Card 9000", "kind": "discrete", "architecture": "Ada Lovelace", "memory_gib": 20, "source": "my own",
    "bandwidth_gbs": 500, "compute_capability": "8.9", "pci_ids": ["10de:f00d"],
}  # fmt: skip
CHIP = {"name": "Test Chip 77", "generation": "Raptor Lake", "cores": 10, "threads": 16, "source": "my own"}
GENERATION = {"name": "Raptor Lake", "memory": "DDR5-5600", "channels": 2, "pattern": "(", "source": "my own"}
MODEL: dict[str, Any] = {
    "id": "my-small-1b", "name": "My Small 1B", "family": "Mine", "kind": "chat", "style": "llama", "layers": 16,
    "hidden": 2048, "ffn": 8192, "heads": 32, "kv_heads": 8, "head_dim": 64, "vocab": 32000, "source": "my own",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    """What a test adds leaves with it."""
    yield
    user.use(user.Own())


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def cards(*entries: object) -> dict[str, object]:
    return {"vendor": "nvidia", "gpus": list(entries)}


def sentences(own: user.Own) -> list[str]:
    return [one.message.format(**one.values) for one in own.problems]


def test_own_devices_and_models_are_found_and_used(tmp_path: Path) -> None:
    """By name and by PCI id, with the engines that the rules give them; a processor takes its generation's memory."""
    write(tmp_path / "gpus" / "mine.json", cards(CARD))
    write(tmp_path / "cpus" / "mine.json", {"vendor": "Intel", "architecture": "x86_64", "cpus": [CHIP]})
    write(tmp_path / "models" / "mine.json", {"models": [MODEL]})
    own = user.load(tmp_path)
    assert not own.problems
    user.use(own)
    machine = assemble(None, gpu="NVIDIA test card 9000", gpu_count=2, cpu="Test Chip 77", ram_gib=32)
    assert [(gpu.vram_bytes, gpu.engines) for gpu in machine.gpus] == [(20 * GIB, ("cuda",))] * 2
    assert machine.memory.bandwidth_bytes_per_s == 89.6e9
    (found,) = complete(Machine(gpus=(Gpu(pci_id="10DE:F00D", kind="discrete"),))).gpus
    assert found.name == "Test Card 9000"
    assert parameters(models.find_model("My Small 1B")) == pytest.approx(1.1e9, rel=0.05)
    assert {"Test Card 9000", "Test Chip 77"} <= {*gpus.gpu_names(), *cpus.cpu_names()}


def test_the_same_name_overrides_ours(tmp_path: Path) -> None:
    """In any case of letters, without a second entry; a later file goes before an earlier one."""
    counts = len(gpus.gpus()), len(cpus.cpus()), len(models.models())
    write(tmp_path / "gpus" / "a.json", cards({**CARD, "name": "geforce rtx 4090", "memory_gib": 44}))
    write(tmp_path / "gpus" / "b.json", cards({**CARD, "name": "GeForce RTX 4090", "memory_gib": 48}))
    chip = {"name": "Core i5-3210M", "cores": 3, "source": "my own"}
    write(tmp_path / "cpus" / "a.json", {"vendor": "Intel", "architecture": "x86_64", "cpus": [chip]})
    write(tmp_path / "models" / "a.json", {"models": [{**MODEL, "id": "qwen2.5-7b"}]})
    user.use(user.load(tmp_path))
    assert gpus.find_gpu("RTX 4090").vram_bytes == 48 * GIB
    assert cpus.find_cpu("i5-3210M").cores == 3
    assert models.find_model("qwen2.5-7b").name == "My Small 1B"
    assert (len(gpus.gpus()), len(cpus.cpus()), len(models.models())) == counts


def test_everything_is_taken_back(tmp_path: Path) -> None:
    """Without own files the catalogue is the shipped one again."""
    before = gpus.find_gpu("RTX 4090")
    write(tmp_path / "gpus" / "a.json", cards({**CARD, "name": "GeForce RTX 4090"}))
    user.use(user.load(tmp_path))
    user.use(user.Own())
    assert gpus.find_gpu("RTX 4090") == before
    assert gpus.by_pci_id("10de:f00d") == ()


@pytest.mark.parametrize(
    ("place", "content", "message"),
    [
        ("gpus", "{", r"bad\.json, line 1: not valid JSON"),
        ("gpus", [], r"bad\.json: expected one list named gpus"),
        ("gpus", cards({**CARD, "bandwidth_gbs": 5e11}), r"bad\.json: entry Test Card 9000: field bandwidth_gbs"),
        ("gpus", cards({**CARD, "memory": 20}), r"bad\.json: entry Test Card 9000: unknown field memory"),
        ("gpus", cards({"name": "X"}), r"bad\.json: entry X: field architecture is missing"),
        ("gpus", cards(CARD, {**CARD, "name": "TEST card 9000"}), r"bad\.json: entry TEST card 9000: the name occurs"),
        ("gpus", cards("text"), r"bad\.json: entry 1: not an object"),
        ("gpus", {"gpus": [CARD]}, r"bad\.json: expected texts named vendor"),
        ("cpus", {"vendor": "Intel", "architecture": "x86_64", "cpus": [{**CHIP, "generation": "None"}]}, "generation"),
        (
            "gpus",
            '{"vendor": "X", "gpus": [{"name": "X", "memory_options_gib": [1e999]}]}',
            "field architecture is missing",
        ),
        (
            "gpus",
            json.dumps(cards({**CARD, "memory_options_gib": [8]})).replace("[8]", "[1e999]"),
            "memory_options_gib",
        ),
        (
            "cpus",
            {"vendor": "I", "architecture": "x86_64", "generations": [GENERATION], "cpus": [CHIP]},
            "field pattern",
        ),
        ("cpus", {"vendor": "Intel", "cpus": [CHIP]}, "expected texts named vendor, architecture"),
        ("models", {"models": [{**MODEL, "layers": 0}]}, r"bad\.json: my-small-1b: layers: a whole number"),
        ("models", {"models": [{**MODEL, "style": "none"}]}, r"bad\.json: my-small-1b: style"),
        ("models", {"models": [{**MODEL, "aliases": ["Qwen/Qwen2.5-7B"]}]}, "is already the name of qwen2.5-7b"),
        (".", {"models": [MODEL]}, r"bad\.json: belongs into one of the folders models, gpus, cpus"),
    ],
)
def test_a_bad_file_is_named_and_skipped(tmp_path: Path, place: str, content: object, message: str) -> None:
    """One sentence that names the file and what is wrong; the good file beside it counts."""
    write(tmp_path / place / "bad.json", content)
    write(tmp_path / "gpus" / "good.json", cards({**CARD, "name": "Good Card 1", "pci_ids": []}))
    own = user.load(tmp_path)
    (sentence,) = sentences(own)
    assert re.search(message, sentence)
    assert [spec.name for spec in own.gpus] == ["Good Card 1"]
    assert (own.models, own.cpus) == ((), ())


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "gpus": (cards(), CARD),
    "cpus": ({"vendor": "Intel", "architecture": "x86_64", "generations": [], "cpus": []}, CHIP),
    "models": ({"models": []}, MODEL),
}


@settings_of_hypothesis(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_whatever_a_file_holds_is_read_or_named(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    """One field of a good entry, or of the file itself, replaced by anything: no crash, and at most one sentence."""
    whole, one = (dict(part) for part in KINDS[kind])
    target = data.draw(st.sampled_from([whole, one]))
    key = data.draw(st.sampled_from(sorted(target)) | st.text(max_size=8))
    target[key] = data.draw(anything)
    if isinstance(whole.get(kind), list) and target is one:
        whole[kind] = [one]
    path = write(tmp_path / kind / "one.json", whole)
    own = user.load(tmp_path)
    path.unlink()
    assert len(own.problems) <= 1
    assert all("one.json" in sentence for sentence in sentences(own))
    user.use(own)
    assert gpus.gpu_names()
    assert cpus.known_cpu("Test Chip 77") is None or cpus.known_cpu("Test Chip 77")
    user.use(user.Own())


def test_a_network_keeps_its_name(tmp_path: Path) -> None:
    """A model under the name of an embedding model would make both unfindable: its file is skipped, with the reason."""
    write(tmp_path / "models" / "mine.json", {"models": [{**MODEL, "id": "bge-m3"}]})
    own = user.load(tmp_path)
    user.use(own)
    assert own.models == ()
    assert sentences(own)[0].endswith("bge-m3 is already the name of bge-m3")
    assert models.find_model("bge-m3").kind == "embedding"


@pytest.mark.parametrize("vendor", ["x" * 3000, "../kept_memory", "a/b", "../../../etc"])
def test_a_maker_is_no_path(tmp_path: Path, vendor: str) -> None:
    """Whatever a file calls the maker, all devices are still found, and no file is read for that name."""
    write(tmp_path / "gpus" / "mine.json", {**cards(CARD), "vendor": vendor})
    chip = {"name": "Test Chip 88", "source": "my own"}
    write(tmp_path / "cpus" / "mine.json", {"vendor": vendor, "architecture": "x86_64", "cpus": [chip]})
    user.use(user.load(tmp_path))
    assert gpus.find_gpu("Test Card 9000").vendor == vendor
    assert gpus.find_gpu("RTX 4090").vendor == "NVIDIA"
    assert cpus.find_cpu("Test Chip 88").vendor == vendor
    assert cpus.find_cpu("Core i9-13900K").vendor == "Intel"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among files")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe, a folder and a link to nowhere end in a sentence each."""
    (tmp_path / "gpus" / "folder.json").mkdir(parents=True)
    os.mkfifo(tmp_path / "gpus" / "pipe.json")
    (tmp_path / "gpus" / "lost.json").symlink_to(tmp_path / "nowhere")
    assert len(sentences(user.load(tmp_path))) == 3


def test_no_folder_is_no_problem(tmp_path: Path) -> None:
    """Most users have none."""
    assert user.load(tmp_path / "none") == user.Own()


def test_the_command_line_takes_it_from_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the settings are; a skipped file is told on stderr and costs neither the command nor its JSON."""
    monkeypatch.setattr(settings, "folder", lambda: tmp_path)
    write(tmp_path / "catalogue" / "models" / "mine.json", {"models": [MODEL]})
    write(tmp_path / "catalogue" / "models" / "broken.json", "[1, 2")
    assert cli.main(["models", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "my-small-1b" in {model["id"] for model in json.loads(out)}
    assert "broken.json, line 1: not valid JSON" in err
    assert "skipped" in err
    assert err.count("\n") == 1
