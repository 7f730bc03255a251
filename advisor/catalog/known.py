"""Names that people use for models beside the catalogue's own: where they lead, and models known but not computed."""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from advisor import RESOURCES
from advisor.catalog.model import Model
from advisor.catalog.reading import Fields, read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.workload import QUANTS, Workload, quants_of

# Why nothing is computed for a known model: parts of its architecture are not, or its sizes could not be checked.
REASONS = ("parts", "sizes")
MOST, MANY = 5, 12  # names that an error lists: near ones, those of a family


@dataclass(frozen=True, slots=True)
class Known:
    """A model that exists, of which nothing is computed: resources/catalog/known.json."""

    name: str
    aliases: tuple[str, ...]  # Hugging Face name first
    published_parameters: int | None
    released: str | None
    reason: str  # a key of REASONS
    parts: str  # what of its architecture is not computed, in technical terms; "" with reason "sizes"
    near: tuple[str, ...]  # ids of models that are computed
    source: str


@dataclass(frozen=True, slots=True)
class Lead:
    """Names under which there is no model, and the ids of what may be meant, the likeliest first."""

    names: tuple[str, ...]
    family: str  # what there is instead, as people call it
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Everything of known.json."""

    known: tuple[Known, ...]
    leads: tuple[Lead, ...]
    families: Mapping[str, tuple[str, tuple[str, ...]]]  # key of a family -> its name and models
    tags: Mapping[str, str]  # Ollama's name as it writes it -> id
    endings: frozenset[str]  # words at a name's end that say how it is stored or tuned, not which model it is
    sources: Mapping[str, str]


@cache
def names() -> Names:
    """The names of the catalogue. Raises UserError when the file is damaged."""
    return load_names(RESOURCES / "catalog" / "known.json")


def load_names(path: Path) -> Names:
    """The names of `path`, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    known = tuple(_known(Fields(item, f"{path.name}: known")) for item in document.items("known"))
    leads = tuple(_lead(Fields(item, f"{path.name}: leads")) for item in document.items("leads"))
    families = {}
    for item in document.items("families"):
        entry = Fields(item, f"{path.name}: families")
        families[keys(entry.text("name"))[1]] = (entry.text("name"), entry.texts("models"))
        entry.close()
    tags, sources = document.section("ollama"), document.section("sources")
    found = Names(
        known, leads, families,
        {name: tags.text(name) for name in tags} if tags else {},
        frozenset(document.texts("endings")),
        {name: sources.text(name) for name in sources} if sources else {},
    )  # fmt: skip
    document.close()
    return found


def _known(entry: Fields) -> Known:
    name = entry.text("name")
    entry = Fields({key: entry.value(key) for key in entry}, f"{entry.where}: {name}")
    found = Known(
        name=entry.text("name"),
        aliases=entry.texts("aliases"),
        published_parameters=entry.optional_integer("published_parameters", 1),
        released=entry.optional_text("released"),
        reason=entry.choice("reason", REASONS),
        parts=entry.text("parts") if entry.value("reason") == "parts" else "",
        near=entry.texts("near"),
        source=entry.text("source"),
    )
    entry.close()
    return found


def _lead(entry: Fields) -> Lead:
    found = Lead(entry.texts("names"), entry.text("family"), entry.texts("models"))
    entry.close()
    return found


def keys(text: str) -> tuple[str, str]:
    """`text` with one kind of separator, and with only those that keep two numbers apart.

    "Qwen2.5_7B" -> "qwen2-5-7b" twice; "Gemma 3:1B" -> "gemma-3-1b", "gemma3-1b". Dropping all separators would turn
    Qwen2-57B into Qwen2.5-7B.
    """
    words = "-".join(re.findall(r"[a-z0-9]+", text.lower()[:200]))
    return words, re.sub(r"(?<![0-9])-|-(?![0-9])", "", words)


