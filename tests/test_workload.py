"""Settings by name: values of every form are taken, and each mistake names its option."""

from dataclasses import fields

import pytest

from advisor.errors import UserError
from advisor.workload import BOUNDS, CHOICES, METHODS, SETTINGS, SWITCHES, Workload, for_method, option, parse


def test_every_setting_has_exactly_one_rule() -> None:
    """A setting without a rule could not be given on the command line."""
    rules = [*CHOICES, *BOUNDS, *SWITCHES]
    assert sorted(rules) == sorted(SETTINGS) == sorted(f.name for f in fields(Workload))


def test_defaults_obey_their_own_rules() -> None:
    """Parsing all defaults back gives the default workload."""
    values = {name: getattr(Workload(), name) for name in SETTINGS}
    assert parse(values) == Workload()


def test_text_numbers_and_case_are_taken() -> None:
    """The command line gives texts, JSON gives numbers and booleans."""
    given = parse({"context": "8192", "batch": 2.0, "flash_attention": "off", "quant": "q8_0", "checkpointing": False})
    assert given == Workload(context=8192, batch=2, flash_attention=False, quant="Q8_0", checkpointing=False)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"quant": "Q9_X"}, "--quant: 'Q9_X' is not one of Q4_K_M"),
        ({"context": "many"}, "--context: 'many' is not a whole number from 1"),
        ({"context": 0}, "--context: 0 is not"),
        ({"context": True}, "--context: True is not"),
        ({"context": 2.5}, "--context: 2.5 is not"),
        ({"flash_attention": "maybe"}, "--flash-attention: 'maybe' is not true or false"),
        ({"colour": "red"}, "--colour: unknown setting"),
        ({"task": "lora", "stack": "vllm"}, "--stack: vllm cannot be used for lora"),
        ({"quant": "NF4"}, "--quant: llama.cpp has no NF4"),
        ({"stack": "vllm", "quant": "Q4_K_M"}, "--quant: vllm has no Q4_K_M"),
        ({"kv_type": "q8_0", "flash_attention": False}, "--kv-type: a quantised V cache needs flash attention"),
    ],
)
def test_a_mistake_names_its_option(values: dict[str, object], said: str) -> None:
    """One sentence, and it says what would be right."""
    with pytest.raises(UserError) as error:
        parse(values)
    assert said in str(error.value)


@pytest.mark.parametrize("stack", ["auto", "transformers", "vllm", "fused-loss"])
def test_every_column_of_the_matrix_is_a_valid_workload(stack: str) -> None:
    """Whatever stack is chosen, the six columns ask for something that exists."""
    base = Workload(stack=stack, task="lora" if stack == "fused-loss" else "inference", quant="BF16")
    for method in METHODS:
        column = for_method(base, method)
        assert parse({name: getattr(column, name) for name in SETTINGS}) == column
        assert column.training == (method in ("qlora", "lora", "full"))


def test_a_stack_brings_its_format() -> None:
    """`--stack vllm` alone must not fail on llama.cpp's default quantisation."""
    assert parse({"stack": "vllm"}).quant == "BF16"
    assert parse({"stack": "vllm", "quant": "FP8"}).quant == "FP8"


def test_options_are_spelled_with_dashes() -> None:
    """`kv_type` of a case is `--kv-type` on the command line."""
    assert option("kv_type") == "--kv-type"
