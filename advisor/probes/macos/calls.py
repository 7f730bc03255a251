"""macOS: asking sysctl, system_profiler and psutil. Only calls; plain data comes back."""

import ctypes
import json
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

_PROFILER = "/usr/sbin/system_profiler"
_PROFILER_LIMIT_S = 4.0


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


def available_memory() -> int:
    """Bytes that programs could have: free and inactive pages."""
    import psutil

    return int(psutil.virtual_memory().available)


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
