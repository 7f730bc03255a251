"""docs/catalogue.md: its examples are read as they stand, and its tables name every field."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.catalog import user
from advisor.catalog.gpus import by_pci_id
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.estimator.tensors import parameters
from advisor.workload import Workload
from tests.catalog.test_schemas import entry

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[user.Own]:
    """The page's examples, saved where the page says, in use."""
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    places = re.findall(r"Save this as `catalogue/(\w+/\w+\.json)`", PAGE)
    assert len(blocks) == len(places) == 3
    for place, block in zip(places, blocks, strict=True):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text(block, encoding="utf-8")
    found = user.load(tmp_path)
    user.use(found)
    yield found
    user.use(user.Own())


def test_the_examples_load_and_answer(own: user.Own) -> None:
    """No file is skipped, and an estimate of the example model on the example machine gives a speed."""
    assert own.problems == ()
    assert (len(own.models), len(own.gpus), len(own.cpus)) == (1, 1, 1)
    machine = assemble(None, gpu="RTX 9050 Example", cpu="i5-99999 Example", ram_gib=32)
    answer = estimate(machine, find_model("example/example-3b-instruct"), Workload(), "free")
    assert answer.verdict == "fits"
    assert answer.speed
    assert answer.speed.decode
    assert [spec.name for spec in by_pci_id("10de:fffe")] == ["GeForce RTX 9050 Example"]


def test_the_examples_figures_fit_together(own: user.Own) -> None:
    """The example must itself keep the rules that it states: count, bandwidth and FLOP/s."""
    (model,), (gpu,) = own.models, own.gpus
    assert parameters(model) == model.published_parameters
    assert gpu.shaders
    assert gpu.clock_hz
    assert gpu.fp32_flops == pytest.approx(gpu.shaders * gpu.clock_hz * 2)


@pytest.mark.parametrize(("kind", "unsaid"), [("gpus", {"chip", "note", "year", "bus_bits", "memory_kind", "source"})])
def test_the_page_names_every_field(kind: str, unsaid: set[str]) -> None:
    """What the schema has stands in the page's table; a few fields speak for themselves in the example."""
    told = {word for row in re.findall(r"^\| ([\w, ]+) \|", PAGE, re.MULTILINE) for word in row.split(", ")}
    assert set(entry(kind, kind)["properties"]) <= told | unsaid