def tagged(text: str) -> str | None:
    """The id that Ollama means by `text` ("llama3.1", "deepseek-r1:8b", "phi3:latest"), spelt as Ollama does."""
    wanted = text.strip().lower().rpartition("/")[2].removesuffix(":latest")
    while True:
        if wanted in names().tags:
            return names().tags[wanted]
        name, colon, tag = wanted.partition(":")
        rest = shorter(tag)
        if not colon or not rest:
            return None
        wanted = f"{name}:{_dotted(tag, rest[0])}"


def _dotted(tag: str, words: str) -> str:
    """The beginning of `tag` that has as many words as `words`, dots and all."""
    found = re.match(rf"[a-z0-9]+(?:[^a-z0-9]+[a-z0-9]+){{{words.count('-')}}}", tag)
    return found.group() if found else words


# File types of llama.cpp: q4_K_M, iq3_xxs, q8_0, also behind "ud-" and with _l, _xl as quantisers name their own.
_FILE_TYPE = re.compile(r"-(?:i?q[1-8](?:-(?:k|[01]|nl|xxs|xs|s|m|l|xl))*|tq[12]-0|(?:[bf]?f|fp)(?:8|16|32)|\d+-?bit)$")
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")


def shorter(text: str) -> list[str]:
    """`text` without what names of files and tags append to a model's, one by one: a file type, "GGUF", "instruct"...

    "bartowski/Qwen2.5-7B-Instruct-GGUF" -> "qwen2-5-7b-instruct", "qwen2-5-7b".
    """
    words = keys(text.rpartition("/")[2])[0]
    found: list[str] = []
    while True:
        rest = _SHARD.sub("", words)
        rest = _FILE_TYPE.sub("", rest) if rest == words else rest
        if rest == words and words.rpartition("-")[2] in names().endings:
            rest = words.rpartition("-")[0]
        if rest == words or not rest:
            return found
        words = rest
        found.append(words)


def format_in(text: str) -> str | None:
    """The format that a name states at its end ("...:8b-instruct-q8_0", "...-AWQ"), as the settings call it."""
    words = keys(text.rpartition("/")[2])[0]
    return next((known for ending, known in _formats() if words.endswith(f"-{ending}")), None)


def as_named(text: str, model: Model, workload: Workload) -> Workload:
    """`workload` in the format that the name `text` states, where it runs `model` and the format is no part of its own
    name; a file is what it is.
    """
    quant = format_in(text)
    own = {key for name in (model.id, model.name, *model.aliases) for key in keys(name)}
    if quant is None or workload.training or model.stored is not None or not own.isdisjoint(keys(text)):
        return workload
    if quant in quants_of(workload.resolved_stack):
        return replace(workload, quant=quant)
    return replace(workload, quant=quant, stack="transformers") if workload.stack == "auto" else workload


@cache
def _formats() -> tuple[tuple[str, str], ...]:
    """How names end for each format, the longest ending first: "q4-k-m", "awq", "fp16"."""
    endings = {keys(quant)[0]: quant for quant in QUANTS}
    endings |= {ending.removesuffix("-4bit"): quant for ending, quant in endings.items()}
    endings |= {f"{ending}-{more}": quant for ending, quant in endings.items() for more in ("gguf", "int4")}
    endings["fp16"] = "F16"
    return tuple(sorted(endings.items(), key=lambda item: -len(item[0])))


def known_as(text: str) -> Known | None:
    """The model called `text` that is known but not computed."""
    index = _known_index()
    for name in (text, *shorter(text)):
        for key in (*keys(name), *keys(name.rpartition("/")[2])):
            if key in index:
                return index[key]
    return None


def _line_of(text: str) -> Known | None:
    """The first known model of a line that is called without its size ("DeepSeek V4")."""
    line = keys(text)[0] + "-"
    return next((entry for entry in names().known if keys(entry.name)[0].startswith(line) and len(line) > 4), None)


@cache
def _known_index() -> Mapping[str, Known]:
    """Known models by every key of their names; of two with one name the first."""
    index: dict[str, Known] = {}
    for entry in names().known:
        for name in (entry.name, *entry.aliases, *(alias.partition("/")[2] for alias in entry.aliases)):
            for key in set(keys(name)) - {""}:
                index.setdefault(key, entry)
    return index


