"""Records knobs being turned: docs/images/toggle-{en,zh}.webp for the READMEs, small animations under 2 MB each.

Run it from anywhere: `python docs/make_recording.py [folder]`. The machine is docs/example-lenovo-g480.json.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from make_screenshots import SMALL, opened, ready, settle
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtWidgets import QApplication

from advisor.ui.screen import Screen
from advisor.ui.window import Window

DOCS = Path(__file__).resolve().parent
MOST_BYTES = 2_000_000
STAY_MS = 1100  # how long each turn is seen
FIRST_MS = 1800


class Turn(NamedTuple):
    """Settings that change, or the memory to count with."""

    changes: dict[str, Any]


TURNS = (
    Turn({"context": 16384}), Turn({"context": 32768}), Turn({"kv_type": "q8_0"}), Turn({"quant": "Q2_K"}),
    Turn({"quant": "Q6_K"}), Turn({"context": 4096, "kv_type": "f16", "quant": "Q4_K_M"}),
)  # fmt: skip


def frames(app: QApplication, window: Window, screen: Screen) -> Iterator[Image.Image]:
    """The window before and after each turn."""
    yield picture(window)
    for turn in TURNS:
        screen.state.change(**turn.changes)
        settle(app, screen)
        yield picture(window)


def picture(window: Window) -> Image.Image:
    """What the window shows."""
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(kept, "PNG")  # type: ignore[call-overload] # Qt's stubs leave devices out
    return Image.open(io.BytesIO(bytes(kept.data().data()))).convert("RGB")


def main() -> int:
    """One recording a language; exit 1 when one is too large."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "images"
    app = ready()
    large = False
    for language in ("en", "zh-CN"):
        window, screen = opened(app, language, "light", SMALL)
        seen = list(frames(app, window, screen))
        window.close()
        path = folder / f"toggle-{language[:2]}.webp"
        times = [FIRST_MS, *[STAY_MS] * (len(seen) - 1)]
        seen[0].save(path, save_all=True, append_images=seen[1:], duration=times, loop=0, lossless=True, method=6)
        size = path.stat().st_size
        large |= size > MOST_BYTES
        print(f"{path}: {size:,} bytes, {len(seen)} frames")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
