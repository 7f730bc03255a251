"""Windows: the PCI devices that are there now, as the configuration manager (cfgmgr32.dll) keeps them. Wakes nothing.

Numbers: Windows SDK, cfgmgr32.h. Asking it needs no administrator and no running driver: cards whose driver is missing,
that are switched off or that sleep are listed all the same.
"""

import ctypes
from typing import Any

from advisor.probes.windows.libraries import library
from advisor.sources.windows_devices import Device

_OF_ENUMERATOR, _OF_CLASS, _PRESENT = 0x001, 0x200, 0x100  # CM_GETIDLIST_FILTER_...
_DISPLAY_CLASS = "{4d36e968-e325-11ce-bfc1-08002be10318}"
_COMPATIBLE_IDS, _SERVICE, _BUS_NUMBER, _ADDRESS, _POWER_DATA = 0x03, 0x05, 0x16, 0x1D, 0x1F  # CM_DRP_...
_HAS_PROBLEM = 0x400  # DN_HAS_PROBLEM


def pci_devices() -> list[Device]:
    """Every PCI device that is there, with its class, place, power state and problem; OSError without cfgmgr32."""
    return _devices("PCI", _OF_ENUMERATOR)


def display_devices() -> list[Device]:
    """Those of the display class alone, in well under a millisecond: what sleeps can be looked at once a second."""
    return _devices(_DISPLAY_CLASS, _OF_CLASS)


def _devices(of: str, kind: int) -> list[Device]:
    manager = library("cfgmgr32")
    found = (_device(manager, identity) for identity in _identities(manager, of, kind))
    return [device for device in found if device is not None]


def present_devices() -> frozenset[str] | None:
    """Hardware ids ("PCI\\VEN_10DE&DEV_1058") of the display devices that are there now; None when not told."""
    try:
        devices = _identities(library("cfgmgr32"), _DISPLAY_CLASS, _OF_CLASS)
    except (OSError, AttributeError):
        return None
    return frozenset(_without_instance(device) for device in devices) or None


def _identities(manager: Any, of: str, kind: int) -> list[str]:
    size = ctypes.c_uint32(0)
    if manager.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), of, kind | _PRESENT) != 0:
        return []
    buffer = ctypes.create_unicode_buffer(max(2, size.value))
    if manager.CM_Get_Device_ID_ListW(of, buffer, size, kind | _PRESENT) != 0:
        return []
    return [identity for identity in "".join(buffer[: size.value]).split("\0") if identity]


def _without_instance(identity: str) -> str:
    # The last part names the one device (often a serial number): it is cut off unread.
    return identity.rpartition("\\")[0].upper()


def _device(manager: Any, identity: str) -> Device | None:
    node = ctypes.c_uint32(0)
    if manager.CM_Locate_DevNodeW(ctypes.byref(node), identity, 0) != 0:
        return None  # it was here once
    status, problem = ctypes.c_uint32(0), ctypes.c_uint32(0)
    told = manager.CM_Get_DevNode_Status(ctypes.byref(status), ctypes.byref(problem), node, 0) == 0
    return Device(
        hardware_id=_without_instance(identity),
        compatible_ids=_text(_property(manager, node, _COMPATIBLE_IDS)),
        bus=_number(_property(manager, node, _BUS_NUMBER)),
        address=_number(_property(manager, node, _ADDRESS)),
        power=_property(manager, node, _POWER_DATA),
        service=_text(_property(manager, node, _SERVICE)).rstrip("\0"),
        problem=problem.value if told and status.value & _HAS_PROBLEM else 0,
    )


def _property(manager: Any, node: ctypes.c_uint32, number: int) -> bytes:
    buffer = ctypes.create_string_buffer(4096)
    size = ctypes.c_uint32(ctypes.sizeof(buffer))
    answer = manager.CM_Get_DevNode_Registry_PropertyW(node, number, None, buffer, ctypes.byref(size), 0)
    return buffer.raw[: size.value] if answer == 0 else b""


def _text(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace")


def _number(raw: bytes) -> int | None:
    return int.from_bytes(raw, "little") if len(raw) == 4 else None
