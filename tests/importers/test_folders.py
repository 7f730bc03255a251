"""Models of other programs: found in their own layouts, by real sizes, without end or detour."""

import json
import os
from pathlib import Path

import pytest

from advisor.catalog.models import find_model
from advisor.cli import main
from advisor.errors import UserError
from advisor.importers import model_of
from advisor.importers.folders import LocalModel, local_models, ollama_name, read_manifest
from tests.importers.test_gguf import write
from tests.importers.test_hf_config import CONFIGS
from tests.importers.test_safetensors import beside
from tests.importers.test_safetensors import write as write_safetensors

DIGEST, LICENCE = "a" * 64, "b" * 64
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "digest": f"sha256:{'c' * 64}",
        "size": 9,
    },
    "layers": [
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{DIGEST}", "size": 1},
        {"mediaType": "application/vnd.ollama.image.license", "digest": f"sha256:{LICENCE}", "size": 1},
    ],
}


def ollama(place: Path, name: str = "registry.ollama.ai/library/smollm2/135m") -> Path:
    """A models folder of Ollama with one model; returns its blob."""
    manifest = place / "manifests" / name
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    (place / "blobs").mkdir()
    (place / "blobs" / f"sha256-{LICENCE}").write_bytes(b"MIT")
    return write(find_model("smollm2-135m"), "Q8_0", place / "blobs" / f"sha256-{DIGEST}")


def test_an_ollama_model_is_its_blob(tmp_path: Path) -> None:
    """Named as `ollama list` names it, its size that of its files, and its path opens as a model."""
    blob = ollama(tmp_path / ".ollama" / "models")
    found = local_models({}, tmp_path)
    assert found.models == (LocalModel("smollm2:135m", "Ollama", str(blob), blob.stat().st_size + 3),)
    assert (found.problems, found.complete) == ((), True)
    model = model_of(found.models[0].path)
    assert (model.name, model.layers) == ("SmolLM2-135M", 30)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("registry.ollama.ai/library/qwen3/8b", "qwen3:8b"),
        ("registry.ollama.ai/someone/model/latest", "someone/model:latest"),
        ("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF/Q4_K_M", "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M"),
        ("odd", "odd"),
    ],
)
def test_ollama_s_names(path: str, name: str) -> None:
    """What one types after `ollama run`."""
    assert ollama_name(tuple(path.split("/"))) == name


def test_a_variable_moves_the_folder(tmp_path: Path) -> None:
    """OLLAMA_MODELS, HF_HOME, LLAMA_CACHE; a folder that two of them name is looked at once."""
    ollama(tmp_path / "elsewhere")
    lone = tmp_path / "cache" / "owner_repo_file-Q4_0.gguf"
    lone.parent.mkdir()
    lone.write_bytes(bytes(7))
    found = local_models({"OLLAMA_MODELS": str(tmp_path / "elsewhere"), "LLAMA_CACHE": str(lone.parent)}, tmp_path)
    assert [(one.program, one.name) for one in found.models] == [
        ("Ollama", "smollm2:135m"),
        ("llama.cpp", "owner_repo_file-Q4_0"),
    ]
    assert not local_models({"OLLAMA_MODELS": ""}, tmp_path).models


