"""system_profiler in its three formats: text, -json and -xml."""

from typing import Any
from xml.etree.ElementTree import Element

from advisor.dumps import mac, system_profiler_text
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Machine

NAME = mac.NAME


def recognise(document: Document) -> bool:
    """Whether it holds the data types of system_profiler, or a Mac's description in text."""
    if document.data is not None or document.text.lstrip().startswith("<"):
        return bool(_structured(document))
    return system_profiler_text.recognise(document)


def read(document: Document) -> Machine:
    """Everything that it tells of the Mac."""
    if document.data is not None or document.text.lstrip().startswith("<"):
        return mac.machine(_structured(document))
    return mac.machine(system_profiler_text.answer(document))


def _structured(document: Document) -> dict[str, Any]:
    """Data type to its entries, out of JSON or a property list; empty for anything else."""
    data = document.data
    if data is None and "<plist" in document.text[:2000] and document.xml is not None:
        data = next((_plain(child) for child in document.xml), None)
    found: dict[str, Any] = {}
    if isinstance(data, dict):
        found = {key: value for key, value in data.items() if _is_type(key) and isinstance(value, list)}
    for entry in data if isinstance(data, list) else ():
        if isinstance(entry, dict) and _is_type(entry.get("_dataType")) and isinstance(entry.get("_items"), list):
            found.setdefault(entry["_dataType"], entry["_items"])
    return found


def _is_type(name: object) -> bool:
    return isinstance(name, str) and name.startswith("SP") and name.endswith("DataType")


def _plain(node: Element) -> Any:
    """A property list's element as Python's values; what is no list, dictionary, text or number is None."""
    if node.tag == "dict":
        children = list(node)
        return {
            key.text or "": _plain(value)
            for key, value in zip(children[::2], children[1::2], strict=False)
            if key.tag == "key"
        }
    if node.tag == "array":
        return [_plain(child) for child in node]
    if node.tag in ("true", "false"):
        return node.tag.upper()
    text = (node.text or "").strip()
    if node.tag == "integer":
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 20 else None
    return text if node.tag in ("string", "real") else None


KIND = Kind(NAME, recognise, read)
