"""Probes stand alone: one that raises, hangs, lies or answers nonsense costs its own fields only."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from advisor.machine import Cpu, Gpu, Machine, Memory, Origin
from advisor.probes.merge import merged
from advisor.probes.runner import Probe, limited, run
from advisor.sources.merge import merge

GOOD_CPU = Machine(
    cpu=Cpu(name="Good", cores=4, origins={"name": Origin("reported", "a"), "cores": Origin("reported", "a")})
)


def broken() -> Machine:
    raise OSError(5, "Input/output error", "/home/somebody/secret")


def exiting() -> Machine:
    raise SystemExit(3)


@pytest.fixture
def hanging() -> Iterator[Callable[[], Machine]]:
    """A probe that waits until the test is over."""
    end = threading.Event()

    def wait() -> Machine:
        end.wait(30)
        return Machine()

    yield wait
    end.set()


def detect_with(bad: Callable[[], Machine], fills: tuple[str, ...] = ("memory",), timeout_s: float = 0.3) -> Machine:
    probes = (Probe("bad source", bad, fills), Probe("good source", lambda: GOOD_CPU, ("cpu",)))
    return merged(run(probes, timeout_s))


def test_a_raising_probe_leaves_its_reason_and_the_rest_right() -> None:
    """The failure becomes the reason of exactly its fields, a note, and names no file of a person."""
    machine = detect_with(broken)
    assert machine.cpu.name == "Good"
    reason = machine.memory.origin("total_bytes")
    assert reason.kind == "unknown"
    assert reason.values == {"source": "bad source", "reason": "Input/output error"}
    assert machine.notes == (reason,)
    assert "secret" not in repr(machine)


def test_even_system_exit_stays_inside() -> None:
    """A library that calls sys.exit does not end the program."""
    machine = detect_with(exiting)
    assert machine.memory.origin("total_bytes").values["reason"] == "SystemExit"


def test_a_hanging_probe_costs_its_time_limit_only(hanging: Callable[[], Machine]) -> None:
    """detect() is back right after the limit, with the other probes' answers."""
    start = time.monotonic()
    machine = detect_with(hanging, timeout_s=0.2)
    assert time.monotonic() - start < 2
    assert machine.cpu.cores == 4
    assert machine.memory.origin("total_bytes").values == {"source": "bad source", "seconds": "0.2"}


@pytest.mark.parametrize("answer", [None, 42, "Machine", {"cpu": 1}])
def test_a_nonsense_answer_is_a_failure(answer: object) -> None:
    """What is no Machine is not used."""
    machine = detect_with(lambda: answer)  # type: ignore[arg-type,return-value]
    assert machine.cpu.name == "Good"
    assert "nonsense" in machine.notes[0].detail


@pytest.mark.parametrize("answer", [Machine(gpus=("x",)), Machine(cpu=None), Machine(memory=5)])  # type: ignore[arg-type]
def test_a_misshapen_machine_is_a_failure(answer: Machine) -> None:
    """Parts that are no parts cost the probe's own fields only."""
    machine = detect_with(lambda: answer)
    assert machine.cpu.name == "Good"
    assert len(machine.notes) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_bytes", 0), ("total_bytes", -1), ("total_bytes", 1 << 62), ("total_bytes", "16 GB"),
        ("total_bytes", True),
        ("bandwidth_bytes_per_s", float("nan")), ("bandwidth_bytes_per_s", float("inf")), ("channels", 0), ("kind", ""),
        ("kind", "DDR\x00\x01"), ("kind", "x" * 5000), ("speed_mts", 1.5),
    ],
)  # fmt: skip
def test_a_lying_source_becomes_unknown(name: str, value: object) -> None:
    """Impossible values of any kind are replaced by None, with a reason that quotes them."""
    lie = Machine(memory=Memory(**{name: value}, origins={name: Origin("reported", "firmware")}))  # type: ignore[arg-type]
    machine = merged(run((Probe("p", lambda: lie, ("memory",)),), 5))
    assert getattr(machine.memory, name) is None
    assert machine.memory.origin(name).kind == "unknown"
    assert machine.memory.origin(name).values["source"] == "firmware"


def test_a_lie_makes_room_for_the_next_source() -> None:
    """The value of a later probe fills what the first one lied about."""
    first = Machine(memory=Memory(total_bytes=3, origins={"total_bytes": Origin("reported", "liar")}))
    second = Machine(memory=Memory(total_bytes=1 << 33, origins={"total_bytes": Origin("reported", "honest")}))
    probes = [Probe("a", lambda: first, ("memory",)), Probe("b", lambda: second, ("memory",))]
    machine = merged(run(probes, 5))
    assert machine.memory.total_bytes == 1 << 33
    assert machine.memory.origin("total_bytes").detail == "honest"


def test_more_free_than_there_is_becomes_unknown() -> None:
    """Two values that contradict each other: the smaller claim is dropped."""
    odd = Machine(
        memory=Memory(total_bytes=1 << 30, available_bytes=1 << 31), gpus=(Gpu(vram_bytes=1, vram_available_bytes=2),)
    )
    machine = merged(run((Probe("p", lambda: odd, ("memory", "gpus")),), 5))
    assert machine.memory.available_bytes is None
    assert machine.gpus[0].vram_available_bytes is None


def test_every_gap_names_who_was_asked() -> None:
    """A field that no probe fills says which source does not say it."""
    machine = detect_with(Machine, fills=("memory",))
    assert machine.memory.origin("kind").values == {"source": "bad source"}
    assert machine.origin("os_name").detail == "this system has no source for it"


def test_gpus_of_two_sources_are_one_card() -> None:
    """The bus address joins them; a card that only one source knows stays."""
    bus = Machine(
        gpus=(Gpu(bus_address="0000:01:00.0", pci_id="10de:1"), Gpu(bus_address="0000:00:02.0", vendor="Intel"))
    )
    driver = Machine(
        gpus=(Gpu(bus_address="0000:01:00.0", name="Card", vram_bytes=4), Gpu(pci_id="10de:9", name="Other"))
    )
    gpus = merge(bus, driver).gpus
    assert [(g.name, g.pci_id, g.vram_bytes) for g in gpus] == [
        ("Card", "10de:1", 4),
        (None, None, None),
        ("Other", "10de:9", None),
    ]


def test_two_equal_cards_stay_two() -> None:
    """Cards of one kind are told apart by their place."""
    pair = tuple(Gpu(bus_address=f"0000:0{i}:00.0", pci_id="10de:1") for i in (1, 2))
    names = tuple(Gpu(bus_address=f"0000:0{i}:00.0", pci_id="10de:1", name=f"Card {i}") for i in (2, 1))
    assert [g.name for g in merge(Machine(gpus=pair), Machine(gpus=names)).gpus] == ["Card 1", "Card 2"]


def test_limited_returns_raises_and_gives_up(hanging: Callable[[], Machine]) -> None:
    """The small helper for single calls keeps the same promises."""
    assert limited(lambda: 7, 5) == 7
    with pytest.raises(OSError, match="Input/output"):
        limited(broken, 5)
    with pytest.raises(TimeoutError):
        limited(hanging, 0.05)
