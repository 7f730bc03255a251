"""The installer as its user meets it: install, start, use, upgrade, remove; and the program as a stranger meets it."""

import json
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import self_tests
from debian_root import painted, picture
from installed import left_behind, state
from pages import CHINESE, ENGLISH, REFUSED, SETUP, by_hand, refused_systems
from self_tests import said
from steps import Failed, Steps, folder_size, megabytes
from wine import Wine

EXAMPLE = r"Z:\build\src\docs\example-lenovo-g480.json"
IN_USE = 3
GUI_SUBSYSTEM, CONSOLE_SUBSYSTEM = 2, 3


def self_test(wine: Wine, program: str, name: str, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run the program's test of itself into build/<name>; its figures. Raises Failed."""
    target = self_tests.empty(wine.build / name)
    quoted = " ".join(f"'{word}'" for word in (program, *words, self_tests.OPTION, f"Z:\\build\\{name}"))
    wine.shell(f"cd /build/src; wine {quoted} || true; wineserver -w", limit_s=400, env=env)
    return self_tests.figures(target)


def journey(steps: Steps, wine: Wine) -> None:
    """From the first installation to the last trace."""
    prefix = wine.build / "prefix"
    wine.shell("wineserver -k || true; wineserver -w")
    _forget_user(wine)  # what earlier tests of the same user kept
    before = state(prefix)
    program = _program_folder(wine)
    inside = program.relative_to(prefix / "drive_c")
    windows = "C:\\" + str(inside).replace("/", "\\")
    with steps.step("refuses: not enough room") as found:
        found.append(_no_room(wine))
    with steps.step("installs silently") as found:
        _setup(wine)
        size, count = folder_size(program)
        found.append(f"{megabytes(size)}, {count} files, uninstall entry, start menu entry")
        _expect_installed(wine, program)
    with steps.step("fields of the executables") as found:
        found.append(_fields(program))
    with steps.step("installed program tests itself") as found:
        found.append(said(self_test(wine, f"{windows}\\HardwareAdvisor.exe", "installed")))
    with steps.step("its window") as found:
        found.append(_window(wine, f"{windows}\\HardwareAdvisor.exe"))
    with steps.step("its command line") as found:
        found.append(_command_line(wine, f"{windows}\\advisor.exe"))
    with steps.step("refuses while it runs") as found:
        found.append(_while_running(wine, windows, program))
    with steps.step("upgrades, settings stay") as found:
        found.append(_upgrade(wine, program))
    with steps.step("uninstalls") as found:
        data = wine.home() / "AppData" / "Roaming" / "HardwareAdvisor"
        wine.shell(f"wine '{windows}\\Uninstall.exe' /S; sleep 3; wineserver -w", limit_s=200)
        if program.exists():
            raise Failed(f"{program} is still there")
        if not data.is_dir():
            raise Failed("a silent removal took the user's settings with it")
        found.append("settings stay, as a silent removal promises")
        _forget_user(wine)
    with steps.step("files and registry as before") as found:
        traces = left_behind(before, state(prefix))
        (wine.build / "traces.txt").write_text("\n".join(traces) + "\n", encoding="utf-8")
        if traces:
            raise Failed(f"{len(traces)} traces are left, the first: {traces[0]}")
        found.append(f"{len(before.files):,} files and {len(before.registry):,} registry lines: no difference")
    for language in (ENGLISH, CHINESE):
        with steps.step(f"installs and removes by hand, {language.key}") as found:
            found.append(by_hand(wine, language, program, lambda: _forget_user(wine)))
    with steps.step("refuses other systems") as found:
        found.append(refused_systems(wine))


def _forget_user(wine: Wine) -> None:
    """Delete the user's settings and logs."""
    for part in ("Roaming", "Local"):
        shutil.rmtree(wine.home() / "AppData" / part / "HardwareAdvisor", ignore_errors=True)


def _program_folder(wine: Wine) -> Path:
    return wine.home() / "AppData" / "Local" / "Programs" / "HardwareAdvisor"


def _setup(wine: Wine, code: int = 0, *options: str) -> None:
    words = " ".join(["/S", *(f"'{option}'" for option in options)])
    script = f"set +e; wine '{SETUP}' {words}; code=$?; wineserver -w; echo; echo ended with $code"
    text = wine.shell(script, limit_s=300)
    if f"ended with {code}" not in text:
        raise Failed(f"the installer {text.strip().splitlines()[-1]} instead of {code}")


def _expect_installed(wine: Wine, program: Path) -> None:
    for name in ("HardwareAdvisor.exe", "advisor.exe", "Uninstall.exe", "_internal"):
        if not (program / name).exists():
            raise Failed(f"{name} is not in {program}")
    registry = (wine.build / "prefix" / "user.reg").read_text(encoding="utf-8", errors="replace")
    if r"CurrentVersion\\Uninstall\\HardwareAdvisor]" not in registry:
        raise Failed("there is no uninstall entry")
    menu = wine.home() / "AppData" / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    if not list(menu.glob("*.lnk")):
        raise Failed("there is no start menu entry")


def _no_room(wine: Wine) -> str:
    small = wine.build / "small"
    small.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(small)], check=True)
    try:
        _setup(wine, REFUSED, r"/D=Z:\build\small\HardwareAdvisor")
        left = [path.name for path in small.rglob("*")]
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)
    if left:
        raise Failed(f"{left[0]} was left on a disk without room")
    return f"exit code {REFUSED}, nothing written (64 MiB free)"


