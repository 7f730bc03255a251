"""py-cpuinfo fills what the direct sources left unknown, and is not asked when nothing is missing."""

import pytest

from advisor import probes
from advisor.machine import Cpu, Machine, Origin


def test_a_known_processor_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs one to two seconds, so only gaps are worth it."""
    monkeypatch.setattr(probes, "second_opinion", lambda _timeout: pytest.fail("asked"))
    machine = Machine(cpu=Cpu(name="x", features=frozenset()))
    assert probes.fill_gaps(machine) is machine


def test_gaps_are_filled_with_their_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is kept, the missing features come from the second opinion."""
    second = Cpu(name="other", features=frozenset({"avx"}), origins={"features": Origin("reported", "py-cpuinfo")})
    monkeypatch.setattr(probes, "second_opinion", lambda _timeout: second)
    filled = probes.fill_gaps(Machine(cpu=Cpu(name="x", cores=2))).cpu
    assert (filled.name, filled.cores, filled.features) == ("x", 2, frozenset({"avx"}))
    assert filled.origin("features").detail == "py-cpuinfo"


def test_an_opinion_without_an_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first reason stays."""
    monkeypatch.setattr(probes, "second_opinion", lambda _timeout: Cpu())
    cpu = Cpu(origins={"name": Origin("unknown", "why")})
    assert probes.fill_gaps(Machine(cpu=cpu)).cpu == cpu


def test_py_cpuinfo_itself_answers_here() -> None:
    """The real library, once: a name or a reason, never an exception."""
    opinion = probes.second_opinion()
    assert opinion.name or opinion.origin("name").detail
