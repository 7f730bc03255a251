"""Sanity gates over every model: names, counts, caches and file sizes that could not be true are found here."""

import re

import pytest

from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.estimator import llama_cpp
from advisor.estimator.mixes import weights
from advisor.estimator.tensors import active_parameters, language_parameters, tensors
from advisor.workload import Workload

every_model = pytest.mark.parametrize("model", models(), ids=lambda model: model.id)

_SIZE = re.compile(r"(?<![\d.a-z])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])")
_ACTIVE = re.compile(r"-a(\d+(?:\.\d+)?)b(?![a-z0-9])")
# Their publisher rounds these down.
ROUNDED_DOWN = {"granite-4.0-1b"}
# Llama 4 is named after the parameters that a token meets; LFM2-8B-A1B counts its active ones without embeddings.
NAMED_AFTER_ACTIVE = {"llama-4-scout-17b-16e", "llama-4-maverick-17b-128e"}
# Nothing that could be cited says when these came out, or under which licence.
NO_DATE = {"kimi-k2.6", "hy3-preview", "glm-5.1", "gemma-4-12b", "qwen3.8-27b", "nemotron-3-nano-4b"}
NO_LICENCE = {"hy3-preview"}
# Bytes per parameter that a file type can come to: its own bits, and embeddings of more bits in small models.
BYTES = {"F16": (2.0, 2.06), "Q8_0": (1.0, 1.35), "Q4_K_M": (0.53, 0.95), "Q2_K": (0.3, 0.87)}


def embeddings(model: Model) -> int:
    """Parameters of the token embedding and the head."""
    return sum(tensor.elements for tensor in tensors(model, "torch") if tensor.role in ("token_embd", "output"))


@every_model
def test_the_size_in_the_name_is_that_of_the_model(model: Model) -> None:
    """7B in the name: 6 to 9.1 billion parameters, or as many without embeddings (Gemma 2, OLMo 2 1B, MiniCPM)."""
    stated = _SIZE.findall(_ACTIVE.sub("", model.id))
    if not stated:
        return
    size = float(stated[-1][0]) * (1e9 if stated[-1][1] == "b" else 1e6)
    whole = language_parameters(model)
    counts = [active_parameters(model)] if model.id in NAMED_AFTER_ACTIVE else [whole, whole - embeddings(model)]
    most = 1.7 if model.id in ROUNDED_DOWN else 1.3
    assert any(0.85 * size < count < most * size for count in counts), (whole, size)


@every_model
def test_the_active_size_in_the_name_is_that_of_the_model(model: Model) -> None:
    """A3B in the name: as many parameters meet a token, with or without embeddings."""
    stated = _ACTIVE.search(model.id)
    if stated is None:
        return
    assert model.moe is not None
    size, active = float(stated[1]) * 1e9, active_parameters(model)
    counts = [active, active - embeddings(model)]
    assert any(0.8 * size < count < 1.35 * size for count in counts) or model.id == "lfm2-8b-a1b", (active, size)


@every_model
def test_the_cache_is_plausible(model: Model) -> None:
    """A token of an 8K context costs 0.5 KiB (few attention layers) to 2.5 MiB (LLaMA 65B, no grouped queries)."""
    if model.style.gguf is None:
        return
    cached = sum(llama_cpp.kv_bytes(model, Workload(context=8192))) / 8192
    assert 512 <= cached <= 2.5 * 2**20


@every_model
def test_bytes_per_parameter_are_plausible(model: Model) -> None:
    """Each file type costs about its bits; a model that was released in MXFP4 keeps its experts so."""
    if model.style.gguf in (None, "gpt-oss"):
        return
    count = sum(tensor.elements for tensor in tensors(model))
    for quant, (low, high) in BYTES.items():
        assert low <= weights(model, quant).total / count < high, quant
    ordered = [weights(model, quant).total for quant in ("Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")]
    assert ordered == sorted(ordered)


@every_model
def test_everything_is_stated(model: Model) -> None:
    """Context, languages, licence, date; a date of the years of language models, no later than the catalogue."""
    assert model.max_context
    assert model.languages
    assert (model.licence is None) == (model.id in NO_LICENCE)
    assert (model.released is None) == (model.id in NO_DATE)
    if model.released:
        assert re.fullmatch(r"20(19|2[0-6])-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", model.released)
        assert model.released < "2026-11-23"


@every_model
def test_sources_can_be_followed(model: Model) -> None:
    """A source names a package and version, a file at a commit, a page, or says that it is general knowledge."""
    named = (
        r"transformers \d|llama\.cpp [0-9a-f]{7}|@[0-9a-f]{7}|https?://|config\.json|public repositories"
        r"|general knowledge"
    )
    for source in (model.source, model.style.source):
        assert re.search(named, source), source


@every_model
def test_the_hugging_face_name_comes_first(model: Model) -> None:
    """owner/name, as in the address of its page."""
    assert re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", model.aliases[0])
