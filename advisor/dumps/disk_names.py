"""What a disk's names tell about its kind: its device name first, then its model number."""

import json
import re
from functools import cache

from advisor import RESOURCES
from advisor.i18n import N_
from advisor.sources.facts import Facts

_WHOLE = re.compile(r"^(?:/dev/)?(?:sd[a-z]{1,2}|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+|mmcblk\d+)$")
_DEVICES = (("nvme", "nvme"), ("mmcblk", "emmc"), ("vd", "virtual"), ("xvd", "virtual"))


def is_whole_disk(device: str | None) -> bool:
    """Whether `device` ("/dev/sda", "nvme0n1") is a disk and no partition of one."""
    return bool(device and _WHOLE.match(device))


def add_kind(facts: Facts, source: str, device: str | None, model: str | None) -> None:
    """Record the disk's kind as far as its names tell; a SATA disk of an unknown model stays unknown."""
    short = (device or "").removeprefix("/dev/")
    kind = next((kind for prefix, kind in _DEVICES if short.startswith(prefix)), None)
    facts.add("kind", kind, source)
    by_name = next((kind for pattern, kind in _patterns() if pattern.search(model or "")), None)
    facts.add("kind", by_name, N_("the disk's model name"), "computed")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = (RESOURCES / "dumps" / "disk_names.json").read_text(encoding="utf-8")
    return tuple((re.compile(e["pattern"], re.IGNORECASE), e["kind"]) for e in json.loads(text)["kinds"])
