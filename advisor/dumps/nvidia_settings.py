"""nvidia-settings -q all: the attributes of each card, below "Attributes queryable via HOST:0[gpu:0]:"."""

import re
from collections.abc import Mapping

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Gpu, Machine
from advisor.sources.facts import Facts

NAME = "nvidia-settings"
_SECTION = re.compile(r"^[ \t]*Attributes queryable via \S*?(\[gpu:\d+\]|\[\w+:\d+\])?:[ \t]*$", re.MULTILINE)
_ENTRY = re.compile(r"^[ \t]+(\w+): (.+?)[ \t]*$", re.MULTILINE)
_RATE = re.compile(r"\bmemTransferRatemax=(\d+)")


def _sections(text: str) -> list[tuple[str, dict[str, str]]]:
    """(what it is of, its attributes) for every section; "" for the X screen."""
    heads = list(_SECTION.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        (head.group(1) or "", dict(_ENTRY.findall(text[head.end() : end])))
        for head, end in zip(heads, ends, strict=False)
    ]


def _recognise(document: Document) -> bool:
    return _SECTION.search(document.text) is not None


def _read(document: Document) -> Machine:
    sections = _sections(document.text)
    driver = next((values["NvidiaDriverVersion"] for _, values in sections if "NvidiaDriverVersion" in values), None)
    gpus = [_gpu(values, driver) for part, values in sections if part.startswith("[gpu:")]
    facts = Facts()
    # NV_CTRL_OPERATING_SYSTEM: 0 Linux, 1 FreeBSD, 2 Solaris.
    if any(values.get("OperatingSystem") == "0" for _, values in sections):
        facts.add("os_family", "linux", NAME)
    return facts.part(Machine, gpus=tuple(gpus))


def _gpu(values: Mapping[str, str], driver: str | None) -> Gpu:
    facts = Facts()
    facts.add("vendor", "NVIDIA", NAME)
    facts.unknown("name", N_("{source} prints no name, only its number"), source=NAME)
    if found := re.fullmatch(r"4318,(\d{1,5})", values.get("PCIID", "")):  # 4318 is 10de, NVIDIA
        facts.add("pci_id", f"10de:{int(found.group(1)):04x}", NAME)
    place = [values.get(key, "") for key in ("PCIDomain", "PCIBus", "PCIDevice", "PCIFunc")]
    if all(re.fullmatch(r"\d{1,5}", number) for number in place):
        facts.add("bus_address", "{:04x}:{:02x}:{:02x}.{:x}".format(*map(int, place)), NAME)
    if driver and re.fullmatch(r"\d+\.\d+(?:\.\d+)?", driver):
        facts.add("driver", f"nvidia {driver}", NAME)
    total = _number(values.get("TotalDedicatedGPUMemory"))  # MiB
    used = _number(values.get("UsedDedicatedGPUMemory"))
    if total:
        facts.add("vram_bytes", total << 20, NAME)
        facts.add("kind", "discrete", NAME)
        if used is not None and used <= total:
            detail = N_("{source}: total less used")
            facts.add("vram_available_bytes", (total - used) << 20, detail, "computed", source=NAME)
    _add_bandwidth(facts, values)
    return facts.part(Gpu)


def _add_bandwidth(facts: Facts, values: Mapping[str, str]) -> None:
    width = _number(values.get("GPUMemoryInterface"))
    rates = [int(rate) for rate in _RATE.findall(values.get("GPUPerfModes", ""))]
    if width and rates:
        detail = N_("{source}: {width} bit x {rate} MT/s / 8")
        texts = {"source": NAME, "width": str(width), "rate": str(max(rates))}
        facts.add("bandwidth_bytes_per_s", width * max(rates) * 1e6 / 8, detail, "computed", **texts)


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else None


KIND = Kind(NAME, _recognise, _read)
