"""The rows of lsblk, from its tree, its -P pairs or its JSON: each with its columns and its place in the tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from advisor.dumps.document import Document

_HEADER = re.compile(r"^K?NAME(?:[ \t]+[A-Z][A-Z0-9:%_-]*)+[ \t]*$")
_PAIRS = re.compile(r'^(?:[A-Z][A-Z0-9:%_-]*="[^"\n]*"[ \t]*){2,}$')
_PAIR = re.compile(r'([A-Z][A-Z0-9:%_-]*)="([^"]*)"')
_TREE = " \t|`\u251c\u2500\u2514\u2502-"  # also of terminals without line characters
_DEEPEST = 16
_MOST_ROWS, _WIDEST = 2000, 2000  # beyond them it is nobody's list of disks


@dataclass
class Row:
    """One device: its columns by lower-case name, where it is mounted, and the devices it lies on, outermost first."""

    cells: dict[str, str]
    mounts: list[str]
    above: tuple["Row", ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The device's name without its folder."""
        return (self.cells.get("kname") or self.cells.get("name", "")).strip(_TREE).rpartition("/")[2]

    @property
    def kind(self) -> str:
        """lsblk's type ("disk", "part", "loop"); a device on nothing else is a disk where no type was asked for."""
        return self.cells.get("type") or ("part" if self.above else "disk")


def rows(document: Document) -> list[Row]:
    """Every device in `document`, in its order; nothing where it is not lsblk's."""
    data = document.data
    if data is not None:
        devices = data.get("blockdevices") if isinstance(data, dict) else None
        return _placed(list(islice(_from_json(devices, (), 0), _MOST_ROWS)))
    lines = document.text.split("\n")
    for number, line in enumerate(lines):
        if _PAIRS.match(line) and re.search(r'\bK?NAME="', line):
            pairs = (_row(dict(_PAIR.findall(other))) for other in lines[number:] if _PAIRS.match(other))
            return _placed(list(islice(pairs, _MOST_ROWS)))
        if _HEADER.match(line) and len(lines) > number + 1:
            found = _from_tree(line, lines[number + 1 : number + _MOST_ROWS])
            if found:
                return _placed(found)
    return []


def _row(cells: dict[str, str], above: tuple[Row, ...] = ()) -> Row:
    lower = {key.lower().replace(":", "_"): value.strip() for key, value in cells.items()}
    mounts = [lower[key] for key in ("mountpoint", "mountpoints") if lower.get(key)]
    return Row(lower, [part for mount in mounts for part in mount.replace("\\x0a", "\n").split("\n")], above)


def _from_json(devices: object, above: tuple[Row, ...], depth: int) -> Iterator[Row]:
    if not isinstance(devices, list) or depth > _DEEPEST:
        return
    for device in devices:
        if not isinstance(device, dict):
            continue
        cells = {key: str(value) for key, value in device.items() if isinstance(value, str | int | float)}
        row = _row(cells, above)
        several = device.get("mountpoints")
        if isinstance(several, list):
            row.mounts += [mount for mount in several if isinstance(mount, str) and mount not in row.mounts]
        yield row
        yield from _from_json(device.get("children"), (*above, row), depth + 1)


def _from_tree(header: str, lines: list[str]) -> list[Row]:
    """The rows below `header`: columns are where no line has a blank between them, or the header begins a new one."""
    body: list[str] = []
    for line in lines:
        if not line.strip():
            break
        body.append(line.expandtabs()[:_WIDEST])
    columns = _columns(header.expandtabs()[:_WIDEST], body)
    found: list[Row] = []
    depths: list[tuple[int, Row]] = []
    for line in body:
        cells = {name: line[start:end] for name, start, end in columns}
        first = columns[0][0]
        label = cells[first].lstrip(_TREE)
        if not label.strip():
            # A device mounted in several places has a line for each.
            if found and (mount := line.strip().lstrip(_TREE)):
                found[-1].mounts.append(mount)
            continue
        depth = len(cells[first]) - len(label)
        depths = [(d, row) for d, row in depths if d < depth]
        row = _row({**cells, first: label}, tuple(row for _, row in depths[:_DEEPEST]))
        depths.append((depth, row))
        found.append(row)
    return found


def _columns(header: str, body: list[str]) -> list[tuple[str, int, int]]:
    """(name, start, end) of every column; the words of a cell without a heading belong to the column before them."""
    width = max(len(line) for line in (header, *body))
    used = [any(len(line) > place and line[place] != " " for line in (header, *body)) for place in range(width)]
    starts = [place for place in range(width) if used[place] and (place == 0 or not used[place - 1])]
    columns: list[tuple[str, int, int]] = []
    for start, following in zip(starts, [*starts[1:], width], strict=True):
        names = header[start:following].split()
        if names:
            columns.append((names[0], start, following))
        elif columns:
            columns[-1] = (*columns[-1][:2], following)
    return columns or [("NAME", 0, width)]


def _placed(found: list[Row]) -> list[Row]:
    """A flat list gives no tree: a device then lies on the disk that was listed last."""
    if any(row.above for row in found):
        return found
    disk: Row | None = None
    for row in found:
        if row.cells.get("type") in (None, "", "disk", "rom", "loop"):
            disk = row
        elif disk is not None:
            row.above = (disk,)
    return found
