"""The models of the catalogue: read strictly from resources/catalog, found by any name that people use for them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_type_hints

from advisor import RESOURCES
from advisor.catalog.known import keys, known_as, refusal, shorter, tagged
from advisor.catalog.model import Global, Indexer, Linear, Mla, Model, Moe, Style, Window
from advisor.catalog.networks import networks
from advisor.catalog.reading import Fields, read_entries
from advisor.errors import UserError
from advisor.i18n import N_

T = TypeVar("T")
P = TypeVar("P", Moe, Linear)

KINDS = ("chat", "code", "reasoning", "vlm", "base", "math")
# No published model comes near these; beyond them a file is wrong or hostile.
MAX_LAYERS, MAX_WIDTH, MAX_VOCAB, MAX_EXPERTS, MAX_HEADS = 1024, 1 << 20, 1 << 23, 1 << 14, 1 << 14


@cache
def models() -> tuple[Model, ...]:
    """All models of the catalogue, in the order of their files. Raises UserError when a file is damaged."""
    own = shipped()
    replaced = tuple(_added.get(model.id, model) for model in own)
    return replaced + tuple(model for key, model in _added.items() if key not in {one.id for one in own})


def catalogue() -> tuple[Model, ...]:
    """Everything that can be computed: the language models, then the networks of other kinds."""
    return (*models(), *networks())


@cache
def shipped() -> tuple[Model, ...]:
    """The models that the program comes with. Raises UserError when a file is damaged."""
    return load_models(RESOURCES / "catalog")


def extend(added: Iterable[Model]) -> None:
    """From now on the catalogue also has `added`; each replaces the model of its id.

    To be called at start, before the first look-up; () takes everything back.
    """
    _added.clear()
    _added.update({model.id: model for model in added})
    for table in (models, _index):
        table.cache_clear()


_added: dict[str, Model] = {}


@cache
def styles() -> Mapping[str, Style]:
    """The architectures of the catalogue by Hugging Face model_type."""
    return load_styles(RESOURCES / "catalog" / "architectures.json")


def load_models(folder: Path) -> tuple[Model, ...]:
    """The models of `folder`/models/*.json with the styles of `folder`/architectures.json, uncached.

    Raises UserError naming file, entry and field: unknown or missing fields, wrong types, contradictory facts,
    an id or alias twice.
    """
    known = load_styles(folder / "architectures.json")
    found: list[Model] = []
    for path in sorted((folder / "models").glob("*.json")):
        found += load_model_file(path, known, found)
    return tuple(found)


def load_model_file(path: Path, known: Mapping[str, Style], others: Iterable[Model] = ()) -> tuple[Model, ...]:
    """The models of one file, none of which may bear a name of `others`. Raises UserError as load_models does."""
    seen = {name.lower(): model.id for model in others for name in (model.id, *model.aliases)}
    found: list[Model] = []
    for entry in read_entries(path, "models"):
        model = _model(entry, known)
        for name in {text.lower() for text in (model.id, *model.aliases)}:
            if name in seen:
                raise UserError(
                    N_("{where}: {name} is already the name of {other}"),
                    where=entry.where, name=name, other=seen[name],
                )  # fmt: skip
            seen[name] = model.id
        found.append(model)
    return tuple(found)


def load_styles(path: Path) -> dict[str, Style]:
    """The architectures of `path` by name. Raises UserError as load_models does."""
    found: dict[str, Style] = {}
    for entry in read_entries(path, "architectures"):
        name = entry.text("name")
        if name in found:
            entry.fail("name", N_("{where}: {field}: this name is there twice"))
        found[name] = _style(entry, Style(name, None, source=entry.text("source")))
    return found


def model_from_entry(entry: Mapping[str, object], styles: Mapping[str, Style], where: str = "") -> Model:
    """A model from one catalogue entry, or from facts that were read elsewhere and put into the same fields.

    Raises UserError naming the field and `where` it stands: the entry's own id or name unless something else is said.
    """
    label = where or entry.get("id") or entry.get("name")
    return _model(Fields(entry, label if isinstance(label, str) else "model"), styles)


def find_model(text: str) -> Model:
    """The model called `text`: its id, name or Hugging Face name, with any case and any separators.

    Names of Ollama ("llama3.1:8b-instruct-q4_K_M"), of others' conversions ("bartowski/Qwen2.5-7B-Instruct-GGUF") and
    of model files lead to their model. Raises UserError: with the reason for a model that is known but not computed,
    with the models there are for a family's size that does not exist, else with the nearest ids.
    """
    index = _index()
    # The same name under another owner ("unsloth/Qwen2.5-7B-Instruct") is the same architecture.
    for name in (text, text.rpartition("/")[2]):
        for key in keys(name):
            if key in index:
                return index[key]
    for name in (tagged(text) or "", *(() if known_as(text) else shorter(text))):
        for key in keys(name):
            if key in index:
                return index[key]
    raise refusal(text, catalogue())


@cache
def _index() -> Mapping[str, Model]:
    """Models by every key of their names; a name that two models share goes to the one that carries it as its own."""
    index: dict[str, Model] = {}
    for of in (lambda m: (m.id, m.name), lambda m: m.aliases, _tails):
        found: dict[str, Model | None] = {}
        for model in catalogue():
            for key in {key for name in of(model) for key in keys(name)}:
                found[key] = model if found.get(key, model) is model else None
        for key, owner in found.items():
            if owner is not None:
                index.setdefault(key, owner)
    return index


def _tails(model: Model) -> tuple[str, ...]:
    """Hugging Face names without their owner."""
    return tuple(alias.partition("/")[2] for alias in model.aliases if "/" in alias)


_STYLE_CHOICES: Mapping[str, tuple[str, ...]] = {
    name: get_args(get_type_hints(Style)[name]) for name in ("norm", "activation", "qk_norm")
}


def _style(entry: Fields, base: Style) -> Style:
    """`base` with the fields of `entry` that belong to a style; refuses all others."""
    values = {name: getattr(base, name) for name in Style.__dataclass_fields__}
    values["gguf"] = entry.optional_text("gguf") or base.gguf
    for name in entry:
        if name not in ("name", "gguf", "source") and name in values:
            values[name] = _style_value(entry, name, values[name])
    entry.close()
    return Style(**values)


def _style_value(entry: Fields, name: str, default: object) -> object:
    if name in _STYLE_CHOICES:
        return entry.choice(name, _STYLE_CHOICES[name])
    if isinstance(default, bool):
        return entry.flag(name)
    if isinstance(default, int):
        return entry.integer(name, 0, MAX_VOCAB)
    names = entry.section(name)
    assert names is not None
    # "" is an answer here: this role is no Linear in torch.
    return {key: names.text(key) if names.value(key) != "" else "" for key in names}


def _model(entry: Fields, known: Mapping[str, Style]) -> Model:
    """The model of one entry, checked."""
    layers = entry.integer("layers", 1, MAX_LAYERS)
    plan = _plan(entry, layers)
    model = Model(
        **_labels(entry),
        style=_model_style(entry, known),
        layers=layers,
        hidden=entry.integer("hidden", 1, MAX_WIDTH),
        heads=entry.integer("heads", 1, MAX_HEADS),
        kv_heads=entry.integer("kv_heads", 1, MAX_HEADS),
        head_dim=entry.integer("head_dim", 1, MAX_WIDTH),
        vocab=entry.integer("vocab", 1, MAX_VOCAB),
        tied_embeddings=entry.flag("tied_embeddings"),
        ffn=entry.optional_integer("ffn", 1, MAX_WIDTH),
        window=_part(entry.section("window"), _window, layers),
        globals=_part(entry.section("globals"), _global, layers),
        kv_shared=entry.optional_integer("kv_shared", 1, layers - 1) or 0,
        late_ffn=entry.optional_integer("late_ffn", 1, MAX_WIDTH),
        layer_embedding=entry.optional_integer("layer_embedding", 1, MAX_WIDTH) or 0,
        layer_vocab=entry.optional_integer("layer_vocab", 1, MAX_VOCAB),
        moe=_planned(_part(entry.section("moe"), _moe, layers), plan, "E"),
        mla=_part(entry.section("mla"), _mla, layers),
        indexer=_part(entry.section("indexer"), _indexer, layers),
        linear=_planned(_part(entry.section("linear"), partial(_linear, planned=bool(plan)), layers), plan, "M"),
        plan=plan,
        max_context=entry.optional_integer("max_context", 1, 1 << 30),
        extras=_extras(entry),
        published_parameters=entry.optional_integer("published_parameters", 1),
        count_tolerance=entry.optional_number("count_tolerance", 0, 1) or 0.0,
        gguf_vocab=entry.optional_integer("gguf_vocab", 1, MAX_VOCAB),
        rope_factors=entry.flag("rope_factors"),
        long_rope=entry.optional_integer("long_rope", 1, MAX_WIDTH) or 0,
        tokenizer=cast(Any, entry.choice("tokenizer", ("bpe", "spm")) if "tokenizer" in entry else "unknown"),
        merges=entry.optional_integer("merges", 0, MAX_VOCAB),
    )
    entry.close()
    _check(model, entry)
    return model


def _labels(entry: Fields) -> dict[str, Any]:
    """What a model is called, what may be done with it, and where its facts stand."""
    return {
        "id": entry.text("id"),
        "name": entry.text("name"),
        "family": entry.text("family"),
        "kind": entry.choice("kind", KINDS),
        "aliases": entry.texts("aliases"),
        "licence": entry.optional_text("licence"),
        "languages": entry.optional_text("languages"),
        "released": entry.optional_text("released"),
        "count_note": entry.optional_text("count_note") or "",
        "source": entry.text("source"),
    }


def _plan(entry: Fields, layers: int) -> str:
    """One letter for each layer where layers are one thing alone, else ""."""
    plan = entry.optional_text("plan") or ""
    if plan and (len(plan) != layers or not set(plan) <= set("M*-E")):
        entry.fail("plan", N_("{where}: {field}: one of M * - E for each layer was expected"))
    return plan


def _planned(part: P | None, plan: str, letter: str) -> P | None:
    """`part` in the layers that `plan` gives to it; unchanged without a plan."""
    return part if part is None or not plan else replace(part, layers=tuple(kind == letter for kind in plan))


def _model_style(entry: Fields, known: Mapping[str, Style]) -> Style:
    name = entry.text("style")
    if name not in known:
        entry.fail("style", N_("{where}: {field}: {name} is not in architectures.json"), name=name)
    differs = entry.section("differs")
    return known[name] if differs is None else _style(differs, known[name])


def _part(section: Fields | None, read: Callable[[Fields, int], T], layers: int) -> T | None:
    return None if section is None else read(section, layers)


def _window(entry: Fields, layers: int) -> Window:
    size = entry.integer("size", 1, 1 << 30)
    every = entry.integer("global_every", 0, MAX_LAYERS)
    entry.close()
    return Window(size, tuple(every == 0 or (i + 1) % every != 0 for i in range(layers)))


def _global(entry: Fields, _layers: int) -> Global:
    found = Global(
        entry.integer("head_dim", 1, MAX_WIDTH), entry.integer("kv_heads", 1, MAX_HEADS), entry.flag("values_are_keys")
    )
    entry.close()
    return found


def _moe(entry: Fields, layers: int) -> Moe:
    first = entry.optional_integer("first_dense", 0, layers) or 0
    every = entry.optional_integer("every", 1, layers) or 1
    shared = entry.optional_integer("shared", 0, MAX_EXPERTS) or 0
    moe = Moe(
        experts=entry.integer("experts", 2, MAX_EXPERTS),
        active=entry.integer("active", 1, MAX_EXPERTS),
        expert_ffn=entry.integer("expert_ffn", 1, MAX_WIDTH),
        layers=tuple(i >= first and (i + 1) % every == 0 for i in range(layers)),
        shared=shared,
        shared_ffn=entry.integer("shared_ffn", 1, MAX_WIDTH) if shared else 0,
    )
    entry.close()
    if moe.active > moe.experts:
        entry.fail("active", N_("{where}: {field}: more active experts than there are"))
    return moe


def _mla(entry: Fields, _layers: int) -> Mla:
    mla = Mla(
        q_lora_rank=entry.optional_integer("q_lora_rank", 1, MAX_WIDTH),
        kv_lora_rank=entry.integer("kv_lora_rank", 1, MAX_WIDTH),
        qk_nope_head_dim=entry.integer("qk_nope_head_dim", 1, MAX_WIDTH),
        qk_rope_head_dim=entry.integer("qk_rope_head_dim", 1, MAX_WIDTH),
        v_head_dim=entry.integer("v_head_dim", 1, MAX_WIDTH),
    )
    entry.close()
    return mla


def _indexer(entry: Fields, _layers: int) -> Indexer:
    found = Indexer(
        entry.integer("heads", 1, MAX_HEADS), entry.integer("head_dim", 1, MAX_WIDTH), entry.integer("top", 1, 1 << 30)
    )
    entry.close()
    return found


def _linear(entry: Fields, layers: int, planned: bool) -> Linear:
    kind = entry.choice("type", LINEAR_TYPES)
    every = entry.optional_integer("attention_every", 2, MAX_LAYERS)
    listed = entry.integers("attention_layers", 0, layers - 1)
    if (every is None) == (not listed) and not planned:
        entry.fail("attention_every", N_("{where}: {field}: give either this or attention_layers"))
    counts = {
        name: entry.optional_integer(name, 1, MAX_WIDTH) or 0
        for name in ("key_heads", "value_heads", "key_head_dim", "value_head_dim", "conv_kernel", "groups", "state")
    }
    missing = next((name for name in _LINEAR_NEEDS[kind] if not counts[name]), None)
    if missing:
        entry.fail(missing, N_("{where}: {field}: missing"))
    entry.close()
    attention = {i for i in range(layers) if (i + 1) % every == 0} if every else set(listed)
    return Linear(cast(Any, kind), tuple(i not in attention for i in range(layers)), **counts)


LINEAR_TYPES: tuple[str, ...] = get_args(get_type_hints(Linear)["type"])
_LINEAR_NEEDS: Mapping[str, tuple[str, ...]] = {
    "gated_delta_net": ("key_heads", "value_heads", "key_head_dim", "value_head_dim", "conv_kernel"),
    "short_conv": ("conv_kernel",),
    "mamba2": ("value_heads", "value_head_dim", "groups", "state", "conv_kernel"),
}


def _extras(entry: Fields) -> Mapping[str, int]:
    extras = entry.section("extras")
    return {} if extras is None else {name: extras.integer(name, 1) for name in extras}


def _dense_layers(model: Model) -> bool:
    if model.plan:
        return "-" in model.plan
    return model.moe is None or not all(model.moe.layers)


def _check(model: Model, entry: Fields) -> None:
    """Refuse facts that contradict each other, naming the field that does."""
    if model.heads % model.kv_heads:
        entry.fail("kv_heads", N_("{where}: {field}: {heads} heads are no multiple"), heads=model.heads)
    if model.ffn is None and _dense_layers(model):
        entry.fail("ffn", N_("{where}: {field}: missing, though some layers have no experts"))
    if model.moe and not any(model.moe.layers):
        entry.fail("moe", N_("{where}: {field}: no layer has experts"))
    if model.linear and model.linear.type == "gated_delta_net" and model.linear.value_heads % model.linear.key_heads:
        entry.fail("linear", N_("{where}: {field}: value heads are no multiple of key heads"))
    if model.globals and model.window is None:
        entry.fail("globals", N_("{where}: {field}: only beside a window"))
    if model.globals and model.heads % model.globals.kv_heads:
        entry.fail("globals", N_("{where}: {field}: {heads} heads are no multiple"), heads=model.heads)
    if model.indexer and (model.mla is None or model.mla.q_lora_rank is None):
        entry.fail("indexer", N_("{where}: {field}: only beside mla with q_lora_rank"))
    if model.gguf_vocab and model.gguf_vocab > model.vocab:
        entry.fail("gguf_vocab", N_("{where}: {field}: more rows than the vocabulary"))
    if model.count_tolerance and not model.count_note:
        entry.fail("count_note", N_("{where}: {field}: a count that may differ needs its reason"))
