"""Windows: the C functions that tell of firmware, processor, memory and power. Only calls; plain data comes back."""

import ctypes
import platform
from collections.abc import Sequence

from advisor.probes.windows.libraries import last_error, library

_RSMB = 0x52534D42  # 'RSMB', the raw SMBIOS provider
_RELATION_ALL = 0xFFFF


class _MemoryStatus(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("page_total", ctypes.c_uint64),
        ("page_available", ctypes.c_uint64),
        ("virtual_total", ctypes.c_uint64),
        ("virtual_available", ctypes.c_uint64),
        ("extended_available", ctypes.c_uint64),
    )


class _PowerStatus(ctypes.Structure):
    _fields_ = (
        ("line", ctypes.c_uint8),
        ("flag", ctypes.c_uint8),
        ("percent", ctypes.c_uint8),
        ("saver", ctypes.c_uint8),
        ("life", ctypes.c_uint32),
        ("full_life", ctypes.c_uint32),
    )


def raw_smbios() -> bytes:
    """The firmware's structure table without its 8-byte header; OSError when Windows has none."""
    kernel = library("kernel32")
    size = kernel.GetSystemFirmwareTable(_RSMB, 0, None, 0)
    if not size:
        raise last_error()
    buffer = ctypes.create_string_buffer(size)
    kernel.GetSystemFirmwareTable(_RSMB, 0, buffer, size)
    length = int.from_bytes(buffer.raw[4:8], "little")
    return buffer.raw[8 : 8 + length]


def processor_information() -> bytes:
    """The records of GetLogicalProcessorInformationEx(RelationAll), as they are."""
    kernel = library("kernel32")
    size = ctypes.c_uint32(0)
    kernel.GetLogicalProcessorInformationEx(_RELATION_ALL, None, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    if not kernel.GetLogicalProcessorInformationEx(_RELATION_ALL, buffer, ctypes.byref(size)):
        raise last_error()
    return buffer.raw[: size.value]


def features(ids: Sequence[int]) -> frozenset[int]:
    """Those processor features of `ids` that IsProcessorFeaturePresent confirms."""
    kernel = library("kernel32")
    return frozenset(i for i in ids if kernel.IsProcessorFeaturePresent(i))


def architecture() -> str:
    """The processor's own architecture, "AMD64" or "ARM64"."""
    return platform.machine()


def memory_status() -> tuple[int, int]:
    """(total, available) bytes of memory."""
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    kernel = library("kernel32")
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise last_error()
    return int(status.total), int(status.available)


def installed_memory() -> int | None:
    """Bytes of the installed modules as Windows reads them from the firmware; None when the firmware's table is bad."""
    size = ctypes.c_uint64(0)
    kernel = library("kernel32")
    return size.value * 1024 if kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(size)) else None


def power_status() -> tuple[int, int, int]:
    """(mains, battery flags, percent) as GetSystemPowerStatus codes them; 255 is "unknown" in each."""
    status = _PowerStatus()
    kernel = library("kernel32")
    if not kernel.GetSystemPowerStatus(ctypes.byref(status)):
        raise last_error()
    return int(status.line), int(status.flag), int(status.percent)
