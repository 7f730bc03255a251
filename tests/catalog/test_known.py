"""Names beside the catalogue's own: what does not exist leads to what does, what is known but not computed says so."""

import json
import re
from pathlib import Path

import pytest

from advisor import RESOURCES
from advisor.catalog.known import REASONS, as_named, known_as, load_names, names, shorter
from advisor.catalog.models import find_model, models
from advisor.cli.commands import run
from advisor.errors import UserError
from advisor.workload import Workload


def refusal(text: str) -> str:
    """What find_model says of a name that is no model's."""
    with pytest.raises(UserError) as caught:
        find_model(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("DeepSeek R1-6B", "deepseek-r1-distill-qwen-7b"),
        ("DeepSeek R1-16B", "deepseek-r1-distill-qwen-14b"),
        ("DeepSeek R1-67B", "deepseek-r1-distill-llama-70b"),
        ("deepseek-r1:6b", "deepseek-r1-distill-qwen-7b"),
        ("Qwen2.5-1.8B", "qwen2.5-1.5b"),
        ("Qwen-VL2.5", "qwen2.5-vl-7b"),
        ("qwen2.5-8b", "qwen2.5-7b"),
        ("llama-3.1-9b", "llama-3.1-8b"),
    ],
)
def test_a_size_that_does_not_exist_leads_to_the_nearest_that_does(text: str, first: str) -> None:
    """Names of published recommendations under which there is no model: the sizes there are, the nearest first."""
    said = refusal(text)
    assert said.startswith(f"there is no {text}; ")
    assert said.partition("there are: ")[2].split(", ")[0] == first


def test_a_family_alone_names_its_models() -> None:
    """ "Llama 3" is no model but several."""
    assert refusal("Llama 3") == "Llama 3 is the name of several models: llama-3-8b, llama-3-70b"


def test_known_models_say_why_nothing_is_computed() -> None:
    """Every one by its name, its Hugging Face name and a conversion's; with a reason and near models that exist."""
    ids = {model.id for model in models()}
    assert names().known
    for entry in names().known:
        assert set(entry.near) <= ids
        assert entry.near
        assert entry.reason in REASONS
        for text in (entry.name, *entry.aliases, f"unsloth/{entry.name}-GGUF"):
            said = refusal(text)
            assert said.startswith(f"{entry.name} is known, but nothing is computed for it")
            assert entry.near[0] in said
            assert len(said) < 400


def test_what_is_computed_is_not_called_unknown() -> None:
    """No name of the catalogue is at the same time that of a model which is not computed."""
    for model in models():
        for name in (model.id, model.name, *model.aliases):
            assert known_as(name) is None


def test_every_lead_ends_at_a_model() -> None:
    """Ollama's names, families and leads name models of the catalogue."""
    ids = {model.id for model in models()}
    assert set(names().tags.values()) <= ids
    assert all(set(lead.models) <= ids for lead in names().leads)
    assert all(set(listed) <= ids for _, listed in names().families.values())
    for tag, model in names().tags.items():
        assert find_model(tag).id == model


def test_endings_are_dropped_one_by_one() -> None:
    """A file's name ends in its type and the model's tuning, never in its size."""
    assert shorter("bartowski/Qwen2.5-7B-Instruct-GGUF") == ["qwen2-5-7b-instruct", "qwen2-5-7b"]
    assert shorter("X-7B-IQ3_XXS.gguf") == ["x-7b-iq3-xxs", "x-7b"]
    assert shorter("qwen2.5-7b") == []


def test_sources_are_named() -> None:
    """Each known model and each kind of name says where it comes from."""
    assert all(re.search(r"transformers|llama\.cpp|llmfit|https?://", entry.source) for entry in names().known)
    assert {"ollama", "leads", "endings"} <= set(names().sources)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reason": "dull"}, "reason"),
        ({"reason": "parts"}, "parts"),
        ({"source": ""}, "source"),
        ({"near": "x"}, "near"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    """Unknown reasons, missing parts, misspelt fields: file, entry and field."""
    entry = {"name": "X-1B", "aliases": [], "reason": "sizes", "near": [], "source": "a test", **change}
    path = tmp_path / "known.json"
    path.write_text(json.dumps({"known": [entry]}), encoding="utf-8")
    with pytest.raises(UserError, match=named) as caught:
        load_names(path)
    assert str(caught.value).startswith("known.json: known: X-1B")


def test_the_file_is_read_once() -> None:
    """The names come from resources/catalog/known.json."""
    assert load_names(RESOURCES / "catalog" / "known.json") == names()


def test_the_command_line_lists_them_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """`advisor models --known`, as text and as JSON; the list of computed models stays a list."""
    assert run(["models", "--known", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)["known_not_computed"]
    assert [entry["name"] for entry in known] == [entry.name for entry in names().known]
    assert run(["models", "--known"]) == 0
    text = capsys.readouterr().out
    assert all(entry.name in text for entry in names().known)
    assert run(["models", "--json"]) == 0
    assert {entry["id"] for entry in json.loads(capsys.readouterr().out)} >= {model.id for model in models()}


@pytest.mark.parametrize(
    ("text", "quant", "stack"),
    [
        ("llama3.1:8b-instruct-q8_0", "Q8_0", "llama.cpp"),
        ("llama3.1:8b-instruct-fp16", "F16", "llama.cpp"),
        ("hf.co/bartowski/Llama-3.1-8B-Instruct-GGUF:Q5_K_M", "Q5_K_M", "llama.cpp"),
        ("Qwen/Qwen2.5-7B-Instruct-AWQ", "AWQ-4bit", "transformers"),
        ("Qwen2.5-7B-Instruct-GPTQ-Int4", "GPTQ-4bit", "transformers"),
        ("bartowski/Qwen2.5-7B-Instruct-GGUF", "Q4_K_M", "llama.cpp"),
        ("qwen2.5-7b", "Q4_K_M", "llama.cpp"),
    ],
)
def test_a_format_in_the_name_is_the_one_that_is_computed(text: str, quant: str, stack: str) -> None:
    """A tag or a conversion is a file of that format; a bare name leaves the settings as they are."""
    asked = as_named(text, find_model(text), Workload())
    assert (asked.quant, asked.resolved_stack) == (quant, stack)


def test_training_has_no_format_of_a_file() -> None:
    """Fine-tuning starts from the published weights."""
    workload = Workload(task="lora")
    assert as_named("llama3.1:8b-instruct-q8_0", find_model("llama3.1:8b"), workload) is workload


def test_a_line_without_its_size_leads_to_what_is_known_of_it() -> None:
    """ "DeepSeek V4" has two members, neither computed; a name like no other has no near ones."""
    with pytest.raises(UserError, match="DeepSeek-V4-Flash is known, but nothing is computed"):
        find_model("DeepSeek V4")
    with pytest.raises(UserError, match=r"no such model in the catalogue$"):
        find_model("通义千问")
