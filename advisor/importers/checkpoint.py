"""A checkpoint of .safetensors files -> Model: the config.json beside it says what it is, its tensors must agree."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from advisor import RESOURCES
from advisor.catalog.model import UNSTATED, Model, Stored
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.headers import is_file, one_line, read_document
from advisor.importers.hf_config import CONFIG_LIMIT, model_from_config
from advisor.importers.safetensors import (
    INDEX_ENDING,
    Tensors,
    dtype_bits,
    read_index,
    read_parts,
    read_tensors,
    siblings,
)
from advisor.importers.unknown import adapter_refused, tensor_sums

TABLES = ("embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embedding.word_embeddings.weight")
PACKED = ("qweight", "weight_packed", "_blocks", ".weight")  # tensors whose integers hold several weights each


def read_model(path: Path) -> Model:
    """The model whose weights lie at `path` (one file, or the index of several), with what they `stored`.

    Without a config.json beside it, or with one of an unknown architecture, the tensors alone are known. Raises
    UserError naming the file.
    """
    refuse_adapter(path.parent)
    missing: tuple[str, ...] = ()
    total: int | None = None
    if path.name.lower().endswith(INDEX_ENDING):
        index = read_index(path)
        missing, total = index.missing, index.total_bytes
        parts = list(index.parts)
        tensors: Tensors = read_parts(parts, path)
    else:
        beside = siblings(path)
        parts = [one for one in beside if one == path or is_file(one)]
        missing = tuple(one.name for one in beside if one not in parts)
        tensors = read_parts(parts, path) if missing or len(parts) > 1 else read_tensors(path)
    config = path.parent / "config.json"
    facts: Any = read_document(config, CONFIG_LIMIT) if is_file(config) else None
    if missing and facts is None:
        raise UserError(
            N_("{path}: {missing} of its {count} parts do not lie beside it: {names}"),
            path=path, missing=len(missing), count=len(missing) + len(parts), names=", ".join(missing[:3]),
        )  # fmt: skip
    stored = None if missing and total is None else stored_weights(tensors, facts, total if missing else None)
    if facts is None:
        return tensor_sums(UNSTATED, path.stem, str(path), stored_weights(tensors, None), {})
    model = model_from_config(facts, str(config), path.parent.name or path.stem)
    if model.parameter_bounds is not None:
        return _unknown(model, stored)
    _check_table(path, model, tensors)
    counted_here = {} if missing else towers(tensors)
    extras = counted_here or model.extras
    note = "" if counted_here else model.count_note
    if missing:
        note = f"{len(missing)} of its parts do not lie beside it: {', '.join(missing[:3])}"
    return dataclasses.replace(model, stored=stored, extras=extras, count_note=note)


def _unknown(model: Model, stored: Stored | None) -> Model:
    if stored is None or stored.parameters is None:
        return dataclasses.replace(model, stored=stored)
    return dataclasses.replace(model, stored=stored, parameter_bounds=(stored.parameters, stored.parameters))


def _check_table(path: Path, model: Model, tensors: Tensors) -> None:
    for name, tensor in tensors.items():
        if name.endswith(TABLES) and len(tensor.shape) == 2 and tensor.shape[1] != model.hidden:
            # A vision or audio tower may have a table of its own.
            if any(mark in name for marks in _facts()["towers"].values() for mark in marks):
                continue
            if tensor.dtype in _facts()["plain_dtypes"]:
                raise UserError(
                    N_("{path}: its embeddings are {found} wide, its config.json says {expected}"),
                    path=path, found=tensor.shape[1], expected=model.hidden,
                )  # fmt: skip


def refuse_adapter(folder: Path) -> None:
    """Raise UserError naming the base model when `folder` holds a LoRA adapter (peft's adapter_config.json)."""
    path = folder / "adapter_config.json"
    if is_file(path) and not is_file(folder / "config.json"):
        document: Any = read_document(path, CONFIG_LIMIT)
        base = document.get("base_model_name_or_path") if isinstance(document, dict) else None
        raise adapter_refused(folder, base if isinstance(base, str) and base else "?")


@cache
def _facts() -> Mapping[str, Any]:
    document: Any = read_json(RESOURCES / "catalog" / "checkpoints.json")
    facts: Mapping[str, Any] = document
    return facts


def stored_weights(tensors: Tensors, config: object, total: int | None = None) -> Stored:
    """What the tensors of a checkpoint hold; `total` bytes where some of them are not here."""
    method = quantisation(config)
    sizes: dict[str, int] = {}
    for tensor in tensors.values():
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.bytes
    common = max(sizes, key=lambda kind: sizes[kind], default="?")
    plain = "FP8" if common.startswith("F8_E") else common
    here = sum(sizes.values())
    return Stored(
        format=method[0] if method else plain,
        bytes=here if total is None else total,
        parameters=None if total is not None else counted(tensors, method[1] if method else None),
    )


def quantisation(config: object) -> tuple[str, int | None] | None:
    """The format of a quantised checkpoint and its bits, by the quantization_config of its config.json; None when it
    is not quantised. A method that is not known here is called by its own name.
    """
    found = config.get("quantization_config") if isinstance(config, dict) else None
    if found is None and isinstance(config, dict) and isinstance(config.get("text_config"), dict):
        found = config["text_config"].get("quantization_config")
    if not isinstance(found, dict):
        return None
    name = one_line(found.get("quant_method", "?"))[:40].lower()
    bits, kind = _bits(found)
    for method in _facts()["methods"]:
        same = method["name"] == name and method["bits"] == bits
        if same and method.get("type", kind) == kind:
            return str(method["format"]), bits
    return (f"{name} {bits} bit" if bits else name), bits


def _bits(config: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """Bits and kind of number that the many spellings state."""
    groups = config.get("config_groups")
    if isinstance(groups, dict):
        for group in groups.values():
            weights = group.get("weights") if isinstance(group, dict) else None
            if isinstance(weights, dict):
                return _whole(weights.get("num_bits")), str(weights.get("type", "int"))
    if config.get("load_in_4bit") is True or config.get("_load_in_4bit") is True:
        return 4, None
    if config.get("load_in_8bit") is True or config.get("_load_in_8bit") is True:
        return 8, None
    stated = _whole(config.get("bits", config.get("w_bit")))
    if stated is None:
        # Methods that have only one width do not state it.
        widths = {m["bits"] for m in _facts()["methods"] if m["name"] == str(config.get("quant_method", "")).lower()}
        stated = widths.pop() if len(widths) == 1 else None
    return stated, None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 64 else None


def counted(tensors: Tensors, bits: int | None) -> int | None:
    """The parameters that the tensors hold; None where integers hold weights in a way that is not known."""
    facts = _facts()
    total = 0
    for name, tensor in tensors.items():
        if name.endswith(tuple(facts["beside_weights"])):
            continue
        count = math.prod(tensor.shape)
        if tensor.dtype in facts["plain_dtypes"]:
            total += count
        elif bits and name.endswith(PACKED) and bits <= dtype_bits()[tensor.dtype]:
            total += count * (dtype_bits()[tensor.dtype] // bits)
        elif len(tensor.shape) > 1:
            return None
    return total or None


def towers(tensors: Tensors) -> Mapping[str, int]:
    """Parameters beside the language model, by kind: the tensors themselves say where they belong."""
    found: dict[str, int] = {}
    for kind, marks in _facts()["towers"].items():
        count = sum(
            math.prod(tensor.shape)
            for name, tensor in tensors.items()
            if _part_of(name, marks) and tensor.dtype in _facts()["plain_dtypes"]
        )
        if count:
            found[kind] = count
    return found


def _part_of(name: str, marks: Sequence[str]) -> bool:
    return name.removeprefix("model.").startswith(tuple(marks))
