"""Renders the window from an example machine: en and zh, light and dark.

`python docs/make_screenshots.py [folder]` makes the README's four pictures, 1366 x 768, in docs/images.
`python docs/make_screenshots.py --every FOLDER` makes the same at 1366 x 768, 1920 x 1080 and 4K at 200 %, and every
page of the window at 1366 x 768, for looking at. Nothing of this computer gets into the pictures: the machine is
docs/example-lenovo-g480.json. Words in Chinese need a Chinese font on the system.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HARDWARE_ADVISOR_STILL"] = "1"  # no bar on its way when the picture is taken
DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from PySide6.QtGui import QFont, QFontDatabase  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from advisor import profiles, settings  # noqa: E402
from advisor.catalog.complete import complete  # noqa: E402
from advisor.settings import Settings, Theme, WindowChoices  # noqa: E402
from advisor.ui import app as ui_app  # noqa: E402
from advisor.ui.screen import Screen  # noqa: E402
from advisor.ui.window import Window  # noqa: E402
from advisor.workload import Workload  # noqa: E402

EXAMPLE = DOCS / "example-lenovo-g480.json"
SMALL = (1366, 768)
# Name, size in points, and how many pixels a point has.
SIZES = (("1366x768", SMALL, "1"), ("1920x1080", (1920, 1080), "1"), ("4k-200", (1920, 1080), "2"))
LIMIT_S = 120
LOOKS: tuple[Theme, ...] = ("light", "dark")
# What the system's own font would be on most desktops; the first that is there.
FONTS = ("Segoe UI", "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans")


def settle(app: QApplication, screen: Screen) -> None:
    """Until every cell, the savings and the advice are shown and painted."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        app.processEvents()
        if screen.settled and screen.strip.advice is not None and screen.state.models:
            for _again in range(20):
                app.processEvents()
            if screen.settled:
                return
        time.sleep(0.005)
    raise SystemExit("the window did not come to rest")


def opened(app: QApplication, language: str, look: Theme, size: tuple[int, int]) -> tuple[Window, Screen]:
    """A fresh window with everything shown."""
    window = Window()
    window.resize(*size)
    machine = complete(profiles.load(EXAMPLE))
    choices = Settings(theme=look, window=WindowChoices(hint_seen=True))
    screen = ui_app.fill(app, window, machine, Workload(), choices, language)
    window.show()
    screen.begin()
    settle(app, screen)
    return window, screen


def take(window: Window, path: Path) -> None:
    """One picture."""
    window.grab().save(str(path))
    print(path)


def ready() -> QApplication:
    """Qt, with a font that most desktops have; settings stay as they are."""
    app = ui_app.application()
    known = QFontDatabase.families()
    family = next((name for name in FONTS if name in known), app.font().family())
    app.setFont(QFont(family, 9))
    settings.save = lambda *_args: None  # type: ignore[assignment] # a picture changes nobody's settings
    return app


def of_size(folder: Path, name: str) -> int:
    """The pictures of one size; every page of the smallest."""
    app = ready()
    size = next(points for one, points, _scale in SIZES if one == name)
    for language in ("en", "zh-CN"):
        for look in LOOKS:
            window, screen = opened(app, language, look, size)
            for page in screen.pages.keys if size == SMALL and name == SIZES[0][0] else ("models",):
                screen.pages.show_page(page)
                settle(app, screen)
                take(window, folder / f"{language[:2]}-{look}-{name}-{page}.png")
            window.close()
    return 0


def main() -> int:
    """What the command line asks for."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--size"]:
        return of_size(Path(arguments[2]), arguments[1])
    if arguments[:1] == ["--every"]:
        folder = Path(arguments[1])
        folder.mkdir(parents=True, exist_ok=True)
        for name, _points, scale in SIZES:  # Qt reads the scale once, when it starts
            command = [sys.executable, __file__, "--size", name, str(folder)]
            subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
        return 0
    folder = Path(arguments[0]) if arguments else DOCS / "images"
    folder.mkdir(parents=True, exist_ok=True)
    app = ready()
    for language in ("en", "zh-CN"):
        for look in LOOKS:
            window, _screen = opened(app, language, look, SMALL)
            take(window, folder / f"{language[:2]}-{look}.png")
            window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
