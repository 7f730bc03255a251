"""Fills in the winget manifests for the installer in build/windows.

python packaging/winget/make.py ADDRESS-OF-INSTALLER

Format: https://github.com/microsoft/winget-cli/tree/master/schemas/JSON/manifests (1.10)
"""

import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def main() -> int:
    """Write the three files; exit 2 without an address or an installer."""
    if len(sys.argv) != 2 or not sys.argv[1].startswith("https://"):
        print(__doc__, file=sys.stderr)
        return 2
    text = (ROOT / "advisor" / "__init__.py").read_text(encoding="utf-8")
    version = re.findall(r'__version__ = "(.+)"', text)[0]
    setup = ROOT / "build" / "windows" / f"HardwareAdvisor-{version}-setup.exe"
    if not setup.is_file():
        print(f"{setup} is not there: build it first", file=sys.stderr)
        return 2
    values = {
        "version": version,
        "address": sys.argv[1],
        "sha256": hashlib.sha256(setup.read_bytes()).hexdigest().upper(),
    }
    target = ROOT / "build" / "winget" / version
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(HERE.glob("*.yaml")):
        (target / path.name).write_text(path.read_text(encoding="utf-8").format(**values), encoding="utf-8")
        print(target / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