def refusal(text: str, models: Sequence[Model]) -> UserError:
    """Why there is no model called `text`: what is known of it, and the names that may be meant."""
    name = text if len(text) <= 80 else text[:77] + "..."
    known = known_as(text)
    if known is not None:
        return _not_computed(known, known.near or near_ids(text, models))
    for lead in names().leads:
        if set(keys(text)) & {key for listed in lead.names for key in keys(listed)}:
            return _family_refusal(name, lead.family, lead.models)
    size, family, ids = _family_of(text, models)
    if ids and size is None:
        return UserError(
            N_("{name} is the name of several models: {candidates}"), name=name, candidates=", ".join(ids[:MANY])
        )
    if ids and size is not None:
        ranked = sorted(ids, key=lambda listed: abs(math.log((_size(listed) or 1e4) / max(size, 1e-3))))
        return _family_refusal(name, family, tuple(ranked[:MOST]))
    known = _line_of(text)
    if known is not None:
        return _not_computed(known, known.near)
    near_names = ", ".join(near_ids(text, models))
    if not near_names:
        return UserError(N_("{name}: no such model in the catalogue"), name=name)
    return UserError(N_("{name}: no such model in the catalogue; near: {candidates}"), name=name, candidates=near_names)


def _not_computed(known: Known, near: Sequence[str]) -> UserError:
    candidates = ", ".join(near) or "-"
    if known.reason == "parts":
        return UserError(
            N_("{name} is known, but nothing is computed for it: its architecture has parts that are not computed "
               "here ({parts}). Near models: {candidates}"),
            name=known.name, parts=known.parts, candidates=candidates,
        )  # fmt: skip
    return UserError(
        N_("{name} is known, but nothing is computed for it: its exact sizes could not be checked with a source. "
           "Near models: {candidates}"),
        name=known.name, candidates=candidates,
    )  # fmt: skip


def _family_refusal(name: str, family: str, ids: Sequence[str]) -> UserError:
    return UserError(
        N_("there is no {name}; of {family} there are: {candidates}"),
        name=name, family=family, candidates=", ".join(ids),
    )  # fmt: skip


_SIZED = re.compile(r"^(?P<family>.*?)(?<![\d.])(?P<size>\d+(?:\.\d+)?)(?P<unit>[bm])(?![a-z0-9])")


def _family_of(text: str, models: Sequence[Model]) -> tuple[float | None, str, tuple[str, ...]]:
    """The size that `text` states, the family that it names, and that family's models; nothing when it names none."""
    tail = text.lower()[:200].rpartition("/")[2]
    found = _SIZED.match(tail)
    wanted = keys(found["family"] if found else tail)[1]
    family = names().families.get(wanted)
    if family is None and wanted:
        same = [model for model in models if wanted in (keys(model.family)[1], _family_key(model.id))]
        family = (same[0].family, tuple(model.id for model in same)) if same else None
    return (_billions(found) if found else None, *(family or ("", ())))


def _family_key(name: str) -> str:
    found = _SIZED.match(name)
    return keys(found["family"])[1] if found else ""


def _size(name: str) -> float | None:
    """Billions of parameters that a name states: 7 of "qwen2.5-7b"."""
    found = _SIZED.match(name)
    return _billions(found) if found else None


def _billions(found: re.Match[str]) -> float:
    return float(found["size"]) * (1.0 if found["unit"] == "b" else 1e-3)


def near_ids(text: str, models: Sequence[Model]) -> list[str]:
    """Up to five ids that look like `text`, contain it or are contained in it."""
    wanted = keys(text.rpartition("/")[2])[1]
    ids = {keys(model.id)[1]: model.id for model in models}
    contained = sorted((key for key in ids if key in wanted), key=len, reverse=True)[:2]
    alike = difflib.get_close_matches(wanted, ids, n=MOST, cutoff=0.5)
    inside = [key for key in ids if wanted and wanted in key]
    return list(dict.fromkeys(ids[key] for key in (*contained, *alike, *inside)))[:MOST]
