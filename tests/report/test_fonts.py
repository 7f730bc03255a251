"""The fonts in the program: every character of the translations, a licence, a list that matplotlib reads."""

import json

from fontTools.ttLib import TTFont

from advisor import RESOURCES
from advisor.words import VERDICT_SYMBOLS

FONTS = RESOURCES / "fonts"


def characters(style: str) -> set[int]:
    with TTFont(str(FONTS / f"AdvisorSansSC-{style}.otf")) as font:
        return set(font.getBestCmap())


def test_fonts_hold_every_character_of_the_translations() -> None:
    used = set((RESOURCES / "locale" / "zh_CN" / "LC_MESSAGES" / "advisor.po").read_text("utf-8"))
    used |= set("".join(VERDICT_SYMBOLS.values())) | set("–≤≥×≈·→…²³°µ€￥")
    for style in ("Regular", "Bold"):
        missing = {c for c in used if ord(c) >= 0x20} - {chr(code) for code in characters(style)}
        assert not missing, (style, missing)


def test_fonts_are_small_renamed_and_licensed() -> None:
    """The licence asks for its text beside the fonts; a modified font may not carry a reserved name."""
    assert sum(path.stat().st_size for path in FONTS.glob("*.otf")) < 5 << 20
    licence = (FONTS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for path in FONTS.glob("*.otf"):
        with TTFont(str(path)) as font:
            names = {record.nameID: record.toUnicode() for record in font["name"].names}
        assert names[1] == "Advisor Sans SC"
        assert "Source" not in names[4]
        assert "Open Font License" in names[13]
        assert names[0].split(" ", 1)[1].rstrip(".") in licence


def test_no_glyph_is_put_together_from_others() -> None:
    """Fonts keyed by CIDs have no names by which a glyph could use another as its part; the PDF relies on it."""
    for path in FONTS.glob("*.otf"):
        with TTFont(str(path)) as font:
            assert hasattr(font["CFF "].cff[0], "ROS")


def test_font_list_is_of_the_installed_matplotlib() -> None:
    """A list of another version would be passed over, and every first chart would scan the system's fonts."""
    from matplotlib.font_manager import FontManager

    content = json.loads((FONTS / "matplotlib-fonts.json").read_text("utf-8"))
    assert content["_version"] == FontManager.__version__
