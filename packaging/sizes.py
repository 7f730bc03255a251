"""What the installed program consists of: megabytes by part, each with its reason, the rest told as such."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from steps import folder_size


class Part(NamedTuple):
    """Files whose place in the folder begins with one of `starts`."""

    name: str
    starts: tuple[str, ...]
    why: str


# The floor is what a window with one label needs: Python, Qt and the C runtime.
PARTS: Sequence[Part] = (
    Part("Qt and PySide6", ("_internal/PySide6", "_internal/shiboken6"), "floor: the window"),
    Part(
        "Python",
        (
            "_internal/python3",
            "_internal/base_library",
            "_internal/unicodedata",
            "_internal/_",
            "_internal/pyexpat",
            "_internal/select",
            "_internal/VCRUNTIME",
            "_internal/MSVCP",
            "_internal/winsound",
            "_internal/libffi",
            "_internal/libpython",
        ),
        "floor: the interpreter, its library, the C runtime",
    ),
    Part("programs", ("HardwareAdvisor", "advisor"), "two starters, each with all modules in Python, packed"),
    Part("numpy", ("_internal/numpy",), "estimates and matplotlib; 20 MB of it are OpenBLAS"),
    Part("matplotlib", ("_internal/matplotlib", "_internal/contourpy", "_internal/kiwisolver"), "charts of the report"),
    Part("Pillow", ("_internal/PIL", "_internal/pillow"), "matplotlib and fpdf2 need it"),
    Part("fontTools", ("_internal/fontTools",), "fpdf2 cuts fonts down to what a PDF shows"),
    Part("fonts", ("_internal/advisor/resources/fonts",), "Chinese letters in PDFs and where a system has none"),
    Part("facts and words", ("_internal/advisor",), "models, devices, prices, rules, translations, icons"),
    Part("psutil", ("_internal/psutil",), "load of processor, memory and disks"),
)


def table(folder: Path) -> str:
    """A Markdown table of `folder`, the largest part first."""
    total, count = folder_size(folder)
    left = dict.fromkeys((part.name for part in PARTS), 0)
    rest = 0
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        part = next((one for one in PARTS if name.startswith(one.starts)), None)
        if part is None:
            rest += path.stat().st_size
        else:
            left[part.name] += path.stat().st_size
    lines = ["| part | MB | why |", "|---|---|---|"]
    whys = {part.name: part.why for part in PARTS}
    for name, size in sorted(left.items(), key=lambda item: -item[1]):
        lines.append(f"| {name} | {size / 1e6:.1f} | {whys[name]} |")
    lines.append(f"| licences and the rest | {rest / 1e6:.1f} | |")
    lines.append(f"| all, {count} files | {total / 1e6:.1f} | |")
    return "\n".join(lines)
