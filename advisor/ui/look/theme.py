"""How things look: the small style sheet, fonts, and whether the system asks for stillness."""

import os
import sys
from functools import cache, lru_cache
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QTextLayout, QTextOption

from advisor import RESOURCES
from advisor.palette import DARK, Palette

CAPTION = 0.89  # of the base size: 8 pt under 9 pt
TITLE = 1.2


@cache
def color(code: str) -> QColor:
    """A QColor by its hex code, made once."""
    return QColor(code)


def style_sheet(colors: Palette) -> str:
    """What Qt's palette cannot say: cards, flat fields and buttons, arrows."""
    kind = "dark" if colors is DARK else "light"
    arrow = (RESOURCES / "icons" / f"chevron-down-{kind}.svg").as_posix()
    up = (RESOURCES / "icons" / f"chevron-up-{kind}.svg").as_posix()
    tick = (RESOURCES / "icons" / f"tick-{kind}.svg").as_posix()
    return _SHEET.format(arrow=arrow, up=up, tick=tick, **colors._asdict())


def menu_sheet(colors: Palette) -> str:
    """The menu bar: as flat as the window, and no higher than its letters need."""
    return _MENU_SHEET.format(**colors._asdict())


_MENU_SHEET = """
QMenuBar {{ background: {window}; color: {text}; border: 0; border-bottom: 1px solid {border}; padding: 0 4px; }}
QMenuBar::item {{ background: transparent; padding: 3px 8px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {track}; }}
QMenuBar::item:pressed {{ background: {accent}; color: {on_accent}; }}
QMenu {{ background: {card}; color: {text}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 4px 24px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}
"""

# Braces of the sheet are doubled: str.format fills the colours.
_SHEET = """
QFrame#card {{ background: {card}; border: 1px solid {border}; border-radius: 6px; }}
QLabel#caption, QLabel#figure-unit {{ color: {caption}; }}
QLabel, QCheckBox, QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollArea {{ border: 0; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px; }}
QPushButton, QToolButton {{ background: {raised}; border: 1px solid {border}; border-radius: 4px; padding: 3px 10px; }}
QToolButton {{ padding: 3px 8px; }}
QToolButton#link, QPushButton#link {{ background: transparent; border: 1px solid transparent; color: {accent};
  padding: 1px 4px; }}
QToolButton#link:disabled, QPushButton#link:disabled {{ color: {disabled}; }}
QLabel#note {{ border-left: 2px solid {accent}; padding-left: 6px; }}
QToolButton#heading {{ background: transparent; border: 1px solid transparent; color: {caption};
  padding: 1px 4px 1px 0; }}
QToolButton#icon {{ background: transparent; border: 1px solid transparent; padding: 2px; }}
QToolButton#heading:hover, QToolButton#icon:hover, QToolButton#heading:focus, QToolButton#icon:focus,
QToolButton#link:focus, QPushButton#link:focus {{ border-color: {accent}; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ border-color: {accent}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {track}; }}
QToolButton:checked, QToolButton[active="true"] {{ background: {track}; border-color: {caption}; color: {accent}; }}
QToolButton:checked:focus, QToolButton[active="true"]:focus {{ border-color: {accent}; }}
QToolButton:checked:focus {{ border-color: {text}; color: {text}; }}
QToolButton[low="true"] {{ padding: 1px 8px; }}
QToolButton[segment="first"] {{ border-top-right-radius: 0; border-bottom-right-radius: 0; }}
QToolButton[segment="middle"] {{ border-radius: 0; margin-left: -1px; }}
QToolButton[segment="last"] {{ border-top-left-radius: 0; border-bottom-left-radius: 0; margin-left: -1px; }}
QFrame#popup {{ background: {card}; border: 1px solid {border}; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QLineEdit:focus {{ border-color: {accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {disabled}; }}
QToolButton[popupMode="2"] {{ padding-right: 20px; }}
QToolButton::menu-indicator {{ image: url("{arrow}"); width: 10px; subcontrol-origin: padding;
  subcontrol-position: center right; right: 6px; }}
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{ background: {raised}; border: 1px solid {border};
  border-radius: 4px; padding: 2px 6px; min-height: 16px; selection-background-color: {accent};
  selection-color: {on_accent}; }}
QComboBox:disabled, QSpinBox:disabled {{ color: {disabled}; background: {window}; }}
QComboBox::drop-down {{ border: 0; width: 18px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 10px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ border: 0; width: 16px; subcontrol-position: top right; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ border: 0; width: 16px; subcontrol-position: bottom right; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{up}"); width: 8px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{arrow}"); width: 8px; }}
QComboBox QAbstractItemView {{ background: {card}; border: 1px solid {border}; outline: 0;
  selection-background-color: {accent}; selection-color: {on_accent}; }}
QCheckBox {{ spacing: 6px; border: 1px solid transparent; border-radius: 4px; padding: 1px; }}
QCheckBox:focus {{ border-color: {accent}; }}
QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {caption}; border-radius: 3px;
  background: {raised}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{tick}"); }}
QCheckBox::indicator:disabled {{ border-color: {border}; background: {window}; }}
QCheckBox::indicator:checked:disabled {{ border-color: {disabled}; background: {disabled}; }}
QSlider::groove:horizontal {{ height: 4px; background: {track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: {accent};
  border: 1px solid {card}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {text}; }}
QTabWidget::pane {{ border: 0; }}
QTabBar::tab {{ background: transparent; color: {caption}; padding: 4px 10px; border: 0;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTableView {{ background: {card}; border: 0; gridline-color: {card}; outline: 0; }}
QHeaderView {{ background: {card}; }}
QHeaderView::section {{ background: {card}; color: {caption}; border: 0; border-bottom: 1px solid {border};
  padding: 4px 3px; }}
QTextBrowser, QPlainTextEdit {{ background: {card}; border: 1px solid {border}; border-radius: 4px; }}
QTextBrowser:focus, QPlainTextEdit:focus, QListWidget:focus {{ border: 1px solid {accent}; }}
QTextBrowser#plain {{ border: 1px solid transparent; }}
QTextBrowser#plain:focus {{ border-color: {track}; }}
QListWidget {{ background: {card}; border: 1px solid {border}; border-radius: 4px; }}
QMenu {{ background: {card}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 4px 20px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QSplitter::handle {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {caption}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ background: {window}; color: {caption}; }}
"""