def test_lm_studio_s_files_with_their_parts(tmp_path: Path) -> None:
    """publisher/model/file: parts count together, a vision projector is not a model, folders of MLX weights are."""
    folder = tmp_path / ".lmstudio" / "models" / "发布者" / "model-GGUF"
    folder.mkdir(parents=True)
    for name, size in (("m-Q4_K_M.gguf", 10), ("big-00001-of-00002.gguf", 20), ("big-00002-of-00002.gguf", 21),
                       ("mmproj-m-F16.gguf", 5), ("README.md", 3)):  # fmt: skip
        (folder / name).write_bytes(bytes(size))
    mlx = folder.with_name("model-4bit-mlx")
    mlx.mkdir()
    beside(mlx, CONFIGS["qwen2.5-0.5b"])
    path = write_safetensors(mlx / "model.safetensors", {"model.norm.weight": ("BF16", (896,))})
    found = local_models({}, tmp_path).models
    assert [(one.name, one.bytes) for one in found] == [
        ("big", 41), ("m-Q4_K_M", 10), ("model-4bit-mlx", path.stat().st_size),
    ]  # fmt: skip
    assert found[0].path.endswith("big-00001-of-00002.gguf")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_the_hub_s_newest_snapshot(tmp_path: Path) -> None:
    """Snapshots are links to blobs; of two commits refs/main's counts; the repository's folder opens as a model."""
    repository = tmp_path / "hub" / "models--Qwen--Qwen2.5-0.5B"
    commits = ["0" * 40, "1" * 40]
    (repository / "blobs").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commits[0], encoding="ascii")
    write_safetensors(repository / "blobs" / "weights", {"model.norm.weight": ("BF16", (896,))})
    beside(repository / "blobs", CONFIGS["qwen2.5-0.5b"])
    for commit in commits:
        (repository / "snapshots" / commit).mkdir(parents=True)
    here = repository / "snapshots" / commits[0]
    (here / "model.safetensors").symlink_to("../../blobs/weights")
    (here / "config.json").symlink_to("../../blobs/config.json")
    size = (repository / "blobs" / "weights").stat().st_size
    found = local_models({"HF_HOME": str(tmp_path)}, tmp_path / "nobody").models
    assert found == (LocalModel("Qwen/Qwen2.5-0.5B", "Hugging Face", str(here), size),)
    assert model_of(str(repository)).layers == model_of(found[0].path).layers == 24


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_do_not_lead_round_in_a_circle(tmp_path: Path) -> None:
    """A folder that holds a link to itself and one to the whole disk: both are left alone."""
    folder = tmp_path / ".lmstudio" / "models" / "p" / "m"
    folder.mkdir(parents=True)
    (folder / "again").symlink_to(tmp_path / ".lmstudio" / "models")
    (folder / "disk").symlink_to("/")
    (folder / "loop.gguf").symlink_to("loop.gguf")
    (folder / "m.gguf").write_bytes(bytes(4))
    found = local_models({}, tmp_path)
    assert [(one.name, one.bytes) for one in found.models] == [("m", 4)]
    assert found.complete


def test_the_time_limit_is_kept(tmp_path: Path) -> None:
    """With no time at all what was found until then comes back, and that it is not all."""
    ollama(tmp_path / ".ollama" / "models")
    found = local_models({}, tmp_path, limit_s=-1)
    assert (found.models, found.complete) == ((), False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "layers is missing"),
        ('{"layers": [{"digest": "../../../etc/passwd"}]}', "no valid digest"),
        ('{"layers": ["x"]}', "no valid digest"),
        (json.dumps({"layers": [{"digest": "sha256:" + "d" * 64}]}), "does not lie in Ollama's blobs"),
        ('{"layers": []}', "names no weights"),
    ],
)
def test_a_bad_manifest_is_named_and_the_rest_found(content: str, said: str, tmp_path: Path) -> None:
    """One sentence for it; the other model is there."""
    place = tmp_path / ".ollama" / "models"
    ollama(place)
    bad = place / "manifests" / "registry.ollama.ai" / "library" / "bad" / "latest"
    bad.parent.mkdir()
    bad.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_manifest(bad, place / "blobs")
    found = local_models({}, tmp_path)
    assert [one.name for one in found.models] == ["smollm2:135m"]
    assert [said in str(problem) and "latest" in str(problem) for problem in found.problems] == [True]


def test_the_command_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """advisor models --local, as a table and as JSON with the paths that `advisor estimate` takes."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "LLAMA_CACHE", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert main(["models", "--local", "--lang", "en"]) == 0
    assert "No models of other programs" in capsys.readouterr().out
    blob = ollama(tmp_path / ".ollama" / "models")
    assert main(["models", "--local", "--lang", "en"]) == 0
    assert "smollm2:135m" in capsys.readouterr().out
    assert main(["models", "--local", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["path"] == str(blob)
