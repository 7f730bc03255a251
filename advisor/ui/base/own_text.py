"""What the matrix says of a model of the user's own: where it comes from and what its file holds."""

from advisor.catalog.model import Model
from advisor.i18n import Translator


def origin_text(_: Translator, model: Model, program: str) -> str:
    """Where a model comes from and what its file holds: "Ollama · Q4_K · 4.58 GiB", "Opened · BF16 · 14.2 GiB"."""
    parts = [program or _("Opened")]
    if model.stored is not None:
        parts += [model.stored.format, _.gib(model.stored.bytes)]
    return " · ".join(parts)