def scaled(base: QFont, factor: float, bold: bool = False) -> QFont:
    """`base` a step up or down."""
    font = QFont(base)
    font.setPointSizeF(max(6.5, base.pointSizeF() * factor)) if base.pointSizeF() > 0 else font.setPixelSize(
        max(9, round(base.pixelSize() * factor))
    )
    font.setBold(bold)
    return font


def ensure_chinese() -> None:
    """Where the system has no Chinese font, load the one that comes with the program (a subset, under the OFL)."""
    if QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        return
    for path in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families:
            font = QGuiApplication.font()
            QGuiApplication.setFont(QFont([font.family(), *families], font.pointSize()))


def still() -> bool:
    """Whether the system asks for reduced motion (Windows: "Animation effects" off; others: HARDWARE_ADVISOR_STILL)."""
    if os.environ.get("HARDWARE_ADVISOR_STILL"):
        return True
    # By str(): a type checker that knows its own platform would take the rest for dead.
    if str(sys.platform) != "win32":
        return False
    import ctypes

    animated = ctypes.c_int(1)
    get_client_area_animation = 0x1042  # SPI_GETCLIENTAREAANIMATION of winuser.h
    vars(ctypes)["windll"].user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(animated), 0)
    return not animated.value


def line_height(font: QFont) -> int:
    """Pixels of a line of `font`, Chinese letters from a fallback font included."""
    return _line_height(font.key())


@lru_cache(maxsize=64)
def _line_height(key: str) -> int:
    font = QFont()
    font.fromString(key)
    metrics = QFontMetrics(font)
    return max(metrics.height(), metrics.boundingRect("国g").height() + 1)


def wrap(font: QFont, text: str, width: int, most: int) -> list[str]:
    """`text` broken into at most `most` lines of `width` pixels; the last one holds the rest, however long."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    return [text[start:end].strip() for start, end in pairwise([*starts, len(text)])]


def elide(metrics: QFontMetrics, text: str, width: int) -> str:
    """`text` cut to `width` pixels with an ellipsis."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
