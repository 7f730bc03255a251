"""What is no model, or means harm: refused at once, in one sentence, without being executed or read whole."""

import json
import os
import pickle
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import UserError
from advisor.importers import model_of
from tests.importers.holes import stretch
from tests.importers.test_gguf import save
from tests.importers.test_hf_config import CONFIGS

NAMES = ("model.gguf", "model.safetensors", "model.safetensors.index.json", "config.json", "adapter_config.json")


def refused(path: Path, said: str) -> None:
    """Within two seconds, with one sentence that names the file."""
    start = time.perf_counter()
    with pytest.raises(UserError, match=said) as error:
        model_of(str(path))
    assert time.perf_counter() - start < 2
    assert path.name in str(error.value)
    assert "\n" not in str(error.value)


def memory(run: Callable[[], object]) -> int:
    """The most bytes that Python held beside what it held before."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_index_of_pickles(tmp_path: Path) -> None:
    """pytorch_model.bin.index.json names nothing that is read."""
    path = tmp_path / "pytorch_model.bin.index.json"
    path.write_text('{"weight_map": {"a": "pytorch_model-00001-of-00002.bin"}}', encoding="utf-8")
    refused(path, "a pickle can run code")


class Harm:
    """Unpickling it would make a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", [*NAMES, "model.bin", "model.pt", "model.pth", "model.ckpt"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_is_refused_under_every_name(tmp_path: Path, name: str, protocol: int) -> None:
    """Nothing in it runs."""
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Harm(tmp_path / "harm"), protocol) + bytes(64))
    refused(path, "a pickle can run code")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", NAMES)
def test_what_torch_saves_is_refused_under_every_name(tmp_path: Path, name: str) -> None:
    """A zip of pickles."""
    with zipfile.ZipFile(tmp_path / name, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(1))
    refused(tmp_path / name, "a pickle can run code")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    """A download that never began."""
    (tmp_path / name).touch()
    with pytest.raises(UserError, match=name.partition(".")[0]):
        model_of(str(tmp_path / name))


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_under_a_file_s_name(tmp_path: Path, name: str) -> None:
    """A folder called model.gguf."""
    (tmp_path / name).mkdir()
    refused(tmp_path / name, "this is a folder|not a model")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_is_never_waited_for(tmp_path: Path, name: str) -> None:
    """Opening one for reading would block for ever."""
    os.mkfifo(tmp_path / name)
    refused(tmp_path / name, "a device or pipe")


@pytest.mark.skipif(sys.platform == "win32" or not Path("/dev/zero").exists(), reason="no device files here")
@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_never_read(tmp_path: Path, name: str) -> None:
    """A link to /dev/zero is a file without end."""
    (tmp_path / name).symlink_to("/dev/zero")
    refused(tmp_path / name, "a device or pipe")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_itself(tmp_path: Path) -> None:
    """The system's own words."""
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    refused(tmp_path / "loop.gguf", "cannot be read")


@pytest.mark.parametrize("name", [*NAMES, "nul\0.gguf", "x" * 5000 + ".gguf"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    """Also under names that no file can have."""
    with pytest.raises(UserError, match=r"cannot be read"):
        model_of(str(tmp_path / name))


def test_a_folder_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files cannot even be asked for: refused in a sentence as anything else that holds no model."""

    def denied(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", denied)
    with pytest.raises(UserError, match="not a model"):
        model_of(str(tmp_path))


@pytest.mark.parametrize("kind", ["gguf", "config"])
def test_a_name_is_one_printable_line(tmp_path: Path, kind: str) -> None:
    """Names from files stand in tables and terminals: no line breaks, no escapes, no megabytes."""
    name = "A\n\x1b[31mB\x00\u202e" + "C" * 5000
    path = tmp_path / ("x.gguf" if kind == "gguf" else "config.json")
    if kind == "gguf":
        save(path, {"general.architecture": "stranger", "general.name": name}, [("w", (64, 64), 1)])
    else:
        path.write_text(json.dumps(CONFIGS["qwen2.5-0.5b"] | {"_name_or_path": name}), encoding="utf-8")
    found = model_of(str(path)).name
    assert found.isprintable()
    assert found.startswith("A [31mB CCC")
    assert len(found) <= 200


def test_a_path_of_another_system() -> None:
    """A Windows path on Linux is a name that is not there, not a crash."""
    with pytest.raises(UserError):
        model_of(r"C:\Users\张三\models\qwen.gguf")


@pytest.mark.parametrize("name", NAMES)
def test_a_hole_of_200_gigabytes_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """A sparse file: under 2 seconds and 100 MB, whatever it pretends to be."""
    path = tmp_path / name
    start = {"model.gguf": b"GGUF\x03\0\0\0", "model.safetensors": (100 << 30).to_bytes(8, "little")}.get(name, b"{")
    path.write_bytes(start)
    stretch(path, 200 << 30)
    assert memory(lambda: refused(path, ".")) < 100e6


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"[" * 100_000),
        ("config.json", b'{"a":' * 50_000),
        ("config.json", b"[" + b"{}," * 1_000_000 + b"{}]"),
        ("config.json", b'{"hidden_size": ' + b"9" * 100_000 + b"}"),
        ("config.json", b'{"model_type": "\xff"}'),
        ("config.json", b'{"hidden_size": 1e999}'),
        ("config.json", b'{"hidden_size": 1, "hidden_size": 2}'),
        ("config.json", b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b',"k99999":1}'),
        ("model.safetensors.index.json", b"[" * 20_000_000),
        ("model.safetensors.index.json", b'{"weight_map": [' + b"0.5," * 8_000_000 + b"1]}"),
        ("model.safetensors", (20_000_000).to_bytes(8, "little") + b'{"a":' * 4_000_000),
    ],
)
def test_a_json_file_that_would_fill_the_memory(tmp_path: Path, name: str, content: bytes) -> None:
    """Too deep, too many, too long a number, a key twice among very many."""
    (tmp_path / name).write_bytes(content)
    del content
    assert memory(lambda: refused(tmp_path / name, ".")) < 100e6


def test_a_header_that_would_take_long(tmp_path: Path) -> None:
    """Six million empty texts in a list: given up after two seconds, other threads go on meanwhile."""
    path = tmp_path / "slow.gguf"
    start = b"GGUF\x03\0\0\0" + bytes(8) + (1).to_bytes(8, "little") + (1).to_bytes(8, "little") + b"a"
    body = (9).to_bytes(4, "little") + (8).to_bytes(4, "little") + (6_000_000).to_bytes(8, "little")
    path.write_bytes(start + body)
    stretch(path, 60 << 20)
    beats = 0
    stop = threading.Event()

    def beat() -> None:
        nonlocal beats
        while not stop.wait(0.01):
            beats += 1

    thread = threading.Thread(target=beat)
    thread.start()
    began = time.perf_counter()
    with pytest.raises(UserError, match=r"slow\.gguf: "):
        model_of(str(path))
    stop.set()
    thread.join()
    assert time.perf_counter() - began < 4
    assert beats > 5
