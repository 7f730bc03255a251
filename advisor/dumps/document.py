"""What a dump file holds, decoded: its text in whatever encoding it came, and its JSON or XML where it is that."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from advisor.errors import UserError
from advisor.i18n import N_

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
_SAMPLE = 4096
_MOST_CONTROLS = 0.02  # share of control characters above which bytes are no text
_DEEPEST_XML = 64
_MOST_VALUES = 100  # JSON values looked for inside other text


@dataclass(frozen=True)
class Document:
    """A file's text; line ends are all "\\n". `name` is what errors call it."""

    name: str
    text: str

    @cached_property
    def data(self) -> object:
        """The value when the text is JSON, else None. Raises UserError for JSON that is cut off or broken."""
        start = self.text.lstrip()[:1]
        if start not in ("{", "["):
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            if re.match(r"\s*\[[^\]\"{\n]*\]", self.text):  # "[Display Devices]": a heading, no list
                return None
            several = _one_after_another(self.text)
            if several:  # lshw -json -class of old versions: objects without the brackets of a list
                return several
            raise UserError(
                N_("{path}: not complete JSON (line {line})"), path=self.name, line=getattr(error, "lineno", 1)
            ) from error

    @cached_property
    def values(self) -> tuple[object, ...]:
        """All JSON in the text: the whole of it, or what begins on lines of its own between other programs' lines.

        Raises UserError as `data` does.
        """
        data = self.data
        return (data,) if data is not None else tuple(_embedded(self.text))

    @cached_property
    def xml(self) -> Element | None:
        """The root element when the text is XML, else None. Raises UserError for broken XML or XML with entities."""
        if not re.match(r"\s*<(\?xml|!DOCTYPE|!--|[A-Za-z])", self.text):
            return None
        return _parse_xml(self.name, self.text)


def _one_after_another(text: str) -> list[object]:
    """The objects that make up all of `text`, with or without commas between them; [] when it is anything else."""
    found: list[object] = []
    at = 0
    while start := re.compile(r"[\s,]*(?=\{)").match(text, at):
        try:
            value, at = json.JSONDecoder().raw_decode(text, start.end())
        except (ValueError, RecursionError):
            return []
        found.append(value)
    return found if not text[at:].strip(" \t\n,") else []


def _embedded(text: str) -> Iterator[object]:
    """Objects and lists of objects that begin a line of `text`; a dmesg line's "[ 0.1 ]" is neither."""
    at, tries = 0, 0
    while (start := re.compile(r"^(?=\{\s*[\"}]|\[\s*\{)", re.MULTILINE).search(text, at)) and tries < _MOST_VALUES:
        tries += 1
        try:
            value, at = json.JSONDecoder().raw_decode(text, start.end())
        except (ValueError, RecursionError):
            at = start.end() + 1
            continue
        yield value


def decode(name: str, raw: bytes) -> Document:
    """`raw` as a Document. Raises UserError for what is empty, an archive, or no text at all.

    Windows writes UTF-16 (wmic, msinfo32, registry exports), UTF-8 with a mark (PowerShell) or the code page (936 on
    Chinese systems); broken bytes inside a readable text are replaced, because the lines around them still count.
    """
    if not raw.strip(b"\0 \t\r\n"):
        raise UserError(N_("{path}: the file is empty"), path=name)
    if raw.startswith(_ARCHIVES):
        raise UserError(N_("{path}: a packed archive; unpack it and open the files inside"), path=name)
    text = _text(raw)
    sample = text[:_SAMPLE]
    controls = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\x1b\0") or c == "\ufffd")
    if sample.count("\0") > len(sample) // 4 or controls > _MOST_CONTROLS * len(sample) + 8:
        raise UserError(N_("{path}: not a text file"), path=name)
    # Terminals' colours (inxi, fastfetch) tell nothing.
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.replace("\0", ""))
    return Document(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(raw: bytes) -> str:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace").lstrip("\ufeff")
    head = raw[:_SAMPLE]
    # UTF-16 without a mark: every second byte of its ASCII letters is zero.
    if head[1::2].count(0) > 0.4 * len(head[1::2]) and head[0::2].count(0) < 0.1 * len(head[0::2]) + 1:
        return raw.decode("utf-16-le", "replace")
    if head[0::2].count(0) > 0.4 * len(head[0::2]) and head[1::2].count(0) < 0.1 * len(head[1::2]) + 1:
        return raw.decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        broken = raw.decode("utf-8", "replace")
    lost = broken.count("\ufffd")
    if sum(1 for c in broken if c > "\x7f") > 3 * lost:
        return broken  # UTF-8 with stray bytes, whose other letters are whole
    # Any other code page: what is not ASCII may come out wrong, the lines and numbers do not.
    western = raw.decode("cp1252", "replace")
    try:
        chinese = raw.decode("gb18030")
    except UnicodeDecodeError:
        return western
    # An accented letter of another code page may be half a Chinese one: words of several letters tell them apart.
    return chinese if sum(map(len, re.findall(r"[\u4e00-\u9fff]{2,}", chinese))) >= lost / 4 else western


def _parse_xml(name: str, text: str) -> Element:
    """Elements, attributes and text only: a declared entity ends the reading, nothing outside is ever fetched."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST_XML:
            raise UserError(N_("{path}: XML nested too deeply"), path=name)
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def entity(*_: object) -> None:
        raise UserError(N_("{path}: XML that declares entities is refused"), path=name)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    # The text is decoded already: what its first line says of its encoding counts no more.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        parser.Parse(body.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise UserError(
            N_("{path}: not complete XML (line {line})"), path=name, line=getattr(error, "lineno", 1)
        ) from error
    return builder.close()
