"""What every section is written from: one machine, its estimates, its advice, the reader's language."""

from dataclasses import dataclass

from advisor.advice.result import Advice
from advisor.advice.survey import Survey
from advisor.i18n import Translator
from advisor.machine import Machine


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs of a section; `_` translates."""

    machine: Machine
    found: Survey
    advice: Advice
    _: Translator
