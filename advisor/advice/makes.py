"""Makes and ages of models: several sizes or versions of one family are one recommendation, old ones are none."""

import re
from functools import cache

from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.estimator.result import Estimate


def make(answer: Estimate) -> str:
    """The family without its version: "Qwen2.5" and "Qwen3" are both "Qwen"."""
    return re.split(r"[\s\d.-]", answer.model.family, maxsplit=1)[0]


def age(model: Model) -> float:
    """Years between a model's release and the newest of the catalogue; of one without a date 10."""
    return 10.0 if model.released is None else _newest() - _year(model.released)


@cache
def _newest() -> float:
    return max((_year(model.released) for model in models() if model.released is not None), default=0.0)


def _year(released: str) -> float:
    """ "2024-09" -> 2024.67."""
    year, month = (*(int(part) for part in released.split("-") if part.isdecimal()), 1, 1)[:2]
    return year + (month - 1) / 12
