"""Contrast in both themes, by the formulas of WCAG 2.1: texts 4.5 to 1, what shows state or focus 3 to 1; and verdict
colours that people with either common colour blindness can tell apart, or that differ in lightness.
"""

import math

import pytest

from advisor.palette import DARK, LIGHT, Palette

THEMES = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
Rgb = tuple[float, float, float]
TEXT, MARK = 4.5, 3.0  # https://www.w3.org/TR/WCAG21/#contrast-minimum and #non-text-contrast
# Linear RGB as it is seen without one kind of cone: Viénot, Brettel & Mollon 1999, "Digital video colourmaps for
# checking the legibility of displays by dichromats", as multiplied out in Viénot's matrices for sRGB.
BLIND = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def linear(code: str) -> Rgb:
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def luminance(code: str) -> float:
    red, green, blue = linear(code)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(color: Rgb) -> Rgb:
    """CIE L*a*b* of linear sRGB under D65."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in color)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(code: str, blindness: str) -> Rgb:
    color = linear(code)
    red, green, blue = (sum(m * c for m, c in zip(row, color, strict=True)) for row in BLIND[blindness])
    return red, green, blue


@THEMES
def test_texts_stand_out(colors: Palette) -> None:
    """Text, captions, links and marked texts on every ground that they stand on."""
    for ground in (colors.window, colors.card, colors.raised):
        for ink in (colors.text, colors.caption, colors.accent):
            assert contrast(ink, ground) >= TEXT, (ink, ground)
    assert contrast(colors.on_accent, colors.accent) >= TEXT
    assert contrast(colors.text, colors.track) >= TEXT


@THEMES
def test_verdicts_stand_out_on_their_grounds(colors: Palette) -> None:
    """The word and mark of each verdict on its own cell, on cards and on the window; text and captions on each cell."""
    for verdict, ink in colors.verdicts.items():
        for ground in (colors.grounds[verdict], colors.card, colors.window):
            assert contrast(ink, ground) >= TEXT, (verdict, ground)
        for plain in (colors.text, colors.caption):
            assert contrast(plain, colors.grounds[verdict]) >= TEXT, (verdict, plain)


@THEMES
def test_frames_of_focus_and_state_stand_out(colors: Palette) -> None:
    """The frame of the focus on all grounds; a full arc beside the empty one; a tick's box; a slider's frame."""
    grounds = (colors.window, colors.card, colors.raised, *colors.grounds.values())
    assert all(contrast(colors.accent, ground) >= MARK for ground in grounds)
    assert contrast(colors.accent, colors.track) >= MARK
    assert contrast(colors.caption, colors.raised) >= MARK
    assert contrast(colors.text, colors.accent) >= MARK or contrast(colors.text, colors.card) >= MARK


@THEMES
@pytest.mark.parametrize("blindness", BLIND)
def test_verdicts_differ_without_red_or_green(colors: Palette, blindness: str) -> None:
    """Any two verdicts that are told by colour keep a distance of 10 (CIE76) in ink or ground; each has its own mark
    and word besides.
    """
    told = ("fits", "tight", "offload", "no")
    for i, one in enumerate(told):
        for other in told[i + 1 :]:
            distance = max(
                math.dist(lab(seen(group[one], blindness)), lab(seen(group[other], blindness)))
                for group in (colors.verdicts, colors.grounds)
            )
            assert distance >= 10, (one, other, round(distance, 1))


@THEMES
def test_components_stand_out_in_the_bar(colors: Palette) -> None:
    """Every part of memory against the card and the empty bar, so that small parts are seen."""
    for name, color in colors.components.items():
        assert contrast(color, colors.card) >= 2.0, name


def test_the_formulas_are_those_of_the_standards() -> None:
    """Black on white is 21 to 1, grey #767676 is the known 4.54; white is L* 100; greys look the same to everybody."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lab(linear("#ffffff"))[0] == pytest.approx(100, abs=0.1)
    for blindness in BLIND:
        assert seen("#808080", blindness) == pytest.approx(linear("#808080"), abs=0.01)
