"""The dials: in their places from the first paint, filled in as answers come, painted only when something moves."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from advisor.catalog.runtimes import REASONS
from advisor.catalog.whatif import assemble
from advisor.i18n import GIB, translator
from advisor.machine import Cpu, Origin
from advisor.palette import DARK, LIGHT
from advisor.probes.live import LiveGpu, LiveSample
from advisor.ui.gauges import facts, readings
from advisor.ui.gauges import panel as gauges_panel
from advisor.ui.gauges.gauge import Gauge, Reading
from tests.ui.helpers import MACHINE, open_window

EN = translator("en")


def sample(cpu: float | None = 37.4, load: float | None = 63.0, used: float = 11.2) -> LiveSample:
    """A computer with one card, as it is at some moment."""
    card = LiveGpu(None, None, round(used * GIB), 24 * GIB, load)
    return LiveSample(cpu, 6 * GIB, 64 * GIB, (card,), 83 * GIB, 200 * GIB, {})


def test_dials_stand_before_the_machine_is_known_and_keep_their_places(qapp: QApplication) -> None:
    """Four dim dials, named; the same widgets are filled in later, none moves or changes its height."""
    screen = open_window(qapp, machine=None)
    gauges = screen.gauges
    assert [gauge.reading.key for gauge in gauges.gauges] == ["cpu", "ram", "disk", "gpu0"]
    assert all(gauge.reading.off and gauge.isVisible() for gauge in gauges.gauges)
    assert [gauge.reading.name for gauge in gauges.gauges] == ["CPU", "RAM", "Disk", "GPU"]
    qapp.processEvents()
    before = [(gauge, gauge.geometry()) for gauge in gauges.gauges]
    screen.state.set_own(MACHINE)
    qapp.processEvents()
    assert [(gauge, gauge.geometry()) for gauge in gauges.gauges] == before
    assert [gauge.reading.key for gauge in gauges.gauges] == ["cpu", "ram", "disk", "gpu0"]


def test_a_sample_fills_in_what_it_knows_before_the_probes_have_answered(qapp: QApplication) -> None:
    """Memory, disk and load take milliseconds, cards and names a second."""
    screen = open_window(qapp, machine=None)
    screen.gauges._sampled(sample())
    shown = {gauge.reading.key: gauge.reading for gauge in screen.gauges.gauges}
    assert (shown["ram"].figure, shown["ram"].unit, shown["ram"].note) == ("6.00", "of 64.0 GiB", "58.0 GiB free")
    assert (shown["disk"].figure, shown["disk"].unit) == ("83.0", "GiB free")
    assert (shown["cpu"].figure, shown["cpu"].unit, shown["cpu"].load) == ("37", "% load", 0.37)
    assert shown["gpu0"].off


def test_a_what_if_shows_what_is_known_instead_of_a_dash() -> None:
    """No load of a machine that is not here: its cores and clock; a machine without cards or disks says so."""
    machine = assemble(None, gpu=None, gpu_count=1, cpu="Core i9-13900K", ram_gib=64)
    shown = {reading.key: reading for reading in readings.of(EN, machine, None)}
    assert (shown["cpu"].figure, shown["cpu"].unit, shown["cpu"].note) == ("24", "cores", "5.8 GHz")
    assert shown["gpu0"].off
    assert shown["gpu0"].note == "none found"
    assert (shown["disk"].off, shown["disk"].note) == (True, "not stated")
    unknown = replace(machine, cpu=Cpu(origins={"cores": Origin("unknown", "the file does not say")}))
    cpu = readings.of(EN, unknown, None)[0]
    assert (cpu.figure, cpu.more) == ("?", "the file does not say")


def test_capacity_and_load_are_told_apart_by_arcs_and_words() -> None:
    """What is taken is the thick arc and "of 24 GiB", load the thin one and "% load"."""
    machine = replace(assemble(None, gpu="GeForce RTX 4090", gpu_count=1, cpu=None, ram_gib=64), source="detected")
    card = readings.of(EN, machine, sample())[3]
    assert (card.figure, card.unit, card.note) == ("11.2", "of 24.0 GiB", "63 % load")
    assert (card.share, card.load) == (0.47, 0.63)
    still = readings.of(EN, machine, sample(load=None))[3]
    assert (still.note, still.load) == ("12.8 GiB free", None)


@pytest.mark.parametrize("count", [0, 1, 4, 8])
def test_every_card_has_a_dial_and_several_are_numbered(count: int) -> None:
    """Eight cards of one name are told apart."""
    gpu = "GeForce RTX 4090" if count else None
    machine = assemble(None, gpu=gpu, gpu_count=max(1, count), cpu=None, ram_gib=64)
    cards = [reading for reading in readings.of(EN, machine, None) if reading.key.startswith("gpu")]
    assert len(cards) == max(1, count)
    assert len({reading.name for reading in cards}) == max(1, count)
    if count > 1:
        assert [reading.name for reading in cards][:2] == ["0 · RTX 4090", "1 · RTX 4090"]


def test_every_reason_has_words_that_fit_below_a_dial(qapp: QApplication) -> None:
    """Each code of the catalogue has a short form; one of another source falls back to "not usable"."""
    assert set(facts._SHORT) == set(REASONS)
    for detail in REASONS.values():
        assert 0 < len(facts.short_reason(EN, Origin("looked_up", detail))) <= 16
    assert facts.short_reason(EN, Origin("looked_up", "something else")) == ""
    card = MACHINE.gpus[0]
    card = replace(
        card, origins={"usable": Origin("looked_up", REASONS["compute_capability"], {"have": "2.1", "need": "5.0"})}
    )
    shown = readings.of(EN, replace(MACHINE, gpus=(card,)), None)[3]
    assert (shown.note, shown.off) == ("too old", True)
    assert "compute capability 2.1" in shown.more


def test_the_hint_says_where_each_figure_comes_from(qapp: QApplication) -> None:
    """Measured, reported or assumed, with the source; what is not known says why."""
    memory = replace(
        MACHINE.memory, channels=None,
        origins={"total_bytes": Origin("reported", "GlobalMemoryStatusEx"), "channels": Origin("unknown", "no table")},
    )  # fmt: skip
    screen = open_window(qapp, replace(MACHINE, memory=memory))
    ram = next(gauge for gauge in screen.gauges.gauges if gauge.reading.key == "ram")
    assert "size: 12.0 GiB – reported (GlobalMemoryStatusEx)" in ram.toolTip()
    assert "channels: unknown (no table)" in ram.toolTip()
    assert "GlobalMemoryStatusEx" in ram.accessibleDescription()


def test_keys_and_mouse_ask_where_a_figure_comes_from(qapp: QApplication) -> None:
    """Tab reaches each dial; Enter, Space and a click tell which one is asked about; it is a button for ears."""
    screen = open_window(qapp)
    heard: list[str] = []
    screen.gauges.asked.connect(heard.append)
    cpu, ram, *_rest = screen.gauges.gauges
    assert cpu.focusPolicy() & Qt.FocusPolicy.TabFocus
    cpu.setFocus()
    QTest.keyClick(cpu, Qt.Key.Key_Return)
    QTest.keyClick(cpu, Qt.Key.Key_Space)
    QTest.mouseClick(ram, Qt.MouseButton.LeftButton)
    assert heard == ["cpu", "cpu", "ram"]
    spoken = QAccessible.queryAccessibleInterface(ram)
    assert spoken.role() == QAccessible.Role.Button
    assert spoken.text(QAccessible.Text.Name).startswith("RAM: 4.00 of 12.0 GiB")


def painted(gauge: Gauge) -> QImage:
    image = QImage(gauge.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    gauge.render(image)
    return image


def test_the_focus_and_the_load_are_seen(qapp: QApplication) -> None:
    """A reading with a load is painted otherwise than one without, in both themes."""
    for colors in (LIGHT, DARK):
        gauge = Gauge()
        gauge.resize(90, 130)
        gauge.show_reading(Reading("GPU", "11.2", "of 24.0 GiB", 0.47, None), colors)
        without = painted(gauge)
        gauge.show_reading(Reading("GPU", "11.2", "of 24.0 GiB", 0.47, 0.63), colors)
        assert painted(gauge) != without


class Counted(Gauge):
    """Counts how often it is asked to paint."""

    updates = 0

    def update(self) -> None:  # type: ignore[override]
        self.updates += 1


def test_only_what_changed_is_painted(qapp: QApplication) -> None:
    """The same figures at the next second cost nothing."""
    machine = replace(assemble(None, gpu="GeForce RTX 4090", gpu_count=1, cpu=None, ram_gib=64), source="detected")
    dials = [Counted() for _reading in range(4)]
    for one in (sample(), sample(), sample(cpu=37.1), sample(cpu=52.0)):
        for dial, reading in zip(dials, readings.of(EN, machine, one), strict=True):
            dial.show_reading(reading, LIGHT)
    assert [dial.updates for dial in dials] == [2, 1, 1, 1]


def test_nothing_is_sampled_while_nobody_looks(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hidden panel stops its beat, a window that was made small is not asked for."""
    taken: list[int] = []
    monkeypatch.setattr(gauges_panel, "sample", lambda: taken.append(1))
    screen = open_window(qapp, replace(MACHINE, source="detected"))
    screen.gauges._asking = True  # the sample that the start asks for is not the point here
    screen.gauges.start()
    assert screen.gauges._timer.isActive()
    screen.gauges.hide()
    assert not screen.gauges._timer.isActive()
    screen.gauges.show()
    assert screen.gauges._timer.isActive()
    screen.gauges._asking = False
    screen.window().showMinimized()
    screen.gauges._ask()
    assert not screen.gauges._asking
    assert taken == []
    screen.window().close()
