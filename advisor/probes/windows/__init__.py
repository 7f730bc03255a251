"""The probes of Windows: C functions and the registry only, no WMI, no PowerShell, no COM, no other process.

Modules named `*_calls` only ask the system and return plain data; all others are pure and are tested by replay.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from advisor.machine import Machine
from advisor.probes import d3dkmt, nvml
from advisor.probes.runner import Probe
from advisor.probes.windows import (
    device_calls,
    disk_calls,
    disks,
    registry_calls,
    system_calls,
    topology,
)
from advisor.probes.windows.libraries import library
from advisor.sources import ram, smbios, windows_devices
from advisor.sources import windows_display as display
from advisor.sources import windows_system as system
from advisor.sources.names import describe, is_virtual

_BIOS = r"HARDWARE\DESCRIPTION\System\BIOS"
_CPU = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def probes(wake: bool = False) -> Sequence[Probe]:
    """The probes of Windows, most trusted first; `wake`: cards that sleep are asked too."""
    return (
        Probe("SMBIOS", _firmware, ("manufacturer", "model", "chassis", "environment", "memory", "module", "cpu")),
        Probe(_BIOS, _names, ("manufacturer", "model")),
        Probe(_VERSION, _os, ("os_name", "os_version", "os_family")),
        Probe(_CPU, _cpu, ("cpu",)),
        Probe("GetLogicalProcessorInformationEx", _topology, ("cpu",)),
        Probe("GlobalMemoryStatusEx", _memory, ("memory",)),
        # Before the kernel's numbers: both of NVML's memory figures count the same way.
        Probe(nvml.SOURCE, partial(_ask_nvidia, wake), ("gpus",)),
        Probe(display.SOURCE, _gpus, ("gpus",)),
        Probe(disks.SOURCE, _disks, ("disks",)),
        Probe(system.POWER_SOURCE, _battery, ("battery",)),
    )


def _firmware() -> Machine:
    table = smbios.structures(system_calls.raw_smbios())
    identity = smbios.identity(table)
    memory = ram.memory(smbios.memory_modules(table), "SMBIOS", is_virtual(identity))
    note = ram.uneven(memory.modules)
    machine = describe(identity, "SMBIOS")
    environment = system.environment(identity)
    base = system.nominal_mhz(registry_calls.values(_CPU))
    return replace(
        machine,
        environment=environment.environment,
        origins={**machine.origins, **environment.origins},
        memory=memory,
        cpu=system.clocks(smbios.processor(table), base),
        notes=(note,) if note else (),
    )


def _names() -> Machine:
    return describe(system.identity(registry_calls.values(_BIOS)), _BIOS)


def _os() -> Machine:
    return system.operating_system(registry_calls.values(_VERSION))


def _cpu() -> Machine:
    values = registry_calls.values(_CPU)
    build = system.build(registry_calls.values(_VERSION))
    return Machine(
        cpu=system.cpu(values, system_calls.architecture(), system_calls.features(system.FEATURE_IDS), build)
    )


def _topology() -> Machine:
    return Machine(cpu=topology.cpu(topology.parse(system_calls.processor_information())))


def _memory() -> Machine:
    total, available = system_calls.memory_status()
    return Machine(memory=system.memory(total, available, system_calls.installed_memory()))


def _ask_nvidia(wake: bool) -> Machine:
    # Starting NVML wakes a card that sleeps to save the battery: a laptop's second card is left asleep.
    asleep = () if wake else sleeping_nvidia()
    return nvml.asleep(asleep) if asleep else nvml.read()


def sleeping_nvidia() -> Sequence[str]:
    """The bus addresses of the NVIDIA cards when all of them sleep; () when one is awake or Windows does not tell."""
    return windows_devices.sleeping(_devices(device_calls.display_devices), "10de")


def _devices(ask: Callable[[], list[windows_devices.Device]]) -> Sequence[windows_devices.Device]:
    try:
        return ask()
    except (OSError, AttributeError):
        return ()  # what the graphics kernel lists is worth having without them


def _gpus() -> Machine:
    entries = display.class_entries(registry_calls.subkeys(display.CLASS_KEY))
    adapters = d3dkmt.adapters(library("gdi32"))
    return display.machine(adapters, entries, device_calls.present_devices(), _devices(device_calls.pci_devices))


def _disks() -> Machine:
    return Machine(disks=tuple(disks.disk(volume) for volume in disk_calls.volumes()))


def _battery() -> Machine:
    return Machine(battery=system.battery(system_calls.power_status()))
