"""One function per command: options in, text or JSON out, an exit code back."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor import profiles
from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.cli import FAILED, OK, machines, options, text
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator, system_language, translator
from advisor.machine import Machine
from advisor.workload import METHODS, Workload, for_method

Command = Callable[[argparse.Namespace, Translator], int]


def run(arguments: Sequence[str]) -> int:
    """Do the command that `arguments` name; returns the exit code. Raises UserError."""
    parsed = options.parse(arguments)
    _ = translator(getattr(parsed, "lang", None) or system_language())
    return COMMANDS[parsed.command](parsed, _)


def detect(arguments: argparse.Namespace, _: Translator) -> int:
    """The machine as text or JSON, saved as a profile with -o; with --measure it is measured first."""
    if arguments.measure:
        from advisor.cli import measure

        machine = measure.measured_machine(vars(arguments), _)
    else:
        machine = _machine(arguments)
    if arguments.output:
        profiles.save(machine, Path(arguments.output))
    if arguments.json:
        _print_json(profiles.to_json(machine))
    elif not arguments.output:
        _print([*_read_from(arguments, _), *text.machine_lines(machine, _)])
    return OK


def _read_from(arguments: argparse.Namespace, _: Translator) -> list[str]:
    """What was recognised in the files that the machine was read from, a line each; nothing for this computer."""
    if not arguments.machine:
        return []
    return text.files_lines(machines.recognised(tuple(dict.fromkeys(arguments.machine))).files, _)


def models(arguments: argparse.Namespace, _: Translator) -> int:
    """The catalogue's models, or those that are known but not computed."""
    if arguments.known:
        return _known(arguments, _)
    from advisor.catalog.models import catalogue
    from advisor.estimator.tensors import active_parameters, parameters

    if arguments.local:
        return _local_models(arguments, _)
    if arguments.json:
        _print_json([_model_json(m, parameters(m), active_parameters(m)) for m in catalogue()])
    else:
        rows = [(m.id, m.name, m.family, _.parameters(parameters(m)), _.integer(m.max_context)) for m in catalogue()]
        _print(text.table([(_("id"), _("name"), _("family"), _("parameters"), _("context")), *rows]))
    return OK


def _known(arguments: argparse.Namespace, _: Translator) -> int:
    """The models that are known but not computed, with the reason."""
    from dataclasses import asdict

    from advisor.catalog.known import names

    known = names().known
    if arguments.json:
        _print_json({"known_not_computed": [asdict(entry) for entry in known]})
        return OK
    head = (_("name"), _("parameters"), _("not computed"), _("near"))
    rows = [
        (
            entry.name,
            _.parameters(entry.published_parameters) if entry.published_parameters else "-",
            entry.parts or _("sizes not confirmed by a source"),
            ", ".join(entry.near),
        )
        for entry in known
    ]
    _print(text.table([head, *rows]))
    return OK


def _local_models(arguments: argparse.Namespace, _: Translator) -> int:
    """What other programs keep on this computer, with the paths that `estimate` takes."""
    from dataclasses import asdict

    from advisor.importers.folders import local_models

    found = local_models(os.environ, Path.home())
    for problem in found.problems:
        print(_(problem.message, **problem.values), file=sys.stderr)
    if not found.complete:
        print(_(N_("There is more than could be looked through in time")), file=sys.stderr)
    if arguments.json:
        _print_json([asdict(one) for one in found.models])
    elif not found.models:
        _print([_("No models of other programs were found on this computer")])
    else:
        rows = [(one.name, one.program, _.gib(one.bytes), one.path) for one in found.models]
        _print(text.table([(_("name"), _("program"), _("size"), _("file")), *rows]))
    return OK


