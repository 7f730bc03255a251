"""Writes small /proc and /sys trees for tests: any machine tests any machine."""

from pathlib import Path


def write(root: Path, files: dict[str, str]) -> Path:
    """Write `files` (path below root: text) and return the root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def pci(root: Path, address: str, code: str, vendor: str, device: str, driver: str | None = None, **more: str) -> Path:
    """Add a PCI device; `more` are further files, "__" in their names standing for "/"."""
    folder = f"sys/bus/pci/devices/{address}"
    write(root, {f"{folder}/class": code, f"{folder}/vendor": vendor, f"{folder}/device": device})
    write(root, {f"{folder}/{name.replace('__', '/')}": text for name, text in more.items()})
    if driver:
        (root / folder / "driver").symlink_to(f"../../../../bus/pci/drivers/{driver}")
    return root / folder


def cpus(root: Path, count: int, per_core: int = 1, package: int = 0) -> None:
    """Add a topology and caches: 32 KiB L1d and 256 KiB L2 per core, 3 MiB L3 for all."""
    for n in range(count):
        core = n // per_core
        siblings = f"{core * per_core}-{core * per_core + per_core - 1}" if per_core > 1 else str(n)
        base = f"sys/devices/system/cpu/cpu{n}"
        files = {
            f"{base}/topology/physical_package_id": str(package),
            f"{base}/topology/thread_siblings_list": siblings,
        }
        for index, (level, kind, size, shared) in enumerate(
            (
                ("1", "Data", "32K", siblings), ("1", "Instruction", "32K", siblings),
                ("2", "Unified", "256K", siblings),
                ("3", "Unified", "3072K", f"0-{count - 1}"),
            )
        ):  # fmt: skip
            cache = f"{base}/cache/index{index}"
            files |= {
                f"{cache}/level": level,
                f"{cache}/type": kind,
                f"{cache}/size": size,
                f"{cache}/shared_cpu_list": shared,
            }
        write(root, files)
