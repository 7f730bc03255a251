"""The portable archive: the same program with a `data` folder beside it, in which it then keeps everything.

python packaging/portable.py FOLDER ARCHIVE.zip
"""

import sys
import zipfile
from pathlib import Path

NOTE = Path(__file__).resolve().parent / "windows" / "portable.txt"


def pack(folder: Path, target: Path) -> None:
    """Put the program in `folder` and the note into `target`."""
    note = NOTE.read_text(encoding="utf-8").replace("\n", "\r\n")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, f"HardwareAdvisor/{path.relative_to(folder).as_posix()}")
        packed.writestr("HardwareAdvisor/data/README.txt", note.encode("utf-8-sig"))


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
