"""An architecture that nobody described: bounds of the parameter count, and nothing else."""

from typing import Any

import pytest

from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.as_json import to_json
from advisor.estimator.estimate import estimate
from advisor.estimator.tensors import parameters
from advisor.i18n import translator
from advisor.importers.hf_config import model_from_config
from advisor.workload import METHODS, Workload, for_method
from tests.importers.test_hf_config import CONFIGS

# Latent attention, delta nets and convolutions are what a usual transformer does not have; Falcon's leaves its MLP out.
UNUSUAL = ("kv_lora_rank", "linear_num_value_heads", "conv_L_cache", "mamba_n_heads", "multi_query")
USUAL = sorted(name for name, config in CONFIGS.items() if not any(key in config for key in UNUSUAL))


@pytest.mark.parametrize("name", USUAL)
def test_the_bounds_hold_the_true_count_of_known_models(name: str) -> None:
    """The published configs of known models under a model_type that is not: their real count lies inside."""
    config = CONFIGS[name]
    stranger = model_from_config({**config, "model_type": "stranger"}, "config.json")
    assert stranger.parameter_bounds is not None
    low, high = stranger.parameter_bounds
    assert low <= parameters(model_from_config(config, "config.json")) <= high
    # Experts may stand in half of the layers only, which leaves more open than a dense MLP does.
    assert high <= (3 if "num_experts_per_tok" in config else 1.6) * low


@pytest.mark.parametrize("method", METHODS)
def test_the_answer_is_unknown_with_its_bounds(method: Any) -> None:
    """No memory, no speed, no time; the sentence names the architecture."""
    stranger = model_from_config({**CONFIGS["qwen2.5-7b"], "model_type": "stranger"}, "config.json")
    machine = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    answer = estimate(machine, stranger, for_method(Workload(), method))
    assert (answer.verdict, answer.memory, answer.speed, answer.training) == ("unknown", None, None, None)
    said = to_json(answer, translator("en"), machine)
    assert said["model"]["parameters"] is None
    assert (said["model"]["parameters_low"], said["model"]["parameters_high"]) == stranger.parameter_bounds
    assert "stranger" in said["reasons"][0]["text"]


def test_without_its_sizes_there_are_no_bounds() -> None:
    """A config that only names its kind is refused, with the kinds that are known; also one with a list of widths."""
    config = {**CONFIGS["qwen2.5-7b"], "model_type": "stranger", "intermediate_size": [64, 128]}
    with pytest.raises(UserError, match="'stranger' is not known, and not all sizes"):
        model_from_config(config, "config.json")
    with pytest.raises(UserError, match="'stranger' is not known, and not all sizes"):
        model_from_config({"model_type": "stranger", "hidden_size": 64}, "config.json")
