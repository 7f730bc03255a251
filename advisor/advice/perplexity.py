"""What quantisations cost in quality, as published: the strict reader of resources/advice/perplexity.json."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_entries

PERPLEXITY_FILE = RESOURCES / "advice" / "perplexity.json"


class QualityLoss(NamedTuple):
    """One row of a published table: `perplexity` of `model` in this quantisation, `increase` over 16 bits.

    `divergence` is the mean Kullback-Leibler divergence from 16 bits in nats; lower is better in all three.
    """

    quant: str
    model: str
    perplexity: float
    increase: float
    divergence: float
    importance_matrix: bool
    source: str

    @property
    def share(self) -> float:
        """The increase as a share of the perplexity in 16 bits: 0.028 is 2.8 % worse."""
        return self.increase / (self.perplexity - self.increase)


def quality_loss(quant: str) -> QualityLoss | None:
    """The published loss of a quantisation; None where no table has it."""
    return _losses().get(quant)


@cache
def _losses() -> Mapping[str, QualityLoss]:
    return load_perplexity(PERPLEXITY_FILE)


def load_perplexity(path: Path) -> Mapping[str, QualityLoss]:
    """Read a table strictly. Raises UserError naming file, entry and field."""
    return {loss.quant: loss for loss in map(_loss, read_entries(path, "quants"))}


def _loss(fields: Fields) -> QualityLoss:
    perplexity = fields.number("perplexity", 1.0, 1e6)
    loss = QualityLoss(
        quant=fields.text("id"),
        model=fields.text("model"),
        perplexity=perplexity,
        increase=fields.number("increase", 0.0, perplexity - 0.5),
        divergence=fields.number("divergence", 0.0, 1e3),
        importance_matrix=fields.flag("importance_matrix"),
        source=fields.text("source"),
    )
    fields.close()
    return loss
