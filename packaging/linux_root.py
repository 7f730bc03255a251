"""A Debian root with nothing in it but a screen: the package is installed there as a stranger would, and looked at."""

import contextlib
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import self_tests
from debian_root import SCREEN, DebianRoot, painted, picture
from steps import Failed, Steps

TOOLS = ("xvfb", "xauth", "x11-apps", "xdotool", "netpbm", "strace", "qemu-user", "python3")
EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "example-lenovo-g480.json"
PROGRAM = "/opt/hardware-advisor/HardwareAdvisor"
# Where a program may write: its own folders as the platform names them, the folder it was given, caches and sockets of
# the display, and what lives in memory alone.
WRITABLE = re.compile(
    r"^(/root/\.(config|cache|local/state|local/share)/hardware-advisor(/|$)|/root/\.cache/(fontconfig|qtshadercache)"
    r"|/out/|/tmp/|/dev/(null|shm/|tty|dri/|nvidia)|/proc/self/|/root/\.Xauthority|pipe:|anon_inode:)"
)
FOLDERS = re.compile(r"^/root/\.(config|cache|local|local/state|local/share)$")
LOCAL = ("AF_UNIX", "AF_LOCAL")


class CleanRoot(DebianRoot):
    """`out` is the folder that everything inside writes to, /out."""

    def __init__(self, steps: Steps, root: Path, suite: str) -> None:
        super().__init__(steps, root, suite, TOOLS, home="/root")
        self.out = root / "out"
        self._joining: Path | None = None  # the control group that what runs inside belongs to

    def entering(self, words: Sequence[str]) -> Sequence[str]:
        """In the control group of `limited`, while it lasts."""
        if self._joining is None:
            return words
        return ["sh", "-ec", f'echo $$ > "{self._joining}/cgroup.procs"; exec "$@"', "sh", *words]

    def install(self, package: Path) -> str:
        """Install the package with what it depends on, and nothing that it recommends."""
        shutil.copy2(package, self.root / "package.deb")
        before = self._there()
        self.inside(["apt-get", "install", "-y", "-q", "--no-install-recommends", "--reinstall", "/package.deb"])
        self.inside(["apt-get", "install", "-y", "-q", "--no-install-recommends", "desktop-file-utils"])
        self.inside(["desktop-file-validate", "/usr/share/applications/hardware-advisor.desktop"])
        return f"with {len(self._there() - before) - 1} packages of the system; its menu entry is valid"

    def _there(self) -> set[str]:
        return set(self.inside(["dpkg-query", "-W", "-f", "${Package}\\n"]).split())

    def window(self) -> str:
        """Start it as the menu does and look at the screen."""
        self.out.mkdir(exist_ok=True)
        script = f"""
hardware-advisor >/out/window.txt 2>&1 &
sleep 25
{picture("/out/window")}
kill %1
wait || true
"""
        self.inside([*SCREEN, "bash", "-c", script])
        return f"painted ({painted(self.out, 'window'):,} colours), picture in window.png"

    def self_test(self, name: str, *before: str, after: Sequence[str] = ()) -> dict[str, Any]:
        """The program's test of itself on a screen; `before` runs it, as a tracer does."""
        folder = self_tests.empty(self.out / name)
        self.inside([*SCREEN, *before, PROGRAM, self_tests.OPTION, f"/out/{name}", *after], codes=(0, 1))
        return self_tests.figures(folder)

    def traced(self) -> list[str]:
        """Start, detection, matrix, toggle and export under strace: sockets, children, files written."""
        calls = "socket,connect,execve,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat"
        log = self.out / "trace.txt"
        self.self_test("traced", "strace", "-f", "-qq", "-s", "300", "-e", f"trace={calls}", "-o", "/out/trace.txt")
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [_sockets(lines), _children(lines), _written(lines)]

    def limited(self, mib: int) -> str:
        """The same in a control group that may hold so much memory and no swap."""
        group = Path("/sys/fs/cgroup/memory/hardware-advisor")
        version2 = not group.parent.is_dir()
        if version2:
            group = Path("/sys/fs/cgroup/hardware-advisor")
        group.mkdir(exist_ok=True)
        limit = group / ("memory.max" if version2 else "memory.limit_in_bytes")
        try:
            limit.write_text(str(mib << 20))
            self._joining = group
            self.self_test("limited")
            peak = group / ("memory.peak" if version2 else "memory.max_usage_in_bytes")
            most = int(peak.read_text())
        finally:
            self._joining = None
            _remove(group)
        return f"passes; {most / 2**20:,.0f} MiB at most, files it read included"

    def processor(self, name: str) -> str:
        """The same with another processor's instructions, those that it lacks trapped."""
        self.out.mkdir(exist_ok=True)
        shutil.copy2(EXAMPLE, self.out / "g480.json")
        numbers = self.self_test(name, *_emulated(name), after=("--machine", "/out/g480.json"))
        pdf, seconds = numbers["pdf_bytes"] / 1e6, numbers["settled_s"]
        return (
            f"{numbers['machine']} shown, window painted, zh PDF {pdf:.2f} MB, at rest after {seconds:.0f} s (emulated)"
        )

    def too_old(self, name: str) -> str:
        """One sentence instead of a crash."""
        said = self.inside([*_emulated(name), PROGRAM, "--version"], codes=(2,)).strip()
        lines = [line for line in said.splitlines() if "TCG" not in line]
        if len(lines) != 1 or "too old" not in lines[0]:
            raise Failed(f"it said {lines}")
        return lines[0]

    def remove(self) -> str:
        """Nothing of it stays."""
        self.inside(["apt-get", "purge", "-y", "-q", "hardware-advisor"])
        left = [
            name
            for name in ("opt/hardware-advisor", "usr/bin/hardware-advisor", "usr/bin/advisor")
            if (self.root / name).exists()
        ]
        if left:
            raise Failed(f"{left[0]} is still there")
        return "nothing left in /opt and /usr"


