"""Windows: drive letters, their sizes, and what the disk behind each is. No administrator's rights are needed."""

import ctypes
from typing import Any

from advisor.probes.runner import limited
from advisor.probes.windows.disks import Volume
from advisor.probes.windows.libraries import library

_QUERY_PROPERTY = 0x002D1400  # IOCTL_STORAGE_QUERY_PROPERTY
_DEVICE_PROPERTY, _SEEK_PENALTY_PROPERTY = 0, 7
_REMOVABLE, _FIXED, _REMOTE = 2, 3, 4
_SHARE_ALL, _OPEN_EXISTING = 7, 3
_INVALID = ctypes.c_void_p(-1).value
_NO_DIALOGS = 0x0001 | 0x8000  # an empty card reader would ask for a card otherwise
_REMOTE_WAIT_S = 0.5


def volumes() -> list[Volume]:
    """Every fixed, removable and network drive that holds a volume."""
    kernel = library("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    kernel.SetThreadErrorMode(_NO_DIALOGS, None)
    mask = kernel.GetLogicalDrives()
    letters = [chr(ord("A") + i) for i in range(26) if mask >> i & 1]
    found = (_volume(kernel, letter) for letter in letters)
    return [volume for volume in found if volume is not None]


def _volume(kernel: Any, letter: str) -> Volume | None:
    root = f"{letter}:\\"
    kind = kernel.GetDriveTypeW(root)
    if kind == _REMOTE:
        try:
            sizes = limited(lambda: _sizes(kernel, root), _REMOTE_WAIT_S)
        except TimeoutError:
            sizes = None
        return Volume(root, True, sizes, b"", b"")
    sizes = _sizes(kernel, root) if kind in (_REMOVABLE, _FIXED) else None
    if sizes is None:
        return None
    return Volume(root, False, sizes, *_properties(kernel, letter))


def _sizes(kernel: Any, root: str) -> tuple[int, int] | None:
    """(total, free for this user) bytes."""
    free, total = ctypes.c_uint64(0), ctypes.c_uint64(0)
    answered = kernel.GetDiskFreeSpaceExW(root, ctypes.byref(free), ctypes.byref(total), None)
    return (total.value, free.value) if answered else None


def _properties(kernel: Any, letter: str) -> tuple[bytes, bytes]:
    # Access 0 is enough to ask for properties.
    handle = kernel.CreateFileW(f"\\\\.\\{letter}:", 0, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
    if handle in (None, _INVALID):
        return b"", b""
    try:
        return _query(kernel, handle, _DEVICE_PROPERTY), _query(kernel, handle, _SEEK_PENALTY_PROPERTY)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def _query(kernel: Any, handle: int, property_id: int) -> bytes:
    question = (ctypes.c_uint32 * 3)(property_id, 0, 0)
    answer = ctypes.create_string_buffer(1024)
    size = ctypes.c_uint32(0)
    answered = kernel.DeviceIoControl(
        ctypes.c_void_p(handle),
        _QUERY_PROPERTY,
        ctypes.byref(question),
        ctypes.sizeof(question),
        answer,
        ctypes.sizeof(answer),
        ctypes.byref(size),
        None,
    )
    return answer.raw[: size.value] if answered else b""
