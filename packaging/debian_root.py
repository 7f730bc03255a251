"""A Debian in a folder: made once by debootstrap, entered by chroot, left without a mount behind."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from steps import Failed, Steps

MOUNTS = (("proc", "proc", "-t"), ("/sys", "sys", "--bind"), ("/dev", "dev", "--bind"))
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# A screen of the size that most laptops of 2012 have; no other computer can reach it.
SCREEN = ("xvfb-run", "-a", "-s", "-screen 0 1366x768x24 -nolisten tcp")
COLOURS = 200  # the program's painted window has more; an empty one fewer


class DebianRoot:
    """The root at `root`, of one suite, with `packages` and those that they depend on. `foreign` is an architecture
    that some of them are of; what runs inside has `home` and `environment`.
    """

    def __init__(
        self,
        steps: Steps,
        root: Path,
        suite: str,
        packages: Sequence[str],
        *,
        home: str,
        foreign: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.steps, self.root, self.suite = steps, root, suite
        self._packages, self._foreign = packages, foreign
        self._home = home
        plain = {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        self._environment = {**plain, **(environment or {})}

    def make(self) -> str:
        """Make it unless it is there; what was done. One whose making was cut short is made anew."""
        based, ready = self.root / "based", self.root / "ready"
        if ready.is_file():
            return f"{self.suite}, kept from an earlier run"
        if not based.is_file():
            self._clear()
            self.root.mkdir(parents=True)
            self.steps.call(["debootstrap", "--variant=minbase", self.suite, self.root])
            (self.root / self._home.lstrip("/")).mkdir(exist_ok=True)
            based.write_text("", encoding="ascii")
        with self.mounted():
            if self._foreign:
                self.inside(["dpkg", "--add-architecture", self._foreign])
            self.inside(["apt-get", "update", "-q"])
            self.inside(["apt-get", "install", "-y", "-q", "--no-install-recommends", *self._packages])
        ready.write_text("", encoding="ascii")
        return f"debootstrap {self.suite}, {len(self._packages)} packages and what they need"

    def _clear(self) -> None:
        """Delete what is there; never through a mount, behind which lies this computer's own /dev."""
        held = [name for _source, name, _how in MOUNTS if os.path.ismount(self.root / name)]
        if held:
            raise Failed(f"{self.root / held[0]} is still mounted: umount it first")
        if self.root.exists():
            shutil.rmtree(self.root)

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
                    self.steps.call([*words, target])
                done.append(target)
            yield
        finally:
            self.at_rest()
            for target in reversed(done):
                subprocess.run(["umount", "--lazy", str(target)], check=False, capture_output=True)

    def at_rest(self) -> None:
        """End what still runs inside; nothing of a plain Debian does."""

    def inside(
        self,
        command: Sequence[str],
        *,
        limit_s: float = 1800,
        codes: Sequence[int] = (0,),
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command in the root; its output comes back. Raises Failed."""
        words = self.entering(["chroot", str(self.root), *command])
        return self.steps.call(words, env={**self._environment, **(env or {})}, limit_s=limit_s, codes=codes)

    def entering(self, words: Sequence[str]) -> Sequence[str]:
        """How the root is entered, where there is more to it."""
        return words


def painted(folder: Path, name: str, least: int = COLOURS) -> int:
    """How many colours the picture of a screen has whose histogram's length stands in <name>.colours. Raises Failed
    when they are fewer than `least`, so few that no window can be on it.
    """
    colours = int((folder / f"{name}.colours").read_text().strip())
    if colours < least:
        raise Failed(f"the screen shows {colours} colours: no window was painted (see {folder / name}.png)")
    return colours


def picture(name: str) -> str:
    """Lines of shell that take a picture of the screen and count its colours; `name` is a path without an ending."""
    return f"""
xwd -root -silent | xwdtopnm 2>/dev/null > {name}.ppm
ppmhist -noheader {name}.ppm 2>/dev/null | wc -l > {name}.colours
pnmtopng {name}.ppm > {name}.png 2>/dev/null
rm {name}.ppm
"""