def _window(wine: Wine, program: str) -> str:
    """Start it as a double-click does, look at the screen."""
    script = f"""
wine '{program}' >/dev/null 2>&1 &
for second in $(seq 60); do
  sleep 1
  xdotool search --onlyvisible --name . >/dev/null 2>&1 && break
done
sleep 20
{picture("/build/window")}
wineserver -k; wineserver -w
"""
    wine.shell(script, limit_s=200)
    return f"painted ({painted(wine.build, 'window'):,} colours), picture in window.png"


def _command_line(wine: Wine, program: str) -> str:
    """One knob turned, one report in Chinese, from a folder with Chinese letters and a space."""
    folder = wine.build / "报告 folder"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sizes = []
    for context in (4096, 32768):
        words = f"estimate qwen2.5-1.5b --machine '{EXAMPLE}' --context {context} --json"
        text = wine.shell(f"wine '{program}' {words} 2>/dev/null")
        sizes.append(json.loads(text[text.index("{") : text.rindex("}") + 1])["memory"]["total_bytes"])
    if sizes[0] >= sizes[1]:
        raise Failed(f"a longer context did not need more memory: {sizes}")
    target = r"Z:\build\报告 folder\报告.pdf"
    wine.shell(f"wine '{program}' report -o '{target}' --lang zh-CN --machine '{EXAMPLE}'")
    made = folder / "报告.pdf"
    if not made.read_bytes().startswith(b"%PDF-"):
        raise Failed(f"{made} is no PDF")
    return (
        f"context 4,096 to 32,768: {(sizes[1] - sizes[0]) / 2**20:+,.0f} MiB; zh PDF {megabytes(made.stat().st_size)}"
    )


def _while_running(wine: Wine, windows: str, program: Path) -> str:
    before = sorted(path.name for path in program.iterdir())
    script = f"""
wine '{windows}\\HardwareAdvisor.exe' >/dev/null 2>&1 &
sleep 15
set +e
wine '{SETUP}' /S; echo installer $?
wine '{windows}\\Uninstall.exe' /S '_?={windows}'; echo remover $?
wineserver -k; wineserver -w
"""
    text = wine.shell(script, limit_s=200)
    for word in ("installer", "remover"):
        if f"{word} {IN_USE}" not in text:
            raise Failed(f"the {word} did not notice that the program runs: {text.strip()[-120:]}")
    if sorted(path.name for path in program.iterdir()) != before:
        raise Failed("a refused upgrade changed the program's folder")
    return f"installer and remover end with {IN_USE}, nothing changed"


def _upgrade(wine: Wine, program: Path) -> str:
    stale = program / "_internal" / "of-an-older-version.txt"
    stale.write_text("old", encoding="ascii")
    settings = wine.home() / "AppData" / "Roaming" / "HardwareAdvisor" / "settings.json"
    kept = settings.read_bytes()
    _setup(wine)
    _expect_installed(wine, program)
    if stale.exists():
        raise Failed("a file of the older version is still there")
    if settings.read_bytes() != kept:
        raise Failed("the settings changed")
    beside = [path.name for path in program.parent.iterdir() if path != program]
    if beside:
        raise Failed(f"{beside[0]} was left beside the program")
    return "old files gone, settings the same"


