"""What window tests share: a small machine, a few real models, and the window opened with them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.machine import Cpu, Disk, Gpu, Machine, Memory, Origin
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base.core import Core
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload

GIB = 1 << 30
MODELS = ("qwen2.5-0.5b", "qwen2.5-1.5b", "qwen2.5-7b", "gemma-3-1b", "llama-3.1-8b", "qwen2.5-72b")
MACHINE = Machine(
    source="profile",
    model="Test Box",
    os_name="Windows 10",
    os_family="windows",
    cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", cores=2, threads=4, features=frozenset({"avx", "f16c"})),
    memory=Memory(
        total_bytes=12 * GIB, available_bytes=8 * GIB, kind="DDR3", speed_mts=1600, channels=2,
        bandwidth_bytes_per_s=25.6e9,
    ),
    gpus=(
        Gpu(
            name="GeForce 610M", vram_bytes=GIB, usable=False, engines=(),
            origins={"usable": Origin("computed", "compute capability 2.1, runtimes need 5.0")},
        ),
    ),
    disks=(Disk(name="disk", mount="C:", kind="hdd", total_bytes=200 * GIB, free_bytes=83 * GIB),),
)  # fmt: skip

OPENED: list[Window] = []  # Python's hold on windows; the clean-up after each test lets go


class FewModels(Core):
    """The real estimator over a handful of the catalogue's models."""

    def models(self) -> Sequence[Model]:
        return tuple(find_model(name) for name in MODELS)


def open_window(
    qapp: QApplication, machine: Machine | None = MACHINE, language: str = "en", workload: Workload | None = None
) -> Screen:
    """The screen of a shown window with a loaded catalogue, its gauges still and its advice not asked for."""
    window = Window()
    OPENED.append(window)
    settings = Settings(theme="light", window=WindowChoices(hint_seen=True))
    screen = ui_app.fill(qapp, window, machine, workload or Workload(), settings, language, FewModels())
    screen.details.advice_timer.setInterval(10**6)
    window.show()
    screen.loaded(screen.core.models())
    return screen
