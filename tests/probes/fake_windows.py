"""A Windows computer for tests: what each of its calls answers, and the C libraries behind two of them."""

import ctypes
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from advisor.probes import d3dkmt, nvml, windows
from advisor.probes.windows import device_calls, disk_calls, registry_calls, system_calls
from advisor.probes.windows.disks import Volume
from advisor.sources.windows_devices import Device
from advisor.sources.windows_display import CLASS_KEY, Adapter
from tests.sources import smbios_builder as build

GIB, MIB = 1 << 30, 1 << 20
BIOS, CPU, VERSION = windows._BIOS, windows._CPU, windows._VERSION


@dataclass
class Windows:
    """What the calls answer; nothing by default."""

    smbios: bytes = build.END
    registry: dict[str, dict[str, object]] = field(default_factory=dict)
    display_class: dict[str, dict[str, object]] = field(default_factory=dict)
    adapters: Sequence[Adapter] = ()
    devices: Sequence[Device] = ()
    records: bytes = b""
    features: frozenset[int] = frozenset()
    total: int = 16 * GIB
    available: int = 9 * GIB
    installed: int | None = 16 * GIB
    power: tuple[int, int, int] = (1, 128, 255)
    volumes: Sequence[Volume] = ()

    def answers(self) -> dict[tuple[ModuleType, str], Callable[..., Any]]:
        """Every call that the probes make, with its answer."""
        present = frozenset(device.hardware_id.upper() for device in self.devices if device.is_gpu) or None
        return {
            (system_calls, "raw_smbios"): lambda: self.smbios,
            (system_calls, "processor_information"): lambda: self.records,
            (system_calls, "features"): lambda ids: self.features & frozenset(ids),
            (system_calls, "architecture"): lambda: "AMD64",
            (system_calls, "memory_status"): lambda: (self.total, self.available),
            (system_calls, "installed_memory"): lambda: self.installed,
            (system_calls, "power_status"): lambda: self.power,
            (registry_calls, "values"): self._values,
            (registry_calls, "subkeys"): lambda path: self.display_class if path == CLASS_KEY else {},
            (device_calls, "pci_devices"): lambda: list(self.devices),
            (device_calls, "display_devices"): lambda: [d for d in self.devices if d.is_gpu],
            (device_calls, "present_devices"): lambda: present,
            (disk_calls, "volumes"): lambda: list(self.volumes),
            (windows, "library"): lambda name: name,
            (d3dkmt, "adapters"): lambda _library: list(self.adapters),
            (nvml, "start"): lambda: None,
        }

    def _values(self, path: str) -> dict[str, object]:
        if path not in self.registry:
            raise FileNotFoundError(2, "no such key")
        return self.registry[path]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this the computer that the Windows probes ask."""
        for (module, name), answer in self.answers().items():
            monkeypatch.setattr(module, name, answer)


def device(code: str, vendor: str, number: str, place: tuple[int, int, int], **more: Any) -> Device:
    """A PCI device as the configuration manager tells it."""
    ids = f"PCI\\VEN_{vendor}&DEV_{number}&REV_A1\0PCI\\CC_{code}00\0PCI\\CC_{code}\0"
    told = {"service": "driver", "bus": place[0], "address": place[1] << 16 | place[2], **more}
    return Device(f"PCI\\VEN_{vendor}&DEV_{number}&SUBSYS_397817AA&REV_A1", ids, **told)


def power_data(state: int) -> bytes:
    """CM_POWER_DATA with its most recent power state (1 is D0, 4 is D3)."""
    return struct.pack("<II", 56, state) + bytes(48)


def record(kind: int, body: bytes) -> bytes:
    """One record of GetLogicalProcessorInformationEx."""
    return struct.pack("<II", kind, len(body) + 8) + body


def core(mask: int, fastness: int = 0, group: int = 0) -> bytes:
    """A core whose threads are the bits of `mask` in one processor group."""
    return record(0, struct.pack("<BB20sHQHHHH", 1, fastness, b"", 1, mask, group, 0, 0, 0))


def cache(level: int, kind: int, size: int) -> bytes:
    """A cache; kinds: 0 unified, 1 instructions, 2 data."""
    return record(2, struct.pack("<BBHII18sHQ", level, 8, 64, size, kind, b"", 1, 1) + bytes(8))


PACKAGE = record(3, bytes(24))


def descriptor(bus: int, vendor: str, product: str, serial: str = "SERIAL-45") -> bytes:
    """STORAGE_DEVICE_DESCRIPTOR with a serial number that no reader may show."""
    texts = b"\0".join(text.encode() for text in (vendor, product, serial)) + b"\0"
    places = [36, 36 + len(vendor) + 1, 0, 36 + len(vendor) + len(product) + 2]
    return struct.pack("<IIBBBBIIIII", 40, 40 + len(texts), 0, 0, 0, 1, *places, bus) + bytes(4) + texts


SPINNING = struct.pack("<IIB", 12, 12, 1)


def g480(smbios: bytes) -> Windows:
    """The Lenovo G480 of 2012 under Windows 10: i5-3210M, HD Graphics 4000 and GeForce 610M."""
    display: dict[str, dict[str, object]] = {
        "0000": {
            "MatchingDeviceId": "pci\\ven_8086&dev_0166", "DriverDesc": "Intel(R) HD Graphics 4000",
            "DriverVersion": "10.18.10.4885", "HardwareInformation.MemorySize": (0x70000000).to_bytes(4, "little"),
        },
        "0001": {
            "MatchingDeviceId": "pci\\ven_10de&dev_1058", "DriverDesc": "NVIDIA GeForce 610M",
            "DriverVersion": "23.21.13.9135", "HardwareInformation.qwMemorySize": GIB,
        },
        "0002": {"MatchingDeviceId": "pci\\ven_10de&dev_1401", "DriverDesc": "NVIDIA GeForce GTX 960"},
    }  # fmt: skip
    driver = 10 << 48 | 18 << 32 | 10 << 16 | 4885
    return Windows(
        smbios=smbios,
        registry={
            BIOS: {"SystemManufacturer": "LENOVO", "SystemProductName": "20156", "SystemVersion": "Lenovo G480"},
            CPU: {
                "ProcessorNameString": "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "VendorIdentifier": "GenuineIntel",
                "Identifier": "Intel64 Family 6 Model 58 Stepping 9", "~MHz": 2494,
            },
            VERSION: {
                "ProductName": "Windows 10 Pro", "CurrentBuild": "19043", "CurrentMajorVersionNumber": 10,
                "CurrentMinorVersionNumber": 0,
            },
        },
        display_class=display,
        adapters=(
            Adapter("Intel(R) HD Graphics 4000", 0x2B, 0x8086, 0x0166, (0, 2, 0), 0, 1792 * MIB, driver),
            Adapter("Microsoft Basic Render Driver", 0x5, 0x1414, 0x8C),
            Adapter("NVIDIA GeForce 610M", 0x11, 0x10DE, 0x1058, (1, 0, 0), GIB, 4 * GIB),
            Adapter("Microsoft Remote Display Adapter", 0x42),
        ),
        devices=(
            device("0300", "8086", "0166", (0, 2, 0), power=power_data(1)),
            device("0302", "10DE", "1058", (1, 0, 0), power=power_data(4)),
            device("0C03", "8086", "1E31", (0, 20, 0), power=power_data(1)),
        ),
        records=core(0b0011) + core(0b1100) + PACKAGE + (cache(1, 2, 32 << 10) + cache(2, 0, 256 << 10)) * 2
        + cache(3, 0, 3 << 20),
        features=frozenset({38, 39}),
        total=int(11.7 * GIB),
        available=int(7.9 * GIB),
        installed=12 * GIB,
        power=(1, 1, 71),
        volumes=(Volume("C:\\", False, (465 * GIB, 83 * GIB), descriptor(11, "", "ST500LT012-9WS142"), SPINNING),),
    )  # fmt: skip


def _set(reference: Any, value: object) -> None:
    reference._obj.value = value


class FakeManager:
    """cfgmgr32.dll: `nodes` maps the id of a device to its properties by number; "problem" is its problem code."""

    def __init__(self, nodes: dict[str, dict[int | str, Any]], gone: Sequence[str] = ()) -> None:
        self._nodes, self._all = dict(nodes), (*nodes, *gone)

    def _list(self) -> str:
        return "\0".join(self._all) + "\0\0"

    def CM_Get_Device_ID_List_SizeW(self, size: Any, _of: str, _kind: int) -> int:  # noqa: N802
        _set(size, len(self._list()))
        return 0

    def CM_Get_Device_ID_ListW(self, _of: str, buffer: Any, size: Any, _kind: int) -> int:  # noqa: N802
        for place, letter in enumerate(self._list()[: size.value]):
            buffer[place] = letter
        return 0

    def CM_Locate_DevNodeW(self, node: Any, identity: str, _flags: int) -> int:  # noqa: N802
        if identity not in self._nodes:
            return 13  # CR_NO_SUCH_DEVNODE
        _set(node, list(self._nodes).index(identity) + 1)
        return 0

    def CM_Get_DevNode_Status(self, status: Any, problem: Any, node: Any, _flags: int) -> int:  # noqa: N802
        code = self._node(node).get("problem", 0)
        _set(status, 0x400 if code else 0x180200A)
        _set(problem, code)
        return 0

    def CM_Get_DevNode_Registry_PropertyW(  # noqa: N802
        self, node: Any, number: int, _kind: None, buffer: Any, size: Any, _flags: int
    ) -> int:
        value = self._node(node).get(number)
        if value is None:
            return 37  # CR_NO_SUCH_VALUE
        raw = value.encode("utf-16-le") if isinstance(value, str) else value
        raw = raw.to_bytes(4, "little") if isinstance(raw, int) else raw
        ctypes.memmove(buffer, raw, len(raw))
        _set(size, len(raw))
        return 0

    def _node(self, node: Any) -> dict[int | str, Any]:
        return list(self._nodes.values())[int(node.value) - 1]


class FakeGdi:
    """gdi32.dll's or libdxcore's D3DKMT functions: `answers` maps a handle to raw answers by kind of question."""

    def __init__(self, answers: dict[int, dict[int, bytes]]) -> None:
        self._answers = answers
        self.closed: list[int] = []

    def D3DKMTEnumAdapters2(self, request: Any) -> int:  # noqa: N802
        request._obj.count = len(self._answers)
        if request._obj.adapters:
            for place, handle in enumerate(self._answers):
                request._obj.adapters[place].handle = handle
        return 0

    def D3DKMTQueryAdapterInfo(self, query: Any) -> int:  # noqa: N802
        raw = self._answers[query._obj.handle].get(query._obj.kind)
        if raw is None or len(raw) != query._obj.size:
            return -1073741811  # STATUS_INVALID_PARAMETER, also for a structure of another size
        ctypes.memmove(query._obj.data, raw, len(raw))
        return 0

    def D3DKMTCloseAdapter(self, handle: Any) -> int:  # noqa: N802
        self.closed.append(handle._obj.value)
        return 0
