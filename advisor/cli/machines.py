"""Which machine a command is about: this one, one from a file, or one put together from the catalogues."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine

KEYS = ("machine", "gpu", "gpu_count", "cpu", "ram_gib")


def choose(wishes: Mapping[str, object], name: Callable[[str], str] | None = None) -> Machine:
    """The machine that the options or case keys in `wishes` (of KEYS) describe; `name` says how an error calls a key.

    Raises UserError.
    """
    name = name or _option
    file, gpu, cpu = (_text(key, wishes.get(key), name) for key in ("machine", "gpu", "cpu"))
    count = _number("gpu_count", wishes.get("gpu_count"), 1, 64, name)
    ram = _number("ram_gib", wishes.get("ram_gib"), 0.25, 65_536, name)
    if count is not None and gpu is None:
        raise UserError(
            N_("{option}: says how many, but {needed} is missing"), option=name("gpu_count"), needed=name("gpu")
        )
    if file is None and gpu is None and cpu is None and ram is None:
        return this_machine()
    if gpu is None and cpu is None and ram is None:
        return _loaded(str(file))
    return _assembled(file, gpu, int(count or 1), cpu, ram)


@lru_cache(maxsize=1)
def this_machine() -> Machine:
    """This computer, with what the catalogue knows about its parts."""
    from advisor import probes
    from advisor.catalog.complete import complete

    return complete(probes.fill_gaps(probes.detect()))


@lru_cache(maxsize=64)
def _loaded(file: str) -> Machine:
    from advisor import dumps
    from advisor.catalog.complete import complete

    return complete(dumps.load(Path(file)))


@lru_cache(maxsize=256)
def _assembled(file: str | None, gpu: str | None, count: int, cpu: str | None, ram: float | None) -> Machine:
    from advisor.catalog.whatif import assemble

    base = None if file is None else _loaded(file)
    if gpu is None or gpu.strip().lower() != "none":
        return assemble(base, gpu=gpu, gpu_count=count, cpu=cpu, ram_gib=ram)
    if base is None and cpu is None and ram is None:
        base = this_machine()
    return replace(assemble(base, gpu=None, cpu=cpu, ram_gib=ram), gpus=())


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


def _option(key: str) -> str:
    return "--ram" if key == "ram_gib" else "--" + key.replace("_", "-")
