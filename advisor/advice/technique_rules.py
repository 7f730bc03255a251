"""Which techniques there are and what each switches: the strict reader of resources/advice/techniques.json."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.workload import BOUNDS, CHOICES, STACKS, SWITCHES, Workload

TECHNIQUES_FILE = RESOURCES / "advice" / "techniques.json"
Quality = Literal["same", "perplexity", "stated", "less", "unpublished"]


class Rule(NamedTuple):
    """One technique: the settings that it finds (`plain`) and those that it makes (`changes`).

    `halve` names a number to be halved, not below `least`; `gather` turns the batch into accumulated steps of one.
    `needs_engine` are the GPU engines of which one must compute; () is any device.
    """

    id: str
    task: str  # "inference", "training"
    stack: str | None
    plain: Mapping[str, Any]
    changes: Mapping[str, Any]
    after: str | None
    halve: str | None
    least: int
    gather: bool
    only_if_short: bool
    time_unknown: bool
    quality: Quality
    needs_engine: tuple[str, ...]
    source: str

    def switched(self, w: Workload) -> Workload:
        """`w` with this technique on; `w` itself where it changes nothing."""
        if self.gather:
            return replace(w, batch=1, grad_accum=min(BOUNDS["grad_accum"][1], w.batch * w.grad_accum))
        if self.halve is not None:
            return replace(w, **{self.halve: max(getattr(w, self.halve) // 2, min(self.least, getattr(w, self.halve)))})
        return replace(w, **self.changes)

    def on(self, w: Workload) -> bool:
        """Whether `w` already has it; a halved number never counts as had."""
        if self.gather:
            return w.batch == 1
        return self.halve is None and all(getattr(w, name) == value for name, value in self.changes.items())


class Techniques(NamedTuple):
    """The file: its techniques, the batch of a plain job, and the share of a job that a step must save."""

    rules: Sequence[Rule]
    plain_batch: int
    least_share: float


def rules_for(w: Workload) -> Sequence[Rule]:
    """The techniques of a workload's task and stack, in the file's order."""
    task = "training" if w.training else "inference"
    return [r for r in techniques_file().rules if r.task == task and r.stack in (None, w.resolved_stack)]


def plain(w: Workload) -> Workload:
    """The same job with no technique on; its length, rank and data stay."""
    settings: dict[str, Any] = {}
    for rule in rules_for(w):
        settings |= rule.plain
    if w.training:
        batch = w.batch * w.grad_accum
        settings |= {
            "batch": min(batch, BOUNDS["batch"][1]) if batch > 1 else techniques_file().plain_batch,
            "grad_accum": 1,
        }
    return replace(w, **settings)


@cache
def techniques_file() -> Techniques:
    """The techniques that the program knows."""
    return load_techniques(TECHNIQUES_FILE)


def load_techniques(path: Path) -> Techniques:
    """Read a file of techniques strictly. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    for name in ("note", "plain_batch_why", "least_share_why"):
        document.text(name)
    batch = document.integer("plain_batch", *BOUNDS["batch"])
    share = document.number("least_share", 0.0, 1.0)
    entries = document.items("techniques")
    document.close()
    rules = [_rule(Fields(entry, f"{path.name}: #{number}")) for number, entry in enumerate(entries, 1)]
    return Techniques(tuple(rules), batch, share)


def _rule(fields: Fields) -> Rule:
    stacks = tuple(dict.fromkeys(stack for group in STACKS.values() for stack in group))
    rule = Rule(
        id=fields.text("id"),
        task=fields.choice("task", ("inference", "training")),
        stack=fields.choice("stack", stacks) if "stack" in fields else None,
        plain=_settings(fields.section("plain")),
        changes=_settings(fields.section("changes")),
        after=fields.optional_text("after"),
        halve=fields.choice("halve", tuple(BOUNDS)) if "halve" in fields else None,
        least=fields.optional_integer("least", 1) or 1,
        gather=fields.flag("gather"),
        only_if_short=fields.flag("only_if_short"),
        time_unknown=fields.flag("time_unknown"),
        quality=fields.choice("quality", get_args(Quality)),  # type: ignore[arg-type]
        needs_engine=fields.texts("needs_engine"),
        source=fields.text("source"),
    )
    fields.close()
    return rule


def _settings(fields: Fields | None) -> Mapping[str, Any]:
    """Settings by name, each checked as the workload checks it."""
    found: dict[str, Any] = {}
    for key in fields.keys() if fields is not None else ():
        assert fields is not None
        if key in BOUNDS:
            found[key] = fields.integer(key, *BOUNDS[key])
        elif key in SWITCHES:
            found[key] = fields.flag(key)
        else:
            found[key] = fields.choice(key, CHOICES.get(key, ()))
    if fields is not None:
        fields.close()
    return found
