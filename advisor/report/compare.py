"""Two machines side by side: what each is, what each runs and trains, which cells of the matrix turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from advisor.advice.picks import picks
from advisor.advice.result import Tier
from advisor.advice.survey import Survey, power, survey
from advisor.advice.tier import tier
from advisor.catalog.model import Model
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator, translator
from advisor.machine import Machine
from advisor.report.sections.machine_words import machine_name
from advisor.settings import Budget
from advisor.sources.plain import bounded, plain
from advisor.workload import METHODS, Method, Workload

# From best to worst: a cell that moves to the left has got better. Unknown is neither better nor worse than anything.
_ORDER = ("fits", "tight", "offload", "no")


class Side(NamedTuple):
    """One of the two machines with its estimates, its tier and the models picked for it."""

    name: str
    machine: Machine
    found: Survey
    tier: Tier
    picked: tuple[Model, ...]


class Turn(NamedTuple):
    """A cell of the matrix whose verdict is not the same on both machines."""

    model: Model
    method: Method
    before: Estimate
    after: Estimate

    @property
    def better(self) -> bool | None:
        """Whether the second machine does it better; None where one of the verdicts is unknown."""
        verdicts = (self.before.verdict, self.after.verdict)
        if "unknown" in verdicts:
            return None
        return _ORDER.index(verdicts[1]) < _ORDER.index(verdicts[0])


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides, and the cells that turn from the first to the second, the most powerful models first."""

    workload: Workload
    budget: Budget
    first: Side
    second: Side
    turns: tuple[Turn, ...]

    @property
    def sides(self) -> tuple[Side, Side]:
        """First and second."""
        return self.first, self.second

    def speeds(self) -> list[tuple[Model, Estimate, Estimate]]:
        """The models picked for either machine, run on both; the first machine's picks first."""
        asked = dict.fromkeys((*self.first.picked, *self.second.picked))
        ran = [{a.model: a for a in side.found.estimates["run"]} for side in self.sides]
        # Picks beside language models may be of none of the survey's.
        return [(model, ran[0][model], ran[1][model]) for model in asked if model in ran[0] and model in ran[1]]


def compare(
    machines: Sequence[tuple[str, Machine]],
    workload: Workload,
    budget: Budget,
    language: str,
    reached: Callable[[float], None] = lambda _share: None,
) -> Compared:
    """Survey both named machines; `reached` is told the share that is done. Raises UserError unless there are two."""
    if len(machines) != 2:
        raise UserError(N_("A comparison takes two machines; {count} were given"), count=len(machines))
    sides = []
    for number, (name, machine) in enumerate(machines):
        sides.append(_side(name, plain(machine), workload, budget, language))
        reached((number + 1) / 2)
    first, second = sides
    if first.name == second.name:
        first, second = first._replace(name=f"1 · {first.name}"), second._replace(name=f"2 · {second.name}")
    return Compared(workload, budget, first, second, tuple(_turns(first.found, second.found)))


def _side(name: str, machine: Machine, workload: Workload, budget: Budget, language: str) -> Side:
    found = survey(machine, workload, budget)
    picked = dict.fromkeys(p.estimate.model for p in picks(found, language) if p.use not in ("lora", "qlora"))
    shown = bounded(name) or machine_name(machine, translator(language))
    return Side(shown, machine, found, tier(found), tuple(picked))


def _turns(first: Survey, second: Survey) -> list[Turn]:
    turns = [
        Turn(before.model, method, before, after)
        for method in METHODS
        for before, after in zip(first.estimates[method], second.estimates[method], strict=True)
        if before.verdict != after.verdict
    ]
    return sorted(turns, key=lambda turn: -power(turn.model))


def known_price(machine: Machine, _: Translator) -> str | None:
    """What the graphics cards cost when they came out, by the catalogue, and when that was; None where unknown."""
    from advisor.catalog.gpus import find_gpu

    texts = []
    for gpu in machine.gpus:
        try:
            spec = find_gpu(gpu.name or "")
        except UserError:
            continue
        if gpu.kind == "discrete" and spec.launch_price_usd is not None:
            price = f"US${_.integer(round(spec.launch_price_usd))}"
            texts.append(
                _("{name}: {price} when it came out ({year})", name=spec.name, price=price, year=spec.year or "?")
            )
    return "; ".join(texts) or None
