"""The owner of an old laptop, in Chinese: verdict, a small model, the knobs, and a PDF to keep."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from advisor.machine import Machine
from tests.ui.journeys.user import User, pdf_text, sit_down, spoken


def reads_the_verdict(user: User) -> None:
    """Tier, one sentence, and why the card is of no use: in the header and below the dials."""
    header, notes = user.screen.header, user.screen.gauges.notes
    user.wait(lambda: header.tier.isVisible())
    assert header.name.accessibleName() == "Lenovo G480 · Microsoft Windows 10 Pro"
    assert header.tier.text() == "入门级"
    assert "适合小型量化模型的推理" in header.verdict.accessibleName()
    assert "计算能力为 2.1" in header.verdict.accessibleName()
    assert "GeForce 610M 不能使用" in notes.text()
    card = next(gauge for gauge in user.screen.gauges.gauges if "610M" in spoken(gauge))
    assert card.isVisible()
    assert "太旧" in spoken(card)


class Memory:
    """Follows the memory that is shown: each knob moves the figure everywhere, and the picture."""

    def __init__(self, user: User) -> None:
        self._user = user
        user.settle()
        self.totals = [user.total()]
        self._seen = user.picture(user.screen.memory.bars)

    def moved(self) -> None:
        """Since the last look."""
        self._user.settle()
        self.totals.append(self._user.total())
        assert self.totals[-1] != self.totals[-2]
        now = self._user.picture(self._user.screen.memory.bars)
        assert now != self._seen
        self._seen = now


def is_the_report(path: Path) -> None:
    """Of this machine, in Chinese."""
    text = pdf_text(path)
    assert "Lenovo G480" in text
    assert "硬件顾问" in text
    assert "入门级" in text


@pytest.fixture
def user(qtbot: QtBot, qapp: QApplication, laptop: Machine) -> User:
    return sit_down(qtbot, qapp, laptop, "zh-CN")


def test_by_mouse(user: User, tmp_path: Path) -> None:
    """Clicks from the verdict to the file."""
    screen = user.screen
    reads_the_verdict(user)
    user.click(screen.matrix.search)
    user.write("通义 1.5")
    user.wait(lambda: screen.matrix.view.model().rowCount() == 1)
    user.click_cell("Qwen2.5-1.5B", "推理 Q4_K_M")
    assert screen.memory.title.accessibleName() == "Qwen2.5-1.5B · 推理 Q4_K_M"
    assert "能跑" in screen.memory.verdict.text()
    memory, run = Memory(user), screen.settings.forms[0]
    slider = next(one for one in run.findChildren(QSlider) if one.accessibleName() == "上下文")
    user.click(slider, QPoint(slider.width() - 30, slider.height() // 2))
    memory.moved()
    quant = run.control("quant")
    assert isinstance(quant, QComboBox)
    user.choose(quant, "Q8_0")
    memory.moved()
    assert "推理 Q8_0" in screen.memory.title.accessibleName()
    user.click_cell("Qwen2.5-1.5B", "LoRA")
    memory.moved()
    train = screen.settings.forms[1]
    assert train.isVisible()
    rank = train.control("rank")
    assert isinstance(rank, QSpinBox)
    area = screen.settings.tabs.currentWidget()
    assert isinstance(area, QScrollArea)
    area.ensureWidgetVisible(rank)
    before = rank.text()
    user.click(rank, QPoint(rank.width() - 8, 6))
    assert rank.text() != before
    memory.moved()
    user.click_button("导出报告…")
    user.click(screen.report.get().writing.export)
    user.save(tmp_path / "我的电脑.pdf")
    is_the_report(tmp_path / "我的电脑.pdf")
    user.window.close()


def test_by_keys(user: User, tmp_path: Path) -> None:
    """No mouse at all: shortcuts, Tab, arrows and letters."""
    screen = user.screen
    reads_the_verdict(user)
    user.press("Ctrl+F")
    user.write("通义 1.5")
    user.wait(lambda: screen.matrix.view.model().rowCount() == 1)
    user.tab_to("各方法可运行的模型")
    user.press("Home")
    user.wait(lambda: screen.memory.title.accessibleName() == "Qwen2.5-1.5B · 推理 Q4_K_M")
    memory = Memory(user)
    user.tab_to("上下文")
    user.press("Right", "Right", "Right", "Right")
    memory.moved()
    user.tab_to("量化", "Shift+Tab")
    user.press("Down")
    memory.moved()
    user.press("Ctrl+M")
    user.press("End", "Left")
    user.wait(lambda: screen.memory.title.accessibleName() == "Qwen2.5-1.5B · LoRA")
    memory.moved()
    user.tab_to("LoRA 秩")
    user.press("Up")
    memory.moved()
    user.press("Ctrl+E")
    user.wait(lambda: spoken(user.focus) == "导出…")
    user.press("Space")
    user.save(tmp_path / "report.pdf")
    is_the_report(tmp_path / "report.pdf")
    user.window.close()
