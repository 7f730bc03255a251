"""A Mac for tests: what each call of its probes answers."""

import plistlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from advisor.probes import macos
from advisor.probes.macos import calls
from advisor.sources.sysctl import Pages

GIB = 1 << 30


@dataclass
class Mac:
    """What the calls answer: a MacBook Pro with an M3 Max of 16 + 40 cores and 64 GB by default."""

    sysctl: dict[str, int | str] = field(
        default_factory=lambda: {
            "machdep.cpu.brand_string": "Apple M3 Max", "hw.optional.arm64": 1, "hw.model": "Mac15,8",
            "hw.memsize": 64 * GIB, "hw.packages": 1, "hw.physicalcpu": 16, "hw.logicalcpu": 16, "hw.nperflevels": 2,
            "hw.perflevel0.physicalcpu": 12, "hw.perflevel1.physicalcpu": 4, "hw.perflevel0.name": "Performance",
            "hw.perflevel1.name": "Efficiency", "hw.optional.arm.FEAT_DotProd": 1, "kern.hv_vmm_present": 0,
            "hw.perflevel0.l1dcachesize": 131072, "hw.perflevel1.l1dcachesize": 65536,
            "hw.perflevel0.l2cachesize": 16777216, "hw.perflevel1.l2cachesize": 4194304,
            "hw.perflevel0.cpusperl2": 6, "hw.perflevel1.cpusperl2": 4,
        }
    )  # fmt: skip
    profiler: dict[str, Any] = field(
        default_factory=lambda: {
            "SPHardwareDataType": [
                {"machine_name": "MacBook Pro", "chip_type": "Apple M3 Max", "number_processors": "proc 16:12:4"}
            ],
            "SPDisplaysDataType": [
                {"_name": "kHW_AppleM3MaxItem", "spdisplays_vendor": "sppci_vendor_Apple", "sppci_cores": "40"}
            ],
            "SPMemoryDataType": [{"dimm_type": "LPDDR5", "SPMemoryDataType": "64 GB"}],
        }
    )
    pages: Pages = field(default_factory=lambda: Pages(16384, 1_500_000, 100_000, 300_000, 200_000))
    working_set: int | None = 48 * GIB
    battery: tuple[float, bool | None] | None = (80.0, True)
    volumes: Sequence[tuple[str, str, int, int]] = (("/dev/disk3s1s1", "/", 994 * 10**9, 400 * 10**9),)
    version: dict[str, str] = field(default_factory=lambda: {"ProductName": "macOS", "ProductVersion": "15.5"})

    def answers(self) -> dict[tuple[ModuleType, str], Callable[..., Any]]:
        """Every call that the probes make, with its answer."""
        return {
            (calls, "sysctl"): lambda names: {name: self.sysctl[name] for name in names if name in self.sysctl},
            (calls, "system_profiler"): lambda _types: self.profiler,
            (calls, "pages"): lambda: self.pages,
            (calls, "metal_working_set"): lambda: self.working_set,
            (calls, "battery"): lambda: self.battery,
            (calls, "volumes"): lambda: list(self.volumes),
        }

    def install(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Make this the computer that the macOS probes ask; `folder` takes the system's version file."""
        for (module, name), answer in self.answers().items():
            monkeypatch.setattr(module, name, answer)
        file = folder / "SystemVersion.plist"
        file.write_bytes(plistlib.dumps(self.version))
        monkeypatch.setattr(macos, "_VERSION", file)


def intel() -> Mac:
    """A MacBook Pro of 2016 with two graphics processors."""
    return Mac(
        sysctl={
            "machdep.cpu.brand_string": "Intel(R) Core(TM) i7-6700HQ CPU @ 2.60GHz",
            "machdep.cpu.vendor": "GenuineIntel", "hw.model": "MacBookPro13,3", "hw.memsize": 16 * GIB,
            "hw.physicalcpu": 4, "hw.logicalcpu": 8,
            "machdep.cpu.features": "SSE4.2 AVX1.0 F16C FMA", "machdep.cpu.leaf7_features": "AVX2", "hw.packages": 1,
        },
        profiler={
            "SPHardwareDataType": [{"machine_name": "MacBook Pro", "serial_number": "SERIAL-46"}],
            "SPDisplaysDataType": [
                {"_name": "kHW_IntelHDGraphics530Item", "sppci_model": "Intel HD Graphics 530",
                 "spdisplays_vendor": "Intel", "sppci_bus": "spdisplays_builtin", "spdisplays_vram_shared": "1536 MB",
                 "spdisplays_device-id": "0x191b"},
                {"_name": "display", "sppci_model": "AMD Radeon Pro 450", "spdisplays_vendor": "sppci_vendor_amd",
                 "sppci_bus": "spdisplays_pcie_device", "spdisplays_vram": "2 GB", "spdisplays_device-id": "0x67ef"},
            ],
            "SPMemoryDataType": [{"_items": [{"dimm_type": "LPDDR3"}, {"dimm_type": "LPDDR3"}]}],
        },
        working_set=2 * GIB,
    )  # fmt: skip
