"""A Debian root with Wine 10 in it."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from debian_root import SCREEN, DebianRoot
from steps import Failed, Steps

SUITE = "trixie"  # Wine 10; bookworm's Wine 8 aborts with Qt 6.9
PACKAGES = (
    "wine", "wine64", "wine32:i386", "libx11-6", "xvfb", "xauth", "x11-apps", "xdotool", "netpbm", "fonts-noto-cjk",
)  # fmt: skip
FOREIGN = "i386"  # the installer's stub is a program of 32 bits
ENVIRONMENT = {
    "WINEPREFIX": "/build/prefix",
    "WINEDEBUG": "-all",
    # Microsoft's C runtime before Wine's own; no browser and no .NET are offered for installation; shortcuts are not
    # copied into the menus of the system around.
    "WINEDLLOVERRIDES": "ucrtbase=n,b;mscoree=;mshtml=;winemenubuilder.exe=d",
}


class Wine(DebianRoot):
    """`build` is the folder that Wine's programs see as drive Z, Z:\\build."""

    def __init__(self, steps: Steps, root: Path) -> None:
        super().__init__(steps, root, SUITE, PACKAGES, home="/build", foreign=FOREIGN, environment=ENVIRONMENT)
        self.build = root / "build"

    def at_rest(self) -> None:
        """End every Windows program."""
        with contextlib.suppress(Failed):
            self.inside(["wineserver", "-k"], codes=(0, 1, 2))

    def prefix(self, ucrt: Path) -> str:
        """A fresh prefix, as a new user of Windows 10 has it, with Microsoft's C runtime in its system folder."""
        self.inside(["rm", "-rf", "/build/prefix"])
        self.inside(["wine", "wineboot", "-i"])
        self.inside(["wineserver", "-w"])
        system = self.build / "prefix" / "drive_c" / "windows" / "system32"
        (system / "ucrtbase.dll").write_bytes(ucrt.read_bytes())
        return "Windows 10.0.19043 as Wine tells it"

    def shell(self, script: str, *, limit_s: float = 600, env: Mapping[str, str] | None = None) -> str:
        """A shell script in the root, under Xvfb."""
        return self.inside([*SCREEN, "bash", "-eu", "-c", script], limit_s=limit_s, env=env)

    def home(self) -> Path:
        """The user's folder in the prefix."""
        users = self.build / "prefix" / "drive_c" / "users"
        return next(path for path in sorted(users.iterdir()) if path.name != "Public")
