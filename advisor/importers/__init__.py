"""Foreign files -> Model or Machine. Only headers and descriptions are read; nothing in them is ever executed."""

from functools import lru_cache
from pathlib import Path

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.headers import PICKLES, is_file, is_folder, opened, pickle_refused

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"


def model_of(text: str) -> Model:
    """The model that `text` names: a name of the catalogue, or the path of a .gguf, a .safetensors (with its
    config.json beside it), its index.json, a config.json, or a folder with one of them. Raises UserError.

    A file is read again when it has changed since, or what lies beside it.
    """
    known = _by_name(text)
    if known is not None:
        return known
    path = Path(text)
    if is_folder(path):
        path = _in_folder(path) or path
    return _model_of(text, path, (_state(path), _state(path.parent), _state(path.parent / "config.json")))


@lru_cache(maxsize=1024)
def _by_name(text: str) -> Model | None:
    """The catalogue's model of a name that is no path: cases ask for the same few names thousands of times."""
    if "/" in text or "\\" in text or text.lower().endswith((".gguf", ".safetensors", ".json", *PICKLES)):
        return None
    try:
        return find_model(text)
    except UserError:
        return None


@lru_cache(maxsize=64)
def _model_of(text: str, path: Path, _state_then: tuple[tuple[int, int] | None, ...]) -> Model:
    kind = path.suffix.lower()
    if kind == ".gguf":
        from advisor.importers.gguf_model import read_model

        return read_model(path)
    if kind == ".safetensors" or path.name.lower().endswith(".safetensors.index.json"):
        from advisor.importers.checkpoint import read_model as read_checkpoint

        return read_checkpoint(path)
    if path.name.lower() == "adapter_config.json":
        from advisor.importers.checkpoint import refuse_adapter

        refuse_adapter(path.parent)
    if path.name.lower().endswith(".bin.index.json"):
        raise pickle_refused(text)
    if kind == ".json":
        from advisor.importers.hf_config import read_config

        return read_config(path)
    if kind in PICKLES:
        raise pickle_refused(text)
    if _is_gguf(path):  # Ollama's blobs have no ending
        from advisor.importers.gguf_model import read_model

        return read_model(path)
    try:
        return find_model(text)
    except UserError:
        if ("/" not in text and "\\" not in text) or not _exists(path):
            raise
        raise UserError(
            N_("{path}: not a model; a .gguf, a .safetensors or a config.json was expected"), path=text
        ) from None


def _in_folder(folder: Path) -> Path | None:
    """The file that says what the model in `folder` is; None when none is there. Raises UserError where that is open.

    A repository of Hugging Face's cache (models--owner--name) is looked for in its newest snapshot.
    """
    if is_folder(folder / "snapshots") and folder.name.startswith("models--"):
        from advisor.importers.folders import newest_snapshot

        folder = newest_snapshot(folder) or folder
    weights = sorted(folder.glob("*.safetensors"))[:2]
    for name in (INDEX, SINGLE, "config.json"):
        if is_file(folder / name):
            return folder / name
    if is_file(folder / "adapter_config.json"):
        return folder / "adapter_config.json"
    ggufs = [path for path in sorted(folder.glob("*.gguf"))[:64] if "mmproj" not in path.name.lower()]
    single = [path for path in ggufs if "-of-" not in path.name or "-00001-of-" in path.name]
    if len(single) > 1:
        raise UserError(
            N_("{path}: several models lie in this folder, open one of them: {names}"),
            path=folder, names=", ".join(path.name for path in single[:4]),
        )  # fmt: skip
    found = single or (weights if len(weights) == 1 else [])
    return found[0] if found else None


def _is_gguf(path: Path) -> bool:
    """Whether a file without an ending of ours is a GGUF file all the same."""
    if not is_file(path):
        return False
    try:
        with opened(path) as (file, _size):
            return file.read(4) == b"GGUF"
    except UserError:
        return False


def _state(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written again; None for what is no file."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_mtime_ns, facts.st_size


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
