"""The user's own catalogue: files that add models and devices or replace ours; a bad one is named and skipped."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from advisor.catalog import cpus, gpus, models
from advisor.catalog.cpus import CpuSpec
from advisor.catalog.gpus import GpuSpec
from advisor.catalog.model import Model
from advisor.catalog.networks import networks
from advisor.errors import UserError
from advisor.files import reason
from advisor.i18n import N_

T = TypeVar("T")

KINDS = ("models", "gpus", "cpus")  # the folders inside the data folder's own


class Own(NamedTuple):
    """What the good files hold, and one error for each file that was skipped, naming it and what is wrong in it."""

    models: tuple[Model, ...] = ()
    gpus: tuple[GpuSpec, ...] = ()
    cpus: tuple[CpuSpec, ...] = ()
    problems: tuple[UserError, ...] = ()


def load(folder: Path) -> Own:
    """Read `folder`/models, gpus and cpus: every *.json, by name; of two entries with one name the later file's counts.

    Nothing is raised: a file that is unreadable or wrong in any entry is skipped whole, with its error in `problems`.
    """
    problems: list[UserError] = list(_misplaced(folder))
    found_cpus = _each(folder / "cpus", lambda path: cpus.load_cpu_file(path, cpus.generations()).cpus, problems)
    found_gpus = _each(folder / "gpus", gpus.load_gpu_file, problems)
    found_models = _each(folder / "models", _models, problems)
    return Own(
        models=_latest(found_models, lambda model: model.id),
        gpus=_latest(found_gpus, lambda spec: spec.name),
        cpus=_latest(found_cpus, lambda spec: spec.name),
        problems=tuple(problems),
    )


def use(own: Own) -> None:
    """Let the catalogue hold `own` from now on; Own() takes it back. To be called at start, before any look-up."""
    models.extend(own.models)
    gpus.extend(own.gpus)
    cpus.extend(own.cpus)


def _each(folder: Path, read: Callable[[Path], Iterable[T]], problems: list[UserError]) -> list[T]:
    found: list[T] = []
    for path in _files(folder, problems):
        try:
            found += read(path)
        except UserError as error:
            problems.append(error)
    return found


def _files(folder: Path, problems: list[UserError]) -> list[Path]:
    try:
        if not folder.is_dir():
            return []
        # A pipe or device would be waited for without end.
        paths = sorted(folder.glob("*.json"))
        strange = [path for path in paths if not path.is_file()]
    except OSError as error:
        problems.append(UserError(N_("{path}: cannot be read ({reason})"), path=folder, reason=reason(error)))
        return []
    problems += [UserError(N_("{path}: this is no file"), path=path) for path in strange]
    return [path for path in paths if path not in strange]


def _misplaced(folder: Path) -> Iterator[UserError]:
    try:
        paths = sorted(folder.glob("*.json"))
    except OSError:
        return
    for path in paths:
        yield UserError(
            N_("{path}: belongs into one of the folders {folders} beside it"), path=path, folders=", ".join(KINDS)
        )


def _models(path: Path) -> tuple[Model, ...]:
    """The models of one file. Raises UserError, also for a name of a model that the file does not replace, or of a
    network, which no file replaces.
    """
    replaced = {model.id for model in models.load_model_file(path, models.styles())}
    others = [model for model in models.shipped() if model.id not in replaced]
    return models.load_model_file(path, models.styles(), (*others, *networks()))


def _latest(found: list[T], key: Callable[[T], str]) -> tuple[T, ...]:
    return tuple({key(one).lower(): one for one in found}.values())
