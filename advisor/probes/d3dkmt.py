"""The display adapters as the Windows graphics kernel lists them, on Windows (gdi32.dll) and in WSL (libdxcore.so).

Structures and numbers: Windows Driver Kit, d3dkmthk.h; the same in both libraries (WSL's counts characters in 16 bits
as well). Plain C calls: no COM, usable from any thread.
"""

import ctypes
from typing import Any, TypeVar

from advisor.sources.windows_display import Adapter

_SEGMENT_SIZE, _ADDRESS, _REGISTRY_INFO, _TYPE, _DRIVER_VERSION, _DEVICE_IDS = 3, 6, 8, 15, 18, 31


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


def adapters(library: Any) -> list[Adapter]:
    """Every adapter that `library` lists, software ones included; [] where it has no such functions (Windows 7)."""
    if not hasattr(library, "D3DKMTEnumAdapters2"):
        return []
    request = _EnumAdapters(0, None)
    if library.D3DKMTEnumAdapters2(ctypes.byref(request)) != 0 or not request.count:
        return []
    infos = (_AdapterInfo * request.count)()
    request.adapters = ctypes.cast(infos, ctypes.POINTER(_AdapterInfo))
    if library.D3DKMTEnumAdapters2(ctypes.byref(request)) != 0:
        return []
    found = []
    for info in infos[: request.count]:
        found.append(_adapter(library, info.handle))
        handle = ctypes.c_uint32(info.handle)
        library.D3DKMTCloseAdapter(ctypes.byref(handle))
    return found


def _ask(library: Any, handle: int, kind: int, answer: T) -> T | None:
    query = _Query(handle, kind, ctypes.cast(ctypes.byref(answer), ctypes.c_void_p), ctypes.sizeof(answer))
    return answer if library.D3DKMTQueryAdapterInfo(ctypes.byref(query)) == 0 else None


def _adapter(library: Any, handle: int) -> Adapter:
    kind = _ask(library, handle, _TYPE, ctypes.c_uint32())
    ids = _ask(library, handle, _DEVICE_IDS, _DeviceIds())
    place = _ask(library, handle, _ADDRESS, _Address())
    size = _ask(library, handle, _SEGMENT_SIZE, _SegmentSize())
    names = _ask(library, handle, _REGISTRY_INFO, _RegistryInfo())
    version = _ask(library, handle, _DRIVER_VERSION, ctypes.c_uint64())
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
