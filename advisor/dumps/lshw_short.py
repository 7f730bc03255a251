"""lshw -short and -businfo: tables of path (or bus), device, class and description; the class is never translated."""

import re

from advisor.dumps.disk_names import is_whole_disk
from advisor.dumps.lshw_nodes import Node, words
from advisor.sources.units import size_bytes

_CLASSES = (
    "system|bridge|memory|processor|address|storage|disk|tape|bus|network|display|input|printer|multimedia|"
    "communication|power|volume|accelerator|generic"
)
_ROW = re.compile(rf"^(/[0-9a-f./]*|[a-z]+@[0-9a-zA-Z:.,]+)?\s+(?:(\S+)\s+)?({_CLASSES})(?:\s+(\S.*?))?\s*$")
_SIZED = re.compile(r"^(\d+(?:[KMGTP]i?)?B)\s+(.*)$")
_SPEED = re.compile(r"\b(\d{2,6}) MHz\b")
_CACHE = re.compile(r"\bL\d\b|\bcache\b", re.IGNORECASE)
_SECURITY = re.compile(r"\bPSP|\bCCP\b|Security Processor|Cryptographic|Encryption", re.IGNORECASE)
# Below this a memory device at the top of the tree is firmware or a cache.
_LEAST_MEMORY = 128 << 20


def rows(text: str) -> list[tuple[str, str | None, str, str]]:
    """(path or bus, device, class, description) of every row; a path is "" for the computer itself."""
    found = (_ROW.match(line) for line in text.splitlines())
    return [
        (m.group(1) or "", m.group(2), m.group(3), m.group(4) or "")
        for m in found
        if m and (m.group(1) or m.group(3) == "system")
    ]


def nodes(text: str) -> list[Node]:
    """The tree that the rows' paths spell, under one node for the computer."""
    by_path: dict[str, Node] = {}
    root = Node("system", "system")
    for path, device, kind, description in rows(text):
        if path in by_path:
            continue
        if not path:
            if not root.text and not _is_nameless(description):
                root.text["product"] = description
            continue
        node = _node(path, device, kind, description)
        by_path[path] = node
        parent = by_path.get(path.rpartition("/")[0], root) if path.startswith("/") else root
        parent.children.append(node)
    _name_memory(root)
    return [root]


def _node(path: str, device: str | None, kind: str, description: str) -> Node:
    node = Node({"processor": "cpu", "display": "display", "disk": "disk"}.get(kind, "generic"), kind)
    size = _SIZED.match(description)
    if size and kind in ("memory", "disk", "volume", "storage"):
        # Disks count in thousands ("1TB"), everything else in 1024s.
        node.size = size_bytes(size.group(1), decimal=kind == "disk")
        description = size.group(2)
    if kind == "memory":
        node.text["description"] = description
        if speed := _SPEED.search(description):
            node.clock = int(speed.group(1)) * 10**6
    else:
        node.text["product"] = description
    if device:
        node.names = [device]
    if kind == "volume" and is_whole_disk(device):  # a disk without partitions
        node.id, node.kind = "disk", "disk"
    if path == "/0":
        node.id = "core"
        if _is_nameless(description):
            node.text.clear()
    if kind == "generic" and _SECURITY.search(description):
        node.text |= {"description": "Encryption controller", "vendor": "AMD"}
    if "@" in path:
        node.text["businfo"] = path
    elif found := re.fullmatch(r"/0/100/([0-9a-f]{1,2})(?:\.([0-7]))?", path):
        # Children of the host bridge sit on bus 0, and their last part is device and function.
        node.text["businfo"] = f"pci@0000:00:{int(found.group(1), 16):02x}.{found.group(2) or 0}"
    elif path.startswith("/0/100/"):
        node.text["neighbours"] = path.rpartition(".")[0] if "." in path.rpartition("/")[2] else path
    return node


def _is_nameless(description: str) -> bool:
    """Whether a description ("Motherboard") stands where there is no product's name."""
    return description.lower() in words()["nameless"]


def _name_memory(root: Node) -> None:
    """Tell system memory, its modules and caches apart by the tree's shape: descriptions are translated."""
    for node in root.all():
        for child in node.children:
            if child.kind == "memory":
                child.id = "cache" if node.kind == "processor" else "bank" if node.kind == "memory" else "?"
    everything = [node for node in root.all() if node.id == "?"]
    arrays = [node for node in everything if any(child.id == "bank" for child in node.children)]
    large = [
        node for node in everything
        if (node.size or 0) >= _LEAST_MEMORY and not _CACHE.search(node.text.get("description", ""))
    ]  # fmt: skip
    for node in arrays or sorted(large, key=lambda node: node.size or 0)[-1:]:
        node.id = "memory"
    for node in everything:
        if node.id == "?":
            node.id = "cache" if _CACHE.search(node.text.get("description", "")) else "firmware"
