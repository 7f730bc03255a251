"""Foreign files -> Model or Machine. Only headers and descriptions are read; nothing in them is ever executed."""

from functools import lru_cache
from pathlib import Path

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.errors import UserError
from advisor.i18n import N_

_LATER = (".gguf", ".safetensors", ".bin", ".pt", ".pth")


@lru_cache(maxsize=64)
def model_of(text: str) -> Model:
    """The model that `text` names: a name of the catalogue, or the path of a config.json. Raises UserError."""
    path = Path(text)
    if path.suffix.lower() == ".json":
        from advisor.importers.hf_config import read_config

        return read_config(path)
    if path.suffix.lower() in _LATER and not _named(text):
        raise UserError(N_("{path}: this kind of file is not read yet; give the config.json beside it"), path=text)
    return find_model(text)


def _named(text: str) -> bool:
    """Whether the catalogue knows `text`, although it looks like a file name."""
    try:
        find_model(text)
    except UserError:
        return False
    return True
