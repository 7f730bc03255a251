"""Makes resources/fonts: Noto Sans CJK SC cut down to what the program shows, and matplotlib's list of its own fonts.

Run it by hand when the characters or the source fonts change (Debian: `apt-get install fonts-noto-cjk`):
    python packaging/subset_fonts.py [folder with NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc]
"""

import json
import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager

FONTS = Path(__file__).resolve().parents[1] / "resources" / "fonts"
SOURCE = Path("/usr/share/fonts/opentype/noto")
# A name of its own: the licence lets an author reserve names, and nobody should take the subset for the original.
FAMILY = "Advisor Sans SC"
SIMPLIFIED_CHINESE = "Noto Sans CJK SC"
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x208E),
    (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x2473), (0x25A0, 0x25FF),
    (0x2600, 0x2605), (0x2713, 0x2718), (0x3000, 0x301F), (0x3041, 0x30FF), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE5),
)  # fmt: skip


def gb2312() -> set[int]:
    """Every character of GB 2312: 6,763 hanzi and the symbols of Chinese typesetting."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(text) for pair in pairs if len(text := pair.decode("gb2312", "ignore")) == 1}


def big5_common() -> set[int]:
    """The 5,401 frequent characters of Big5: names that a Traditional Chinese system gives its parts."""
    pairs = (bytes((row, cell)) for row in range(0xA4, 0xC7) for cell in range(0x40, 0xFF))
    return {ord(text) for pair in pairs if len(text := pair.decode("big5", "ignore")) == 1}


def wanted() -> set[int]:
    """All code points that the subset keeps, where the source font has them."""
    return gb2312() | big5_common() | {code for low, high in RANGES for code in range(low, high + 1)}


def member(collection: Path) -> int:
    """The index of Noto Sans CJK SC in a .ttc file."""
    from fontTools.ttLib import TTCollection

    with TTCollection(str(collection), lazy=True) as fonts:
        names = [font["name"].getBestFamilyName() for font in fonts]
    return next(i for i, name in enumerate(names) if name and name.startswith(SIMPLIFIED_CHINESE))


def rename(font: TTFont, style: str) -> None:
    """Give the font its own family name; copyright and licence records stay as they are."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 1, 2, 3, 4, 5, 6, 13, 14)]
    postscript = FAMILY.replace(" ", "") + "-" + style
    texts = {1: FAMILY, 2: style, 3: f"{postscript};subset", 4: f"{FAMILY} {style}", 6: postscript}
    for record in names.names:
        if record.nameID in texts:
            record.string = texts[record.nameID]
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} {style}", FAMILY


def make(style: str, folder: Path) -> Path:
    """Subset one weight and write it as resources/fonts/AdvisorSansSC-<style>.otf."""
    source = folder / f"NotoSansCJK-{style}.ttc"
    font = TTFont(str(source), fontNumber=member(source))
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=["*"], name_languages=[0x409],
        drop_tables=["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG"],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    rename(font, style)
    target = FONTS / f"AdvisorSansSC-{style}.otf"
    font.save(str(target))
    return target


def write_font_list() -> Path:
    """matplotlib's font cache with its own fonts alone: reading it spares a scan of all system fonts."""
    fonts = font_manager.FontManager.__new__(font_manager.FontManager)
    full = font_manager.fontManager
    vars(fonts).update(vars(full))
    fonts.ttflist = [f for f in full.ttflist if f.name == "DejaVu Sans" and "matplotlib" in f.fname]
    fonts.afmlist = []
    target = FONTS / "matplotlib-fonts.json"
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "fonts.json"
        font_manager.json_dump(fonts, raw)
        target.write_text(json.dumps(json.loads(raw.read_text("utf-8")), indent=1) + "\n", "utf-8")
    return target


def main(argv: list[str]) -> int:
    """Write all three files and print their sizes."""
    folder = Path(argv[0]) if argv else SOURCE
    FONTS.mkdir(parents=True, exist_ok=True)
    for path in (make("Regular", folder), make("Bold", folder), write_font_list()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
