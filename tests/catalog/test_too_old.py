"""Cards older than the catalogue: not usable, with the reason; newer ones that it does not know stay unknown."""

import json
from pathlib import Path

import pytest

from advisor.catalog.complete import complete
from advisor.catalog.gpus import gpus
from advisor.catalog.too_old import load_too_old, too_old
from advisor.errors import UserError
from advisor.machine import Gpu, Machine


def judged(gpu: Gpu) -> tuple[bool | None, str]:
    (done,) = complete(Machine(source="dump", gpus=(gpu,))).gpus
    origin = done.origin("usable")
    return done.usable, origin.detail.format(**origin.values)


@pytest.mark.parametrize(
    "gpu",
    [
        Gpu(vendor="NVIDIA", kind="discrete", pci_id="10de:0427", name="GeForce 8400M GS"),
        Gpu(vendor="NVIDIA", kind="discrete", pci_id="10DE:05e3"),  # GTX 285
        Gpu(vendor="NVIDIA", kind="discrete", pci_id="10de:0863", name="C79 [GeForce 9400M]"),
        Gpu(name="NVIDIA GeForce 9600 GT"),
        Gpu(name="GeForce(R) GT 240", vendor="NVIDIA"),
        Gpu(name="GeForce 310M", vendor="NVIDIA"),
        Gpu(name="GeForce Go 7400", vendor="NVIDIA"),
        Gpu(name="Quadro FX 1700M", vendor="NVIDIA"),
        Gpu(vendor="AMD", kind="discrete", pci_id="1002:954f", name="ATI Radeon HD 4300 Series"),
        Gpu(name="ATI Mobility Radeon HD 3650"),
        Gpu(name="ATI Radeon X1300", vendor="AMD"),
        Gpu(name="Mobile Intel(R) 945 Express Chipset Family", vendor="Intel"),
    ],
    ids=lambda gpu: gpu.name or gpu.pci_id,
)
def test_cards_before_any_that_computes(gpu: Gpu) -> None:
    """By id, or by name where a dump has no id."""
    usable, why = judged(gpu)
    assert usable is False
    assert why.startswith("too old: no AI program supports graphics processors of its generation")


@pytest.mark.parametrize(
    "gpu",
    [
        Gpu(vendor="NVIDIA", kind="discrete", pci_id="10de:ffff", name="GeForce 9400 GT"),  # the id tells more
        Gpu(name="GeForce RTX 7090", vendor="NVIDIA"),
        Gpu(name="GeForce MX 990", vendor="NVIDIA"),
        Gpu(name="Radeon RX 9950 XTX", vendor="AMD"),
        Gpu(name="Radeon Graphics", vendor="AMD", kind="discrete", pci_id="1002:7fff"),
        Gpu(name="Arc C990", vendor="Intel", kind="discrete", pci_id="8086:ffff"),
    ],
    ids=lambda gpu: gpu.name,
)
def test_cards_that_are_not_known_yet(gpu: Gpu) -> None:
    """A card newer than the catalogue is not called old."""
    usable, why = judged(gpu)
    assert usable is None
    assert "not in the catalogue" in why


def test_nothing_that_the_catalogue_has_an_engine_for_is_old() -> None:
    """Ids of every listed card of an architecture that computes lie outside, and so do their names."""
    old = {"Tesla 2.0", "TeraScale 2", "TeraScale 3", "Generation 5.75"}
    cards = [spec for spec in gpus() if spec.architecture not in old]
    assert len(cards) > 1000
    assert [spec.name for spec in cards for pci_id in spec.pci_ids if too_old(pci_id, spec.vendor, None)] == []
    assert [spec.name for spec in cards if too_old(None, spec.vendor, spec.name)] == []


@pytest.mark.parametrize(("field", "value"), [("ids", ["0000"]), ("names", ["("]), ("source", None), ("more", 1)])
def test_a_slip_is_named(tmp_path: Path, field: str, value: object) -> None:
    """File, entry and field are said."""
    entry = {"vendor": "X", "pci_vendor": "10de", "generation": "g", "ids": ["0000-0001"], "names": [], "source": "s"}
    path = tmp_path / "too_old.json"
    path.write_text(json.dumps({"makers": [{**entry, field: value}]}))
    with pytest.raises(UserError) as caught:
        load_too_old(path)
    assert "too_old.json: #1" in str(caught.value)
    assert field in str(caught.value)
