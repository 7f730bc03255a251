"""What of a placement is weights, caches and runtime: parts that fill it, and that together are the model."""

import pytest

from advisor.estimator.estimate import estimate
from advisor.estimator.ground import ground
from advisor.estimator.mixes import weights
from advisor.estimator.result import Estimate
from advisor.workload import Workload
from tests.estimator.samples import GIB, dense, gpu, machine, sparse

CASES = {
    "RAM": (machine(16), dense()),
    "one card": (machine(16, gpu(12)), dense()),
    "two cards": (machine(16, gpu(4), gpu(4)), dense()),
    "layers in RAM": (machine(16, gpu(3)), dense()),
    "experts in RAM": (machine(32, gpu(6)), sparse()),
}


def _cache(answer: Estimate) -> int:
    assert answer.memory is not None
    return next(part.bytes for part in answer.memory.components if part.name == "kv_cache")


@pytest.mark.parametrize("name", CASES)
def test_parts_of_all_devices_are_the_whole(name: str) -> None:
    """Caches add up to the byte; weights too, but for a tied embedding that lies on both sides; nothing overflows."""
    place, model = CASES[name]
    answer = estimate(place, model, Workload())
    stored = weights(model, "Q4_K_M")
    held = sum(one.weights for one in answer.placements)
    assert held - stored.total in (0, stored.head_bytes)
    assert sum(one.kv_cache for one in answer.placements) == _cache(answer)
    for one in answer.placements:
        assert 0 <= one.weights + one.kv_cache + one.runtime <= one.used, one
        card = next((card for card in ground(place, "free").cards if card.name == one.device), None)
        assert card is None or one.runtime == card.runtime > 0


def test_the_cases_are_what_they_are_called() -> None:
    """Each case is placed as its name says, or the test above proves less than it seems."""
    devices = {name: [one.device for one in estimate(place, model, Workload()).placements if one.layers or one.weights]
               for name, (place, model) in CASES.items()}  # fmt: skip
    assert devices["RAM"] == ["ram"]
    assert devices["two cards"][:2] == ["gpu0", "gpu1"]
    reasons = {name: [reason.code for reason in estimate(place, model, Workload()).reasons]
               for name, (place, model) in CASES.items()}  # fmt: skip
    assert "partly_on_gpu" in reasons["layers in RAM"]
    assert "experts_in_ram" in reasons["experts in RAM"]


def test_training_says_nothing_of_its_own() -> None:
    """One device holds the components of the estimate itself."""
    answer = estimate(machine(64, gpu(24)), dense(), Workload(task="lora"))
    (only,) = answer.placements
    assert answer.memory is not None
    assert (only.used, only.weights, only.kv_cache, only.runtime) == (answer.memory.total, 0, 0, 0)
    assert only.capacity == 24 * GIB
