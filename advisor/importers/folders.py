"""The models that other programs keep on this computer: found by name and size alone, without opening their weights."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from advisor import RESOURCES
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.gguf_parts import PART
from advisor.importers.headers import read_document

LIMIT_S = 5.0
MAX_ENTRIES, MAX_DEPTH = 50_000, 6
MANIFEST_LIMIT = 1 << 20
DIGEST = re.compile(r"sha256[:-][0-9a-fA-F]{64}")
# Ollama's own registry and its own models are left out of names, as `ollama list` does (types/model/name.go).
OLLAMA_HOST, OLLAMA_OWNER = "registry.ollama.ai", "library"
MODEL_LAYER = "application/vnd.ollama.image.model"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that lies on this computer. `path` is what `model_of` opens; `bytes` are its files' real sizes."""

    name: str
    program: str  # "Ollama", "LM Studio", ...
    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a look around found. `problems` are sentences about what could not be read."""

    models: tuple[LocalModel, ...]
    problems: tuple[UserError, ...]
    complete: bool  # False when the time or the number of entries ran out


def local_models(environment: Mapping[str, str], home: Path, limit_s: float = LIMIT_S) -> Found:
    """Every model in the folders of resources/catalog/model_folders.json, by program and name.

    Takes at most about `limit_s`; follows links to files, never to folders.
    """
    look = _Look(monotonic() + limit_s)
    for program, layout, place in _places(environment, home):
        try:
            if place.is_dir():
                look.at(program, layout, place)
        except (OSError, ValueError):
            continue
        except _TimeIsOver:
            break
    models = sorted(look.models.values(), key=lambda model: (model.program, model.name.lower(), model.path))
    return Found(tuple(models), tuple(look.problems), look.complete)


def _places(environment: Mapping[str, str], home: Path) -> Iterator[tuple[str, str, Path]]:
    document: Any = read_json(RESOURCES / "catalog" / "model_folders.json")
    known = {**environment, "HOME": str(home)}
    seen: set[str] = set()
    for program in document["programs"]:
        for place in program["places"]:
            names = re.findall(r"{(\w+)}", place)
            if not all(known.get(name) for name in names):
                continue
            path = Path(re.sub(r"{(\w+)}", lambda match: known[match[1]], place)).expanduser()
            key = os.path.normcase(os.path.realpath(path))
            if key not in seen:
                seen.add(key)
                yield program["name"], program["layout"], path


class _TimeIsOver(Exception):
    """Time or entries ran out."""


class _Look:
    """One look around: what it found by path, and how much it may still see."""

    def __init__(self, end: float) -> None:
        self.end, self.left = end, MAX_ENTRIES
        self.models: dict[str, LocalModel] = {}
        self.problems: list[UserError] = []
        self.complete = True

    def at(self, program: str, layout: str, place: Path) -> None:
        if layout == "ollama":
            self.ollama(program, place)
        elif layout == "hub":
            self.hub(program, place)
        else:
            self.tree(program, place)

    def add(self, name: str, program: str, path: Path, size: int) -> None:
        self.models.setdefault(f"{program}\n{name}\n{path}", LocalModel(name, program, str(path), size))

    def entries(self, folder: Path) -> list["os.DirEntry[str]"]:
        """What lies in a folder; raises when it is time to stop, says so when it may not be read."""
        try:
            with os.scandir(folder) as found:
                entries = []
                for entry in found:
                    self.left -= 1
                    if self.left < 0 or monotonic() > self.end:
                        self.complete = False
                        raise _TimeIsOver
                    entries.append(entry)
        except OSError as error:
            reason = error.strerror or str(error)
            self.problems.append(UserError(N_("{path}: cannot be read ({reason})"), path=folder, reason=reason))
            return []
        return sorted(entries, key=lambda entry: entry.name)

    def ollama(self, program: str, place: Path) -> None:
        """manifests/host/owner/model/tag -> blobs/sha256-..."""
        root = place / "manifests"
        for path in self.files(root, 4) if root.is_dir() else ():
            try:
                blob, size = read_manifest(path, place / "blobs")
            except UserError as error:
                self.problems.append(error)
                continue
            self.add(ollama_name(path.relative_to(root).parts), program, blob, size)

    def files(self, folder: Path, depth: int) -> Iterator[Path]:
        """All regular files of a folder and those in it."""
        for entry in self.entries(folder):
            if depth > 1 and _is_folder(entry):
                yield from self.files(Path(entry.path), depth - 1)
            elif _size(entry) is not None:
                yield Path(entry.path)

    def hub(self, program: str, place: Path) -> None:
        """models--owner--name/snapshots/commit/..., the newest commit of each."""
        for entry in self.entries(place):
            if not entry.name.startswith("models--") or not _is_folder(entry):
                continue
            snapshot = newest_snapshot(Path(entry.path))
            if snapshot is not None:
                self.tree(program, snapshot, entry.name[len("models--") :].replace("--", "/"))

    def tree(self, program: str, folder: Path, name: str = "", depth: int = MAX_DEPTH) -> None:
        """GGUF files, each with its parts; folders of .safetensors with their config.json."""
        entries = self.entries(folder)
        names = {entry.name for entry in entries}
        weights = 0
        ggufs: dict[str, tuple[Path, int]] = {}
        for entry in entries:
            kind = entry.name.lower()
            if kind.endswith((".gguf", ".safetensors")):
                size = _size(entry)
                if size is not None and kind.endswith(".gguf") and not kind.startswith("mmproj"):
                    part = PART.fullmatch(entry.name)
                    key = part["stem"] if part else entry.name[: -len(".gguf")]
                    first, before = ggufs.get(key, (Path(entry.path), 0))
                    ggufs[key] = (first, before + size)
                elif size is not None and "config.json" in names:
                    weights += size
            elif depth > 1 and "model_index.json" not in names and _is_folder(entry):
                self.tree(program, Path(entry.path), f"{name}/{entry.name}" if name else "", depth - 1)
        for key, (path, size) in ggufs.items():
            self.add(key, program, path, size)
        if weights:
            self.add(name or folder.name, program, folder, weights)


def read_manifest(path: Path, blobs: Path) -> tuple[Path, int]:
    """The file of the weights that an Ollama manifest names, and the real size of all its layers in bytes.

    Raises UserError naming the manifest and what is wrong.
    """
    document: Any = read_document(path, MANIFEST_LIMIT)
    layers = document.get("layers") if isinstance(document, dict) else None
    if not isinstance(layers, list):
        raise UserError(N_("{path}: not a manifest of Ollama (layers is missing)"), path=path)
    weights: Path | None = None
    total = 0
    for layer in layers:
        digest = layer.get("digest") if isinstance(layer, dict) else None
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise UserError(N_("{path}: one of its layers has no valid digest"), path=path)
        blob = blobs / digest.replace(":", "-")
        try:
            facts = blob.stat()
        except OSError as error:
            raise UserError(
                N_("{path}: {blob} does not lie in Ollama's blobs"), path=path, blob=digest[:19] + "…"
            ) from error
        total += facts.st_size
        if weights is None and layer.get("mediaType") == MODEL_LAYER:
            weights = blob
    if weights is None:
        raise UserError(N_("{path}: names no weights that are one GGUF file"), path=path)
    return weights, total


def ollama_name(parts: tuple[str, ...]) -> str:
    """ "llama3.2:3b" for registry.ollama.ai/library/llama3.2/3b; others keep their owner, or host and owner."""
    if len(parts) != 4:
        return "/".join(parts)
    host, owner, model, tag = parts
    short = f"{model}:{tag}"
    if owner != OLLAMA_OWNER or host != OLLAMA_HOST:
        short = f"{owner}/{short}"
    return short if host == OLLAMA_HOST else f"{host}/{short}"


def newest_snapshot(repository: Path) -> Path | None:
    """The folder of the newest commit in a repository of Hugging Face's cache: refs/main's, else the last changed."""
    snapshots = repository / "snapshots"
    try:
        with (repository / "refs" / "main").open("rb") as file:
            commit = file.read(64).decode("ascii", "replace").strip()
        if re.fullmatch("[0-9a-fA-F]{40}", commit) and (snapshots / commit).is_dir():
            return snapshots / commit
    except OSError:
        pass  # a download by commit leaves no refs
    try:
        folders = [entry for entry in os.scandir(snapshots) if entry.is_dir(follow_symlinks=False)]
        return Path(max(folders, key=lambda entry: entry.stat().st_mtime_ns).path) if folders else None
    except OSError:
        return None


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """A folder of its own: a link to one may lead anywhere, also round in a circle."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _size(entry: "os.DirEntry[str]") -> int | None:
    """Bytes of a regular file or of the one that a link leads to; None for all else."""
    try:
        facts = entry.stat()
    except OSError:
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None
