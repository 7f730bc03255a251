"""Cards that can sleep: asked while they work, left alone while they idle or sleep."""

from pathlib import Path
from typing import Any

import pytest

from advisor.probes import live
from advisor.probes.linux import gpus
from advisor.probes.live import LiveGpu, Sampler
from advisor.probes.rest import REST_S, Rest
from tests.probes import fake_linux as fake

ADDRESS = "0000:03:00.0"


def reading(load: float | None) -> LiveGpu:
    return LiveGpu(ADDRESS, None, None, None, load)


def test_an_idle_card_is_asked_seldom_a_working_one_every_time() -> None:
    """Once idle, it has half a minute to fall asleep; a load of 0 or none told is idle."""
    now, asked = [100.0], []
    rest: Rest[LiveGpu] = Rest(lambda: now[0])

    def answer(load: float | None) -> tuple[LiveGpu, ...]:
        asked.append(now[0])
        return (reading(load),)

    def ask(load: float | None) -> float | None:
        (card,) = rest.readings(lambda: answer(load))
        now[0] += 1
        return card.load_percent

    assert [ask(40.0), ask(50.0), ask(0.0)] == [40.0, 50.0, 0.0]
    assert [ask(90.0) for _ in range(int(REST_S) - 1)] == [0.0] * (int(REST_S) - 1)
    assert asked == [100.0, 101.0, 102.0]
    assert [ask(90.0), ask(None), ask(5.0)] == [90.0, None, None]


def card_of(root: Path, control: str, status: str = "active") -> Path:
    files = {"gpu_busy_percent": "0", "mem_info_vram_total": "100", "mem_info_vram_used": "40"}
    return fake.pci(
        root, ADDRESS, "0x030000", "0x1002", "0x73df", power__control=control, power__runtime_status=status, **files
    )


@pytest.mark.parametrize(("control", "asked"), [("auto", 1), ("on", 3)])
def test_gauges_let_an_idle_radeon_sleep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str, asked: int
) -> None:
    """Reading amdgpu's counters counts as use: a card that may sleep is read once, others every time."""
    sampler, read = Sampler(), []
    counters = gpus.counters

    def counted(folder: Path) -> gpus.Counters:
        read.append(folder)
        return counters(folder)

    monkeypatch.setattr(gpus, "counters", counted)
    monkeypatch.setattr(live, "_sleeping_nvidia", lambda _: ())
    sampler._nvidia, sampler._intel, sampler._amd = (), (), (card_of(tmp_path, control),)
    shown = [sampler.sample().gpus[0] for _ in range(3)]
    assert {(card.vram_used_bytes, card.load_percent) for card in shown} == {(40, 0)}
    assert len(read) == asked
    sampler.close()


def test_a_sleeping_card_is_shown_without_being_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address and why there are no figures."""
    sampler = Sampler()
    monkeypatch.setattr(gpus, "counters", lambda _: pytest.fail("woken"))
    sampler._nvidia, sampler._intel, sampler._amd = (), (), (card_of(tmp_path, "auto", "suspended"),)
    card = sampler.sample().gpus[0]
    assert (card.bus_address, card.vram_used_bytes, card.reason) == (ADDRESS, None, live.ASLEEP)
    sampler.close()


def test_the_driver_of_a_card_that_can_sleep_is_not_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """NVML is opened for one reading and shut down after it, then left alone while the card idles."""
    from advisor.probes import nvml

    events: list[str] = []

    class Library:
        class NVMLError(Exception):
            """None of them happens here."""

        def __getattr__(self, name: str) -> Any:
            return lambda: events.append(name)

    def start() -> Any:
        events.append("start")
        return Library()

    monkeypatch.setattr(nvml, "start", start)
    monkeypatch.setattr(nvml, "handles", lambda _: ["card"])
    monkeypatch.setattr(live, "_card", lambda _library, _handle: reading(0.0))
    monkeypatch.setattr(live, "_nvidia_can_sleep", lambda _: True)
    monkeypatch.setattr(live, "_sleeping_nvidia", lambda _: ())
    sampler = Sampler()
    sampler._amd = sampler._intel = ()
    assert [sampler.sample().gpus for _ in range(3)] == [(reading(0.0),)] * 3
    assert events == ["start", "nvmlShutdown"]
