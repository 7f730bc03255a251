"""The command line's options, made from the tables of settings so that names and values cannot drift apart."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from advisor import __version__, workload
from advisor.errors import UserError
from advisor.i18n import LANGUAGES, N_
from advisor.report import PAPERS, SECTION_KEYS
from advisor.workload import Workload


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that reports a mistake as one sentence, like every other bad input."""

    def error(self, message: str) -> NoReturn:
        raise UserError(N_("{mistake} (see {program} --help)"), mistake=message, program=self.prog)


def parser() -> Parser:
    """The parser of every command."""
    top = Parser(
        prog="advisor", description="Which AI models a computer can run, fine-tune or train.", allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"Hardware Advisor {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _detect(commands)
    for name, text in (("models", "the models of the catalogue"), ("gpus", "the GPUs of the catalogue")):
        listing = commands.add_parser(name, help=text, allow_abbrev=False)
        if name == "models":
            listing.add_argument(
                "--local", action="store_true", help="instead: what Ollama, LM Studio and others keep on this computer"
            )
        _output(listing)
        if name == "models":
            listing.add_argument("--known", action="store_true", help="models that are known but not computed, and why")
    _estimate(commands)
    _matrix(commands)
    _report(commands)
    return top


Commands = argparse._SubParsersAction  # the class has no public name


def _detect(commands: "Commands[Parser]") -> None:
    detect = commands.add_parser("detect", help="this machine, or the one read from a file", allow_abbrev=False)
    _machine(detect)
    _output(detect)
    detect.add_argument("-o", dest="output", metavar="FILE", help="save the machine as a profile")
    detect.add_argument(
        "--measure", action="store_true",
        help="first measure how fast this computer reads its memory and multiplies matrices (3 s); "
        "later commands count with it",
    )  # fmt: skip


def _estimate(commands: "Commands[Parser]") -> None:
    estimate = commands.add_parser("estimate", help="memory, speed and verdict of one model", allow_abbrev=False)
    estimate.add_argument(
        "model", nargs="?", metavar="MODEL", help="a model's name, or a config.json, .gguf, .safetensors"
    )
    estimate.add_argument("--cases", metavar="FILE.jsonl", help="many estimates: one JSON object per line in and out")
    estimate.add_argument("--explain", action="store_true", help="every figure with its formula, values and sources")
    _settings(estimate)
    _machine(estimate)
    _output(estimate)


def _matrix(commands: "Commands[Parser]") -> None:
    matrix = commands.add_parser("matrix", help="every model with every method", allow_abbrev=False)
    matrix.add_argument("--csv", action="store_true", help="print comma-separated values")
    _settings(matrix)
    _machine(matrix)
    _output(matrix)


def _report(commands: "Commands[Parser]") -> None:
    report = commands.add_parser("report", help="the report on a machine", allow_abbrev=False)
    report.add_argument("-o", dest="output", metavar="FILE", required=True, help="the file to write")
    report.add_argument("--format", choices=("md", "html", "pdf", "json"), help="default: from the file's ending")
    report.add_argument("--lang", choices=LANGUAGES, help="default: the system's language")
    report.add_argument("--paper", choices=PAPERS, default=PAPERS[0], help=f"of a PDF (default {PAPERS[0]})")
    report.add_argument(
        "--sections", metavar="A,B,...", help=f"only these, of {', '.join(SECTION_KEYS)} (default: all of them)"
    )
    _other_machine(report)
    _settings(report)
    _machine(report)


def _other_machine(report: Parser) -> None:
    """The options of the machine to compare with: `cli.comparison` reads them."""
    group = report.add_argument_group("comparison: the machine beside another one, or before and after an upgrade")
    group.add_argument(
        "--compare-machine", metavar="FILE", action="append",
        help="the other machine: a saved profile or dump, as with --machine; without it, parts below are put into "
        "the report's own machine",
    )  # fmt: skip
    group.add_argument("--compare-gpu", metavar="NAME", help="the other machine's GPU, 'none' for no GPU")
    group.add_argument("--compare-gpu-count", metavar="N", help="how many of it (default 1)")
    group.add_argument("--compare-cpu", metavar="NAME", help="the other machine's processor")
    group.add_argument(
        "--compare-ram", "--compare-ram-gib", dest="compare_ram_gib", metavar="GIB", help="its system memory in GiB"
    )


def sections(arguments: argparse.Namespace) -> tuple[str, ...] | None:
    """The sections that --sections names, None without it; that they exist is checked where they are written."""
    if arguments.sections is None:
        return None
    names = (name.strip().lower() for name in arguments.sections.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _output(command: Parser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--lang", choices=LANGUAGES, help="language of the texts; default: the system's")


def _machine(command: Parser) -> None:
    group = command.add_argument_group("machine (default: this one)")
    group.add_argument(
        "--machine", metavar="FILE", action="append",
        help="a saved profile, or what another program printed about a computer: lshw, dmidecode, lspci, lscpu, "
        "nvidia-smi, inxi, dxdiag, msinfo32, system_profiler and others; several times for dumps of one computer",
    )  # fmt: skip
    group.add_argument("--gpu", metavar="NAME", help="a GPU of the catalogue, 'none' for no GPU")
    group.add_argument("--gpu-count", metavar="N", help="how many of it (default 1)")
    group.add_argument("--cpu", metavar="NAME", help="a processor of the catalogue")
    group.add_argument("--ram", "--ram-gib", dest="ram_gib", metavar="GIB", help="system memory in GiB")
    group.add_argument(
        "--budget", choices=("free", "total"), default="free", help="count free (default) or total memory"
    )


def _settings(command: Parser) -> None:
    group = command.add_argument_group("settings")
    for key in workload.SETTINGS:
        default = getattr(Workload(), key)
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        values = ", ".join(workload.CHOICES.get(key, ()))
        text = f"{values or key.replace('_', ' ')} (default {shown})"
        group.add_argument(workload.option(key), dest=key, metavar="VALUE", default=argparse.SUPPRESS, help=text)


def settings(arguments: argparse.Namespace) -> Workload:
    """The workload that the options ask for. Raises UserError."""
    return workload.parse({key: value for key, value in vars(arguments).items() if key in workload.SETTINGS})


def parse_window(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of `advisor` without a command: which machine the window shows. Raises UserError."""
    window = Parser(prog="advisor", allow_abbrev=False)
    _machine(window)
    window.add_argument("--lang", choices=LANGUAGES)
    # For whoever packages or installs the program: it tries itself and closes (advisor.ui.self_test).
    window.add_argument("--self-test", metavar="FOLDER", help=argparse.SUPPRESS)
    return window.parse_args(list(arguments))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed command line. Raises UserError."""
    return parser().parse_args(list(arguments))
