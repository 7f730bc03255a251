"""Foreign files -> Model or Machine. Only headers and descriptions are read; nothing in them is ever executed."""

from functools import lru_cache
from pathlib import Path

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.errors import UserError
from advisor.i18n import N_

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


@lru_cache(maxsize=64)
def model_of(text: str) -> Model:
    """The model that `text` names: a name of the catalogue, or the path of a .gguf, a .safetensors (with its
    config.json beside it), its index.json, a config.json or a folder with one. Raises UserError.
    """
    path = Path(text)
    if _is_folder(path) and (path / "config.json").is_file():
        path = path / "config.json"
    kind = path.suffix.lower()
    if kind == ".gguf":
        from advisor.importers.gguf_model import read_model

        return read_model(path)
    if kind == ".safetensors" or path.name.lower().endswith(".safetensors.index.json"):
        from advisor.importers.safetensors import read_model as read_safetensors

        return read_safetensors(path)
    if kind == ".json":
        from advisor.importers.hf_config import read_config

        return read_config(path)
    if kind in PICKLES:
        raise UserError(N_("{path}: a pickle can run code when it is opened, so it is never read"), path=text)
    try:
        return find_model(text)
    except UserError:
        if ("/" not in text and "\\" not in text) or not _exists(path):
            raise
        raise UserError(
            N_("{path}: not a model; a .gguf, a .safetensors or a config.json was expected"), path=text
        ) from None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
