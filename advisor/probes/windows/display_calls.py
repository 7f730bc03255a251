"""Windows: the display adapters as the graphics kernel lists them (D3DKMT in gdi32.dll), and which devices are present.

Structures and numbers: Windows Driver Kit, d3dkmthk.h. Plain C calls: no COM, usable from any thread.
"""

import ctypes
from typing import Any, TypeVar

from advisor.probes.windows.libraries import library
from advisor.sources.windows_display import Adapter

_SEGMENT_SIZE, _ADDRESS, _REGISTRY_INFO, _TYPE, _DRIVER_VERSION, _DEVICE_IDS = 3, 6, 8, 15, 18, 31
_PRESENT_OF_CLASS = 0x100 | 0x200  # CM_GETIDLIST_FILTER_PRESENT, _CLASS
_DISPLAY_CLASS = "{4d36e968-e325-11ce-bfc1-08002be10318}"


class _AdapterInfo(ctypes.Structure):
    _fields_ = (
        ("handle", ctypes.c_uint32),
        ("luid", ctypes.c_uint32 * 2),
        ("sources", ctypes.c_uint32),
        ("precise", ctypes.c_int32),
    )


class _EnumAdapters(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint32), ("adapters", ctypes.POINTER(_AdapterInfo)))


class _Query(ctypes.Structure):
    _fields_ = (
        ("handle", ctypes.c_uint32),
        ("kind", ctypes.c_int32),
        ("data", ctypes.c_void_p),
        ("size", ctypes.c_uint32),
    )


class _SegmentSize(ctypes.Structure):
    _fields_ = (
        ("dedicated_video", ctypes.c_uint64),
        ("dedicated_system", ctypes.c_uint64),
        ("shared_system", ctypes.c_uint64),
    )


class _Address(ctypes.Structure):
    _fields_ = (("bus", ctypes.c_uint32), ("device", ctypes.c_uint32), ("function", ctypes.c_uint32))


class _RegistryInfo(ctypes.Structure):
    _fields_ = (
        ("adapter", ctypes.c_uint16 * 260),
        ("bios", ctypes.c_uint16 * 260),
        ("dac", ctypes.c_uint16 * 260),
        ("chip", ctypes.c_uint16 * 260),
    )


class _DeviceIds(ctypes.Structure):
    _fields_ = (
        ("index", ctypes.c_uint32),
        ("vendor", ctypes.c_uint32),
        ("device", ctypes.c_uint32),
        ("sub_vendor", ctypes.c_uint32),
        ("sub_system", ctypes.c_uint32),
        ("revision", ctypes.c_uint32),
        ("bus_type", ctypes.c_uint32),
    )


T = TypeVar("T", bound=ctypes.Structure | ctypes.c_uint32 | ctypes.c_uint64)


def adapters() -> list[Adapter]:
    """Every adapter, software ones included; [] where this Windows has no such functions."""
    gdi = library("gdi32")
    if not hasattr(gdi, "D3DKMTEnumAdapters2"):
        return []
    request = _EnumAdapters(0, None)
    if gdi.D3DKMTEnumAdapters2(ctypes.byref(request)) != 0 or not request.count:
        return []
    infos = (_AdapterInfo * request.count)()
    request.adapters = ctypes.cast(infos, ctypes.POINTER(_AdapterInfo))
    if gdi.D3DKMTEnumAdapters2(ctypes.byref(request)) != 0:
        return []
    found = []
    for info in infos[: request.count]:
        found.append(_adapter(gdi, info.handle))
        handle = ctypes.c_uint32(info.handle)
        gdi.D3DKMTCloseAdapter(ctypes.byref(handle))
    return found


def _ask(gdi: Any, handle: int, kind: int, answer: T) -> T | None:
    query = _Query(handle, kind, ctypes.cast(ctypes.byref(answer), ctypes.c_void_p), ctypes.sizeof(answer))
    return answer if gdi.D3DKMTQueryAdapterInfo(ctypes.byref(query)) == 0 else None


def _adapter(gdi: Any, handle: int) -> Adapter:
    kind = _ask(gdi, handle, _TYPE, ctypes.c_uint32())
    ids = _ask(gdi, handle, _DEVICE_IDS, _DeviceIds())
    place = _ask(gdi, handle, _ADDRESS, _Address())
    size = _ask(gdi, handle, _SEGMENT_SIZE, _SegmentSize())
    names = _ask(gdi, handle, _REGISTRY_INFO, _RegistryInfo())
    version = _ask(gdi, handle, _DRIVER_VERSION, ctypes.c_uint64())
    return Adapter(
        name=_text(names.adapter) if names else None,
        flags=kind.value if kind else None,
        vendor_id=ids.vendor if ids else None,
        device_id=ids.device if ids else None,
        place=(place.bus, place.device, place.function) if place else None,
        dedicated_bytes=size.dedicated_video if size else None,
        shared_bytes=size.shared_system if size else None,
        driver_version=version.value if version else None,
    )


def _text(units: Any) -> str | None:
    return bytes(units).decode("utf-16-le", "replace").split("\0", 1)[0].strip() or None


def present_devices() -> frozenset[str] | None:
    """Hardware ids ("PCI\\VEN_10DE&DEV_1058") of the display devices that are there now; None when not told."""
    try:
        manager = library("cfgmgr32")
        size = ctypes.c_uint32(0)
        if manager.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), _DISPLAY_CLASS, _PRESENT_OF_CLASS) != 0:
            return None
        buffer = ctypes.create_unicode_buffer(max(2, size.value))
        if manager.CM_Get_Device_ID_ListW(_DISPLAY_CLASS, buffer, size, _PRESENT_OF_CLASS) != 0:
            return None
    except (OSError, AttributeError):
        return None
    devices = "".join(buffer[: size.value]).split("\0")
    # The last part names the one device (often a serial number): it is cut off unread.
    return frozenset(device.rpartition("\\")[0].upper() for device in devices if device)