def _fields(program: Path) -> str:
    """Name, version, publisher and kind of both executables, out of their own bytes."""
    words = []
    for name, subsystem in (("HardwareAdvisor.exe", GUI_SUBSYSTEM), ("advisor.exe", CONSOLE_SUBSYSTEM)):
        data = (program / name).read_bytes()
        header = struct.unpack_from("<I", data, 0x3C)[0]
        kind = struct.unpack_from("<H", data, header + 24 + 68)[0]
        if kind != subsystem:
            raise Failed(f"{name} has subsystem {kind}, not {subsystem}")
        for field in ("ProductName", "FileVersion", "CompanyName"):
            if field.encode("utf-16-le") not in data:
                raise Failed(f"{name} has no {field}")
        if b"PerMonitorV2" not in data:
            raise Failed(f"{name} has no DPI manifest")
        words.append(f"{name} subsystem {kind}")
    return ", ".join(words) + "; product, version, publisher, DPI manifest there"


def strangers(steps: Steps, wine: Wine, archive: Path) -> None:
    """Odd places to start from: each must pass the program's test of itself."""
    dist = wine.build / "dist" / "HardwareAdvisor"
    with steps.step("from a folder with Chinese letters and spaces") as found:
        odd = wine.build / "我的 程序 (新)"
        shutil.rmtree(odd, ignore_errors=True)
        shutil.copytree(dist, odd)
        found.append(said(self_test(wine, r"Z:\build\我的 程序 (新)\HardwareAdvisor.exe", "odd")))
        shutil.rmtree(odd)
    with steps.step("from a read-only folder") as found:
        fixed = wine.build / "fixed"
        fixed.mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", str(dist), str(fixed)], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", str(fixed)], check=True)
            found.append(said(self_test(wine, r"Z:\build\fixed\HardwareAdvisor.exe", "read-only")))
        finally:
            subprocess.run(["umount", "--lazy", str(fixed)], check=True)
    with steps.step("with code page 936") as found:
        numbers = self_test(
            wine, r"Z:\build\dist\HardwareAdvisor\HardwareAdvisor.exe", "gbk", env={"LC_ALL": "zh_CN.UTF-8"}
        )
        found.append(f"code page {numbers['code_page']}, language {numbers['language']}")
        if numbers["code_page"] != 936 or numbers["language"] != "zh-CN":
            raise Failed(f"the code page was {numbers['code_page']}, the language {numbers['language']}")
    with steps.step("twice at the same time") as found:
        found.append(_twice(wine))
    with steps.step("portable, settings beside it") as found:
        found.append(_portable(wine, archive))


def _twice(wine: Wine) -> str:
    names = ("first", "second")
    for name in names:
        self_tests.empty(wine.build / name)
    started = "\n".join(
        f"wine 'Z:\\build\\dist\\HardwareAdvisor\\HardwareAdvisor.exe' --self-test 'Z:\\build\\{name}' &"
        for name in names
    )
    wine.shell(f"{started}\nwait; wineserver -w", limit_s=400)
    for name in names:
        self_tests.figures(wine.build / name)
    return "both pass"


def _portable(wine: Wine, archive: Path) -> str:
    stick = wine.build / "stick"
    shutil.rmtree(stick, ignore_errors=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(stick)
    homes = [
        wine.home() / "AppData" / "Roaming" / "HardwareAdvisor",
        wine.home() / "AppData" / "Local" / "HardwareAdvisor",
    ]
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)
    self_test(wine, r"Z:\build\stick\HardwareAdvisor\HardwareAdvisor.exe", "portable")
    kept = sorted(path.name for path in (stick / "HardwareAdvisor" / "data").iterdir())
    if "settings.json" not in kept:
        raise Failed("no settings lie beside the portable program")
    if any(home.exists() for home in homes):
        raise Failed("the portable program wrote into the user's folders")
    return f"data holds {', '.join(kept)}; nothing in the user's folders"
