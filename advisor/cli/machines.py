"""Which machine a command is about: this one, one from a file, or one put together from the catalogues."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine

if TYPE_CHECKING:  # most commands are about this computer
    from advisor.dumps import Loaded

KEYS = ("machine", "gpu", "gpu_count", "cpu", "ram_gib")


def choose(wishes: Mapping[str, object], name: Callable[[str], str] | None = None) -> Machine:
    """The machine that the options or case keys in `wishes` (of KEYS) describe; `name` says how an error calls a key.

    "machine" is one file's name or several (dumps of one machine). Raises UserError.
    """
    name = name or option
    files = _files(wishes.get("machine"), name)
    parts = _parts(wishes, name)
    if parts is not None:
        return _assembled(files, *parts)
    return _loaded(files) if files else this_machine()


def changed(base: Machine, wishes: Mapping[str, object], name: Callable[[str], str] | None = None) -> Machine:
    """`base` with the parts that `wishes` names put in; `base` itself where it names none. Raises UserError."""
    parts = _parts(wishes, name or option)
    return base if parts is None else _changed(base, *parts)


_Parts = tuple[str | None, int, str | None, float | None]  # gpu, how many, cpu, ram in GiB


def _parts(wishes: Mapping[str, object], name: Callable[[str], str]) -> _Parts | None:
    """The parts that are asked for, checked; None without any."""
    gpu, cpu = (_text(key, wishes.get(key), name) for key in ("gpu", "cpu"))
    count = _number("gpu_count", wishes.get("gpu_count"), 1, 64, name)
    ram = _number("ram_gib", wishes.get("ram_gib"), 0.25, 65_536, name)
    if count is not None and gpu is None:
        raise UserError(
            N_("{option}: says how many, but {needed} is missing"), option=name("gpu_count"), needed=name("gpu")
        )
    return None if gpu is None and cpu is None and ram is None else (gpu, int(count or 1), cpu, ram)


@lru_cache(maxsize=1)
def this_machine() -> Machine:
    """This computer, with what was measured on it before and what the catalogue knows about its parts."""
    from advisor import probes
    from advisor.catalog.complete import complete
    from advisor.probes.measure_store import recalled

    return complete(recalled(probes.fill_gaps(probes.detect())))


@lru_cache(maxsize=64)
def recognised(files: tuple[str, ...]) -> "Loaded":
    """What the files tell, not completed yet, and what was recognised in each. Raises UserError."""
    from advisor import dumps

    return dumps.load_all(*map(Path, files))


@lru_cache(maxsize=64)
def _loaded(files: tuple[str, ...]) -> Machine:
    from advisor.catalog.complete import complete

    return complete(recognised(files).machine)


@lru_cache(maxsize=256)
def _assembled(files: tuple[str, ...], gpu: str | None, count: int, cpu: str | None, ram: float | None) -> Machine:
    base = _loaded(files) if files else None
    if base is None and cpu is None and ram is None and _is_none(gpu):
        base = this_machine()
    return _changed(base, gpu, count, cpu, ram)


def _changed(base: Machine | None, gpu: str | None, count: int, cpu: str | None, ram: float | None) -> Machine:
    from advisor.catalog.whatif import assemble

    if not _is_none(gpu):
        return assemble(base, gpu=gpu, gpu_count=count, cpu=cpu, ram_gib=ram)
    return replace(assemble(base, gpu=None, cpu=cpu, ram_gib=ram), gpus=())


def _is_none(gpu: str | None) -> bool:
    """Whether no graphics card is asked for, in so many words."""
    return gpu is not None and gpu.strip().lower() == "none"


def _files(value: object, name: Callable[[str], str]) -> tuple[str, ...]:
    """A file's name or a list of such as a tuple, each name once."""
    if value is None:
        return ()
    several = value if isinstance(value, list) and value else [value]
    found = [_text("machine", "" if one is None else one, name) for one in several]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _text(key: str, value: object, name: Callable[[str], str]) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise UserError(N_("{option}: {value} is not a name"), option=name(key), value=repr(value))


def _number(key: str, value: object, low: float, high: float, name: Callable[[str], str]) -> float | None:
    if value is None:
        return None
    number: float | None = None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = None
    whole = key != "gpu_count" or (number is not None and number.is_integer())
    if number is None or not low <= number <= high or not whole:
        raise UserError(
            N_("{option}: {value} is not a number from {low} to {high}"),
            option=name(key), value=repr(value), low=low, high=high,
        )  # fmt: skip
    return number


def option(key: str) -> str:
    """How the command line calls a key."""
    return "--ram" if key == "ram_gib" else "--" + key.replace("_", "-")
