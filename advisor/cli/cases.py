"""Many estimates: one JSON object a line in, one a line out, in the same order; a bad line does not stop the rest."""

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from advisor import workload
from advisor.catalog.model import Model
from advisor.cli import machines
from advisor.errors import UserError
from advisor.files import reason
from advisor.i18n import N_, Translator
from advisor.workload import Workload

LINE_LIMIT = 4 << 20
KEYS = ("id", "model", "config", "budget", *machines.KEYS, *workload.SETTINGS)


def run(path: str, base: Workload, default_machine: Mapping[str, object], out: TextIO, _: Translator) -> int:
    """Answer every line of `path` ("-" is standard input) on `out`; returns how many failed."""
    from advisor.catalog.known import as_named
    from advisor.estimator.as_json import to_json
    from advisor.estimator.estimate import estimate

    failed = 0
    for number, line in _lines(path):
        case_id: object = None
        try:
            case = _parse(line, number)
            case_id = case.get("id")
            _check_keys(case, number)
            wishes = {key: case.get(key, default_machine.get(key)) for key in machines.KEYS}
            machine = machines.choose(wishes, name=str)
            wanted = workload.parse({k: v for k, v in case.items() if k in workload.SETTINGS}, base, str)
            model = _model(case, number)
            if "quant" not in case and "model" in case:
                wanted = as_named(str(case["model"]), model, wanted)
            answer = estimate(machine, model, wanted, _budget(case, default_machine))
            result = {"id": case_id, **{k: v for k, v in to_json(answer, _, machine).items() if k != "id"}}
        except UserError as error:
            failed += 1
            result = {"id": case_id, "error": _named(number, _(error.message, **error.values), _)}
        except Exception as error:  # a fault of this program: the other cases go on all the same
            failed += 1
            traceback.print_exc()
            fault = f"{type(error).__name__}: {error}"
            result = {
                "id": case_id,
                "error": _(N_("line {number}: this case failed ({fault})"), number=number, fault=fault),
            }
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
    return failed


def _named(number: int, sentence: str, _: Translator) -> str:
    """The sentence with its line's number before it, unless it says that already."""
    line = _(N_("line {number}"), number=number)
    return sentence if sentence.startswith(line) else f"{line}: {sentence}"


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    try:
        with _open(path) as file:
            for number, line in enumerate(iter(lambda: file.readline(LINE_LIMIT + 1), b""), 1):
                rest = line
                while len(rest) > LINE_LIMIT and not rest.endswith(b"\n"):
                    rest = file.readline(LINE_LIMIT + 1)  # the rest of a line that is refused
                if line.strip():
                    yield number, line
    except (OSError, ValueError) as error:
        raise UserError(N_("{path}: cannot be read ({reason})"), path=path, reason=reason(error)) from error


def _open(path: str) -> BinaryIO:
    return sys.stdin.buffer if path == "-" else Path(path).open("rb")


def _parse(line: bytes, number: int) -> Mapping[str, Any]:
    if len(line) > LINE_LIMIT:
        raise UserError(N_("line {number}: longer than {limit} MiB"), number=number, limit=LINE_LIMIT >> 20)
    try:
        case = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UserError(N_("line {number}: not a JSON object"), number=number) from error
    if not isinstance(case, dict):
        raise UserError(N_("line {number}: not a JSON object"), number=number)
    return case


def _check_keys(case: Mapping[str, Any], number: int) -> None:
    unknown = next((key for key in case if key not in KEYS), None)
    if unknown is not None:
        raise UserError(N_("line {number}: unknown key {key}"), number=number, key=repr(unknown))


def _model(case: Mapping[str, Any], number: int) -> Model:
    from advisor.importers import model_of

    if "config" in case:
        from advisor.importers.hf_config import model_from_config

        return model_from_config(case["config"], f"line {number}: config")
    name = case.get("model")
    if not isinstance(name, str) or not name.strip():
        raise UserError(N_("line {number}: neither 'model' nor 'config' says which model"), number=number)
    return model_of(name)


def _budget(case: Mapping[str, Any], default: Mapping[str, object]) -> Any:
    budget = case.get("budget", default.get("budget", "free"))
    if budget not in ("free", "total"):
        raise UserError(
            N_("{option}: {value} is not one of {choices}"), option="budget", value=repr(budget), choices="free, total"
        )
    return budget
