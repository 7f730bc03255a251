"""Makes packaging/windows/hardware-advisor.ico, all sizes that Windows asks for, from the program's SVG icon.

Run it by hand when the icon changes: python packaging/make_icon.py
"""

import io
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QIcon

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "resources" / "icons" / "hardware-advisor.svg"
TARGET = ROOT / "packaging" / "windows" / "hardware-advisor.ico"
# https://learn.microsoft.com/windows/apps/design/style/iconography/app-icon-construction
SIZES = (16, 20, 24, 30, 32, 36, 40, 48, 60, 64, 72, 80, 96, 128, 256)


def drawn(size: int) -> Image.Image:
    """The icon at `size` pixels."""
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    QIcon(str(SOURCE)).pixmap(QSize(size, size)).toImage().save(kept, "PNG")  # type: ignore[call-overload] # Qt's stubs
    return Image.open(io.BytesIO(bytes(kept.data().data()))).convert("RGBA")


def main() -> int:
    """Write the file."""
    app = QGuiApplication(sys.argv[:1])
    pictures = [drawn(size) for size in SIZES]
    pictures[-1].save(TARGET, sizes=[(size, size) for size in SIZES], append_images=pictures[:-1])
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes, {len(SIZES)} sizes ({app.platformName()})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
