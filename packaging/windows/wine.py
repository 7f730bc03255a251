"""A Debian root with Wine 10 in it: made once, entered by chroot, left without a mount behind."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from steps import Failed, Steps

SUITE = "trixie"  # Wine 10; bookworm's Wine 8 aborts with Qt 6.9
PACKAGES = (
    "wine", "wine64", "wine32:i386", "libx11-6", "xvfb", "xauth", "x11-apps", "xdotool", "netpbm", "fonts-noto-cjk",
)  # fmt: skip
MOUNTS = (("proc", "proc", "-t"), ("/sys", "sys", "--bind"), ("/dev", "dev", "--bind"))
DISPLAY = ":77"


class Wine:
    """The root at `root`; `work` is the same folder as Wine's programs see it, drive Z."""

    def __init__(self, steps: Steps, root: Path) -> None:
        self._steps, self.root = steps, root
        self.build = root / "build"

    def make(self) -> str:
        """Make the root unless it is there; what was done."""
        ready = self.root / "ready"
        if ready.is_file():
            return f"Wine of {SUITE}, kept from an earlier run"
        if not self.root.is_dir() or not (self.root / "etc" / "debian_version").is_file():
            self.root.mkdir(parents=True, exist_ok=True)
            self._steps.call(["debootstrap", "--variant=minbase", SUITE, self.root])
        with self.mounted():
            self._inside(["dpkg", "--add-architecture", "i386"])
            self._inside(["apt-get", "update", "-q"])
            self._inside(["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES])
        ready.write_text("", encoding="ascii")
        return f"debootstrap {SUITE}, {len(PACKAGES)} packages"

    @contextlib.contextmanager
    def mounted(self) -> Iterator[None]:
        """With proc, sys and dev; they are gone afterwards, whatever happened."""
        done: list[Path] = []
        try:
            for source, name, how in MOUNTS:
                target = self.root / name
                target.mkdir(exist_ok=True)
                if not os.path.ismount(target):
                    words = ["mount", how, "proc", source] if how == "-t" else ["mount", how, source]
                    self._steps.call([*words, target])
                done.append(target)
            yield
        finally:
            with contextlib.suppress(Failed):
                self._inside(["wineserver", "-k"], codes=(0, 1, 2))
            for target in reversed(done):
                subprocess.run(["umount", "--lazy", str(target)], check=False, capture_output=True)

    def prefix(self, ucrt: Path) -> str:
        """A fresh prefix, as a new user of Windows 10 has it, with Microsoft's C runtime in its system folder."""
        self._inside(["rm", "-rf", "/build/prefix"])
        self._inside(["wine", "wineboot", "-i"])
        self._inside(["wineserver", "-w"])
        system = self.build / "prefix" / "drive_c" / "windows" / "system32"
        (system / "ucrtbase.dll").write_bytes(ucrt.read_bytes())
        return "Windows 10.0.19043 as Wine tells it"

    def run(
        self,
        command: Sequence[str],
        *,
        limit_s: float = 600,
        codes: Sequence[int] = (0,),
        env: Mapping[str, str] | None = None,
        display: bool = False,
    ) -> str:
        """Run a Windows program; its output comes back. Raises Failed."""
        words = ["wine", *command]
        if display:
            words = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24 -nolisten tcp", *words]
        return self._inside(words, limit_s=limit_s, codes=codes, env=env)

    def shell(self, script: str, *, limit_s: float = 600, env: Mapping[str, str] | None = None) -> str:
        """A shell script in the root, under Xvfb."""
        words = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24 -nolisten tcp", "bash", "-eu", "-c", script]
        return self._inside(words, limit_s=limit_s, env=env)

    def home(self) -> Path:
        """The user's folder in the prefix."""
        users = self.build / "prefix" / "drive_c" / "users"
        return next(path for path in sorted(users.iterdir()) if path.name != "Public")

    def _inside(
        self,
        command: Sequence[str],
        *,
        limit_s: float = 1800,
        codes: Sequence[int] = (0,),
        env: Mapping[str, str] | None = None,
    ) -> str:
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/build",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "WINEPREFIX": "/build/prefix",
            "WINEDEBUG": "-all",
            # Microsoft's C runtime before Wine's own; no browser and no .NET are offered for installation; shortcuts
            # are not copied into the menus of the system around.
            "WINEDLLOVERRIDES": "ucrtbase=n,b;mscoree=;mshtml=;winemenubuilder.exe=d",
            **(env or {}),
        }
        self.build.mkdir(parents=True, exist_ok=True)
        return self._steps.call(["chroot", self.root, *command], env=environment, limit_s=limit_s, codes=codes)
