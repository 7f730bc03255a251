"""The list of machines to choose from: its sections, its entries, and which of them a search finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from advisor.i18n import N_, Translator
from advisor.ui.base import recent
from advisor.ui.machines.history import Shown

if TYPE_CHECKING:
    from advisor.catalog.builds import Build

# Files that are models, not machines, by how they end.
MODELS = (".gguf", ".safetensors", "config.json", ".index.json")
SECTIONS = {
    "own": "",
    "before": N_("Shown before"),
    "kept": N_("Kept"),
    "build": N_("Typical computers"),
    "file": N_("Opened last"),
    "command": N_("More"),
}
# What is asked for by a dialog: keys of commands, in their order.
COMMANDS = ("machine.parts", "machine.other", "machine.open", "machine.keep")
_MNEMONIC = re.compile(r"\s?\(&\w\)|(?<!&)&(?!&)")


class Entry(NamedTuple):
    """One machine, or one command: its section, what it is there, how it is called, and a hint."""

    section: str
    value: object
    title: str
    hint: str = ""


def entries(
    _: Translator, kept: Sequence[str], builds: Sequence[Build], before: Sequence[Shown], files: Sequence[str]
) -> list[Entry]:
    """All machines in their sections' order. A what-if that is kept, or a typical computer, is not listed twice."""
    typical = [Entry("build", build, build.title(_), build.source) for build in builds]
    known = {one.title for one in typical} | set(kept)
    return [
        Entry("own", None, _("This computer")),
        *(Entry("before", one, one.name or "") for one in before if one.name not in known),
        *(Entry("kept", name, name) for name in kept),
        *typical,
        *(
            Entry("file", file, label, "\n".join(recent.paths_of(file)))
            for file, label in zip(files, recent.labels(files), strict=True)
            if not all(PurePath(path).name.lower().endswith(MODELS) for path in recent.paths_of(file))
        ),
    ]


def found(listed: Sequence[Entry], search: str) -> list[Entry]:
    """Those whose titles hold every word of `search`, spaces and signs aside."""
    words = search.lower().split()
    return [one for one in listed if all(word in one.title.lower() for word in words)]


def plain(text: str) -> str:
    """A command's text without its mnemonic, "&Keep" and "收藏(&K)" alike."""
    return _MNEMONIC.sub("", text).replace("&&", "&")
