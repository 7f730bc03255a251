"""Makes the icon of the Windows program, in all sizes that Windows asks for, and the picture beside the installer's
first and last page, both from the program's SVG icon.

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
# Beside the installer's pages, for screens of twice the usual density: 164 x 314, https://nsis.sourceforge.io/Docs/Modern%20UI%202
WIZARD = ROOT / "packaging" / "windows" / "wizard.bmp"
WIZARD_SIZE, WIZARD_ICON, WIZARD_TOP, WIZARD_COLOURS = (328, 628), 208, 96, 64


def drawn(size: int) -> Image.Image:
    """The icon at `size` pixels."""
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    QIcon(str(SOURCE)).pixmap(QSize(size, size)).toImage().save(kept, "PNG")  # type: ignore[call-overload] # Qt's stubs
    return Image.open(io.BytesIO(bytes(kept.data().data()))).convert("RGBA")


def wizard() -> Image.Image:
    """The icon on a plane of its own colour, with few colours so that the file stays small."""
    icon = drawn(WIZARD_ICON)
    plane = Image.new("RGB", WIZARD_SIZE, icon.convert("RGB").getpixel((WIZARD_ICON // 2, WIZARD_ICON // 16)))
    plane.paste(icon, ((WIZARD_SIZE[0] - WIZARD_ICON) // 2, WIZARD_TOP), icon)
    return plane.quantize(WIZARD_COLOURS)


def main() -> int:
    """Write both files."""
    app = QGuiApplication(sys.argv[:1])
    pictures = [drawn(size) for size in SIZES]
    pictures[-1].save(TARGET, sizes=[(size, size) for size in SIZES], append_images=pictures[:-1])
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes, {len(SIZES)} sizes ({app.platformName()})")
    wizard().save(WIZARD)
    print(f"{WIZARD}: {WIZARD.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