def _remove(group: Path) -> None:
    """Remove a control group once the last of its processes has ended."""
    for _try in range(100):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)
    raise Failed(f"{group} still holds processes")


def _emulated(name: str) -> tuple[str, ...]:
    """How the program runs on another processor. A frozen program starts itself a second time, to be sure of its
    libraries, and the second would run on the real processor; told that it is the second already, it does not
    (bootloader/src/pyi_main.c of PyInstaller 6: PYI_PROCESS_LEVEL_PARENT_NEEDS_RESTART).
    """
    told = (
        f"_PYI_ARCHIVE_FILE={PROGRAM}",
        "_PYI_PARENT_PROCESS_LEVEL=-1",
        "LD_LIBRARY_PATH=/opt/hardware-advisor/_internal",
    )
    return ("env", *told, "qemu-x86_64", "-cpu", name)


def _sockets(lines: Sequence[str]) -> str:
    made = [line for line in lines if re.search(r"\bsocket\(", line)]
    strange = [line for line in made if not any(family in line for family in LOCAL)]
    if strange:
        raise Failed(f"{len(strange)} sockets are not local, the first: {strange[0]}")
    reached = sorted({found[1] for line in lines if (found := re.search(r'sun_path=@?"([^"]+)"', line))})
    return f"{len(made)} sockets, all local: {', '.join(reached) or 'none connected'}"


def _children(lines: Sequence[str]) -> str:
    """Each child's own name as the program gave it: a bare one would be looked for in every folder of PATH."""
    calls = [found.groups() for line in lines if (found := re.search(r'\bexecve\("([^"]+)", \["([^"]+)"', line))]
    bare = [name for _path, name in calls if not name.startswith("/")]
    if bare:
        raise Failed(f"a child process was started by a relative path: {bare[0]}")
    others = sorted({path for path, _name in calls if path != PROGRAM})
    return f"child processes: {', '.join(others) or 'none'}"


def _written(lines: Sequence[str]) -> str:
    found = set()
    for line in lines:
        if " = -1 " in line:
            continue
        if "openat(" in line and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", line):
            continue
        if re.search(r"\b(openat|open|creat|mkdir|mkdirat|rename|renameat|renameat2)\(", line):
            found |= set(re.findall(r'"([^"]+)"', line)[-1:])
    strange = sorted(path for path in found if not WRITABLE.match(path) and not FOLDERS.match(path))
    if strange:
        raise Failed(f"{len(strange)} files were written elsewhere, the first: {strange[0]}")
    own = sorted(path for path in found if path.startswith("/root/"))
    return f"written outside the chosen folder: {', '.join(own) or 'nothing'}"