def _model_json(model: Model, parameters: int, active: int) -> dict[str, Any]:
    names = ("id", "name", "family", "kind", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab")
    more = ("tied_embeddings", "max_context", "licence", "languages", "released", "source")
    facts = {name: getattr(model, name) for name in (*names, *more)}
    if isinstance(model, Network):
        facts |= dict.fromkeys((*names[4:], "tied_embeddings"))  # the sizes of decoders
    return {**facts, "parameters": parameters, "active_parameters": active, "aliases": list(model.aliases)}


def gpus(arguments: argparse.Namespace, _: Translator) -> int:
    """The catalogue's GPUs."""
    from dataclasses import asdict

    from advisor.catalog.gpus import gpus as all_gpus

    if arguments.json:
        _print_json([asdict(gpu) for gpu in all_gpus()])
    else:
        rows = [
            (g.name, _.gib(g.vram_bytes), _.bandwidth(g.bandwidth_bytes_per_s), str(g.year or "?")) for g in all_gpus()
        ]
        _print(text.table([(_("name"), _("memory"), _("bandwidth"), _("year")), *rows]))
    return OK


def one_estimate(arguments: argparse.Namespace, _: Translator) -> int:
    """One estimate, or the answers to a file of cases."""
    workload = options.settings(arguments)
    if arguments.cases:
        from advisor.cli import cases

        if arguments.model:
            raise UserError(N_("--cases: the cases name their models, so MODEL must not be given"))
        return FAILED if cases.run(arguments.cases, workload, vars(arguments), sys.stdout, _) else OK
    if not arguments.model:
        raise UserError(N_("MODEL is missing: give a model's name or file, or --cases FILE.jsonl"))
    from advisor.catalog.known import as_named
    from advisor.estimator.as_json import to_json
    from advisor.estimator.estimate import estimate
    from advisor.importers import model_of

    model = model_of(arguments.model)
    if not hasattr(arguments, "quant"):
        workload = as_named(arguments.model, model, workload)
    machine = _machine(arguments)
    answer = estimate(machine, model, workload, arguments.budget)
    if arguments.json:
        _print_json(_explained(machine, answer, _) if arguments.explain else to_json(answer, _, machine))
    else:
        _print(text.estimate_lines(machine, answer, _))
        if arguments.explain:
            from advisor.estimator.explain import explain

            _print(["", *text.explanation_lines(explain(machine, answer), _)])
    return OK


def _explained(machine: Machine, answer: Estimate, _: Translator) -> dict[str, Any]:
    from dataclasses import asdict

    from advisor.estimator.as_json import to_json
    from advisor.estimator.explain import explain

    return {**to_json(answer, _, machine), "explanations": [asdict(item) for item in explain(machine, answer)]}


def matrix(arguments: argparse.Namespace, _: Translator) -> int:
    """Every model with every method."""
    if arguments.json and arguments.csv:
        raise UserError(N_("--csv: cannot be combined with --json"))
    workload = options.settings(arguments)
    machine = _machine(arguments)
    rows = list(_matrix(machine, workload, arguments.budget))
    if arguments.json:
        _print_json([_matrix_json(machine, answers, _) for _model, answers in rows])
    elif arguments.csv:
        _print_csv(rows)
    else:
        _print(text.matrix_lines(rows, workload, _))
    return OK


def _matrix(machine: Machine, workload: Workload, budget: Any) -> Iterator[tuple[Model, Sequence[Estimate]]]:
    from advisor.catalog.models import catalogue
    from advisor.estimator.estimate import estimate

    columns = [for_method(workload, method) for method in METHODS]
    for model in catalogue():
        yield model, [estimate(machine, model, column, budget) for column in columns]


def _matrix_json(machine: Machine, answers: Sequence[Estimate], _: Translator) -> dict[str, Any]:
    from advisor.estimator.as_json import to_json

    cells = {method: to_json(answer, _, machine) for method, answer in zip(METHODS, answers, strict=True)}
    return {"model": cells[METHODS[0]]["model"], "methods": cells}


def _print_csv(rows: Sequence[tuple[Model, Sequence[Estimate]]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("model", "parameters", "method", "quant", "verdict", "total_bytes", "decode_tokens_per_s", "hours")
    )
    for model, answers in rows:
        for method, answer in zip(METHODS, answers, strict=True):
            decode = answer.speed.decode if answer.speed else None
            hours = answer.training.hours if answer.training else None
            writer.writerow((
                model.id, answer.parameters, method, answer.workload.quant, answer.verdict,
                answer.memory.total if answer.memory else "",
                f"{decode.mid:.3f}" if decode else "", f"{hours.mid:.3f}" if hours else "",
            ))  # fmt: skip


def report(arguments: argparse.Namespace, _: Translator) -> int:
    """Write the report, or two machines side by side; nothing is left behind when that fails."""
    from advisor import report as reports
    from advisor.cli import comparison

    workload = options.settings(arguments)
    path, sections, paper = Path(arguments.output), options.sections(arguments), arguments.paper
    reports.check_target(path, arguments.format)
    reports.check_choices(paper, sections)
    asked = comparison.wishes(arguments)
    if asked and sections is not None:
        raise UserError(N_("--sections: a comparison has no sections to choose from"))
    machine = _machine(arguments)
    how = (workload, _.language, arguments.format, arguments.budget)
    if asked:
        reports.write_comparison(path, comparison.compared(asked, machine, _), *how, paper=paper)
    else:
        reports.write(path, machine, *how, paper=paper, sections=sections)
    return OK


def summary(_: Translator, machine: Machine | None = None) -> int:
    """What the window would show first, as text: the machine (None: this one) and its tier."""
    from advisor import advice

    machine = machine or machines.this_machine()
    _print(text.machine_lines(machine, _))
    _print(["", *advice.headlines(advice.advise(machine, Workload(), language=_.language), _)])
    return OK


def _machine(arguments: argparse.Namespace) -> Machine:
    return machines.choose({key: getattr(arguments, key, None) for key in machines.KEYS})


def _print(lines: Sequence[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=None if isinstance(data, list) else 1) + "\n")


COMMANDS: Mapping[str, Command] = {
    "detect": detect,
    "models": models,
    "gpus": gpus,
    "estimate": one_estimate,
    "matrix": matrix,
    "report": report,
}
