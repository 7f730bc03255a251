"""Renders the window for the README: docs/images/{en,zh}-{light,dark}.png, 1366 x 768, from an example machine.

Run it from anywhere: `python docs/make_screenshots.py [folder]`. Nothing of this computer gets into the pictures: the
machine is docs/example-lenovo-g480.json. Words in Chinese need a Chinese font on the system.
"""

import os
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
from advisor.settings import Settings, Theme  # noqa: E402
from advisor.ui import app as ui_app  # noqa: E402
from advisor.ui.screen import Screen  # noqa: E402
from advisor.ui.window import Window  # noqa: E402
from advisor.workload import Workload  # noqa: E402

EXAMPLE = DOCS / "example-lenovo-g480.json"
SIZE = (1366, 768)
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


def picture(app: QApplication, language: str, look: Theme, path: Path) -> None:
    """One picture of a fresh window."""
    window = Window()
    window.resize(*SIZE)
    machine = complete(profiles.load(EXAMPLE))
    screen = ui_app.fill(app, window, machine, Workload(), Settings(theme=look), language)
    window.show()
    screen.begin()
    settle(app, screen)
    window.grab().save(str(path))
    window.close()
    print(path)


def main() -> int:
    """All four pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "images"
    folder.mkdir(parents=True, exist_ok=True)
    app = ui_app.application()
    known = QFontDatabase.families()
    family = next((name for name in FONTS if name in known), app.font().family())
    app.setFont(QFont(family, 9))
    settings.save = lambda *_args: None  # type: ignore[assignment] # a picture changes nobody's settings
    for language in ("en", "zh-CN"):
        for look in LOOKS:
            picture(app, language, look, folder / f"{language[:2]}-{look}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
