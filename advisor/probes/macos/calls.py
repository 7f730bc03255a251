"""macOS: asking sysctl, system_profiler and psutil. Only calls; plain data comes back."""

import ctypes
import json
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

from advisor.sources.sysctl import Pages

_PROFILER = "/usr/sbin/system_profiler"
_PROFILER_LIMIT_S = 4.0
_VM_INFO64 = 4  # HOST_VM_INFO64


def sysctl(names: Iterable[str]) -> dict[str, int | str]:
    """The values of those `names` that this Mac has: whole numbers, or texts."""
    system = ctypes.CDLL("/usr/lib/libSystem.dylib")
    found = ((name, _value(system, name)) for name in names)
    return {name: value for name, value in found if value is not None}


def _value(system: Any, name: str) -> int | str | None:
    size = ctypes.c_size_t(0)
    key = name.encode("ascii")
    if system.sysctlbyname(key, None, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0 or not size.value:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    if system.sysctlbyname(key, buffer, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
        return None
    return decoded(name, buffer.raw[: size.value])


def decoded(name: str, raw: bytes) -> int | str:
    """The bytes of a sysctl: numbers of 4 or 8 bytes, unless the name is one of the texts."""
    if name.endswith((".brand_string", ".features", ".leaf7_features", ".vendor", ".model", ".name")):
        return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
    return int.from_bytes(raw, "little")


def system_profiler(types: Sequence[str]) -> dict[str, Any]:
    """system_profiler's JSON on `types`; TimeoutExpired, OSError or ValueError when it does not answer well."""
    command = [_PROFILER, "-json", "-detailLevel", "mini", *types]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROFILER_LIMIT_S, check=True)
    answer = json.loads(done.stdout)
    if not isinstance(answer, dict):
        raise ValueError("no object")
    return answer


class _VmStatistics(ctypes.Structure):
    # vm_statistics64 of <mach/vm_statistics.h>
    _fields_ = (
        *((name, ctypes.c_uint32) for name in ("free", "active", "inactive", "wired")),
        ("counters", ctypes.c_uint64 * 9),
        ("purgeable", ctypes.c_uint32),
        ("speculative", ctypes.c_uint32),
        ("swapping", ctypes.c_uint64 * 4),
        *((name, ctypes.c_uint32) for name in ("compressor", "throttled", "external", "internal")),
        ("compressed", ctypes.c_uint64),
    )


def pages() -> Pages:
    """The kernel's counts of pages; OSError when it does not answer."""
    system = ctypes.CDLL("/usr/lib/libSystem.dylib")
    host = system.mach_host_self()
    size, found = ctypes.c_size_t(0), _VmStatistics()
    count = ctypes.c_uint32(ctypes.sizeof(found) // 4)
    if system.host_page_size(host, ctypes.byref(size)) != 0:
        raise OSError("host_page_size")
    if system.host_statistics64(host, _VM_INFO64, ctypes.byref(found), ctypes.byref(count)) != 0:
        raise OSError("host_statistics64")
    return Pages(size.value, found.internal, found.purgeable, found.wired, found.compressor)


def metal_working_set() -> int | None:
    """recommendedMaxWorkingSetSize of the default Metal device, bytes; None without one, OSError without Metal."""
    ctypes.CDLL("/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics")  # no default device without it
    metal = ctypes.CDLL("/System/Library/Frameworks/Metal.framework/Metal")
    objc = ctypes.CDLL("/usr/lib/libobjc.dylib")
    metal.MTLCreateSystemDefaultDevice.restype = ctypes.c_void_p
    objc.sel_registerName.restype = ctypes.c_void_p
    device = metal.MTLCreateSystemDefaultDevice()
    if not device:
        return None
    # A prototype of its own: arm64 passes the arguments of objc_msgSend as those of the method that is called.
    send = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)(("objc_msgSend", objc))
    return int(send(device, objc.sel_registerName(b"recommendedMaxWorkingSetSize")))


def battery() -> tuple[float, bool | None] | None:
    """(percent, on mains) or None when there is no battery."""
    import psutil

    state = psutil.sensors_battery()
    return None if state is None else (float(state.percent), state.power_plugged)


def volumes() -> list[tuple[str, str, int, int]]:
    """(device, mount point, total, free) of the local volumes that people know."""
    import psutil

    found = []
    for part in psutil.disk_partitions(all=False):
        # The system's own volumes share the space of "/": they would count it again.
        if part.mountpoint != "/" and not part.mountpoint.startswith("/Volumes/"):
            continue
        usage = psutil.disk_usage(part.mountpoint)
        found.append((part.device, part.mountpoint, int(usage.total), int(usage.free)))
    return found
