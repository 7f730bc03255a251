"""Brings the translations up to date: extracts messages from the code, merges them into each .po, compiles the .mo.

python packaging/update_locale.py            update and compile; prints what is not translated yet
python packaging/update_locale.py --check    only say whether the files are up to date (exit 1 when not)
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "advisor.pot"
LANGUAGES = ("zh_CN",)
PROJECT = "Hardware Advisor"
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # without one, the hour of the run would stand in the compiled file
# A message is marked where it is defined by N_, and passed to a translator where it is shown.
KEYWORDS = {"_": None, "_tr": None, "N_": None, "translate": None}


def extracted() -> Catalog:
    """Every message of the code and of the catalogue's sentences, sorted, with the files that use it."""
    catalog = Catalog(project=PROJECT, charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT / "advisor", method_map=[("**.py", "python")], keywords=KEYWORDS)
    for name, _line, message, _comments, _context in sorted(found, key=lambda item: (item[0], item[1])):
        text = message if isinstance(message, str) else message[0]
        if text:
            catalog.add(text, locations=[(f"advisor/{Path(name).as_posix()}", None)])
    for text, place in sentences():
        catalog.add(text, locations=[(place, None)])
    for message in catalog:
        # The same file named once, and braces are no C format.
        message.locations = sorted(set(message.locations))
        message.flags.discard("python-format")
    return catalog


def sentences() -> Iterator[tuple[str, str]]:
    """Messages that stand in data files: the sentences of the error bands."""
    from advisor.catalog.bands import bands

    for band in bands().values():
        yield band.text, "resources/catalog/error_bands.json"


def merged(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with the messages of `template`: new ones empty, vanished ones dropped."""
    path = po_path(language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, charset="utf-8")
    else:
        catalog = Catalog(locale=language, project=PROJECT, charset="utf-8", fuzzy=False)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    return catalog


def po_path(language: str) -> Path:
    """Where a language's translations are edited."""
    return LOCALE / language / "LC_MESSAGES" / "advisor.po"


def po_bytes(catalog: Catalog) -> bytes:
    """`catalog` as a .po file, without dates: the same messages give the same bytes."""
    output = io.BytesIO()
    write_po(output, catalog, width=120, sort_output=True, omit_header=True)
    language = f'"Language: {catalog.locale}\\n"\n' if catalog.locale else ""
    header = (
        f"# Messages of {PROJECT}, kept up to date by packaging/update_locale.py.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Project-Id-Version: {PROJECT}\\n"\n{language}'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return header.encode() + output.getvalue()


def mo_bytes(po: bytes) -> bytes:
    """The compiled form of a .po file's content."""
    catalog = read_po(io.BytesIO(po), charset="utf-8")
    catalog.revision_date = catalog.creation_date = NO_DATE
    output = io.BytesIO()
    write_mo(output, catalog)
    return output.getvalue()


def wanted() -> dict[Path, bytes]:
    """What every locale file should hold, by path."""
    template = extracted()
    files = {TEMPLATE: po_bytes(template)}
    for language in LANGUAGES:
        po = po_bytes(merged(language, template))
        files[po_path(language)] = po
        files[po_path(language).with_suffix(".mo")] = mo_bytes(po)
    return files


def untranslated(language: str) -> list[str]:
    """Messages of the language's .po that have no translation."""
    with po_path(language).open("rb") as file:
        return [str(m.id) for m in read_po(file, locale=language, charset="utf-8") if m.id and not m.string]


def main(argv: list[str]) -> int:
    """Update or check; returns the exit code."""
    files = wanted()
    stale = [path for path, data in files.items() if not path.exists() or path.read_bytes() != data]
    if "--check" in argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: not up to date")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    for language in LANGUAGES:
        missing = untranslated(language)
        print(f"{language}: {len(missing)} not translated")
        for text in missing:
            print(f"    {text}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
