"""Which AI engines can use a GPU, and why not: the rules of resources/catalog/runtimes.json applied to one GPU."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog import entries
from advisor.i18n import N_
from advisor.machine import GPU_KINDS, Origin

RUNTIMES_FILE = RESOURCES / "catalog" / "runtimes.json"
ENGINES = ("cuda", "rocm", "vulkan", "metal", "sycl")
SYSTEMS = ("windows", "linux", "macos")
PYTORCH = "PyTorch, default builds"  # the name of the build whose limits training meets first

# Why a GPU cannot be used, by code.
REASONS: Mapping[str, str] = {
    "compute_capability": N_("compute capability {have}; the CUDA builds of AI programs need {need} or newer"),
    "driver": N_("driver {have} is too old: CUDA builds need {need} or newer"),
    "no_vendor_driver": N_("the driver {have} cannot compute: install the maker's driver"),
    "no_driver": N_("it has no driver: install the maker's driver"),
    "no_rocm": N_("no ROCm build supports it, and it has no Vulkan driver that AI programs can use"),
    "no_vulkan": N_("it has no Vulkan {need} driver, and no other AI engine supports it"),
    "no_vulkan_driver": N_("its maker has no Vulkan driver for it on this system, and no other AI engine supports it"),
    "no_16_bit_storage": N_("its Vulkan driver has no 16-bit storage, which llama.cpp needs"),
    "slower_than_cpu": N_(
        "too old: no CUDA build supports compute capability {have}, and Vulkan is slower than the processor"
    ),
    "shares_memory": N_("shares the system's memory: no faster than the processor for generating text"),
    "virtual": N_("a virtual display adapter, not a graphics processor"),
    "own_builds": N_("AI programs run on it only with its maker's own builds, which are not computed here"),
    "no_engine": N_("no AI engine supports it on this system"),
    "not_listed": N_("not in the catalogue: it is not known which AI engines support it"),
}
# Makers of processors that some engine computes on; servers' display chips (ASPEED, Matrox) are none of theirs.
_MAKERS = ("NVIDIA", "AMD", "Intel", "Apple", "Qualcomm")
# Drivers that show a picture and no more, or that hand the card to a virtual machine.
_DISPLAY_ONLY = re.compile(r"nouveau|basic display|basic render|simpledrm|vesa|vfio|pci-stub", re.IGNORECASE)
NO_DRIVER = "none"  # stands for a driver that is known to be missing


class Subject(NamedTuple):
    """What the rules look at. FLOP/s for `fp32_flops`; None is unknown."""

    vendor: str | None
    kind: str | None
    architecture: str | None
    compute_capability: str | None = None
    driver: str | None = None
    vulkan: str | None = None
    rocm: str | None = None
    fp32_flops: float | None = None


class Judgement(NamedTuple):
    """Engines that can use the GPU, whether it is worth using, and the reason for `usable` being what it is."""

    engines: tuple[str, ...] | None
    usable: bool | None
    reason: Origin


@dataclass(frozen=True, slots=True)
class Build:
    """One published build of a runtime and what it asks of a GPU."""

    engine: str
    runtime: str
    systems: tuple[str, ...]
    source: str
    vendor: str | None = None
    min_compute_capability: str | None = None
    max_compute_capability: str | None = None
    min_driver: str | None = None
    min_vulkan: str | None = None
    targets: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """GPUs for which an engine fails (`engine` given), or that are not worth using at all."""

    reason: str
    source: str
    engine: str | None = None
    systems: tuple[str, ...] = SYSTEMS
    architectures: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    max_fp32_tflops: float | None = None

    def matches(self, subject: Subject, systems: Sequence[str]) -> bool:
        """Whether the rule speaks of this GPU on (all of) these systems."""
        slow = self.max_fp32_tflops is None or (subject.fp32_flops or 0) <= self.max_fp32_tflops * 1e12
        return (
            set(systems) <= set(self.systems)
            and (not self.architectures or subject.architecture in self.architectures)
            and (not self.kinds or subject.kind in self.kinds)
            and (not self.vendors or subject.vendor in self.vendors)
            and slow
        )


class Rules(NamedTuple):
    """The content of runtimes.json."""

    checked: str
    builds: tuple[Build, ...]
    exceptions: tuple[Exclusion, ...]
    unusable: tuple[Exclusion, ...]


def judge(subject: Subject, system: str | None) -> Judgement:
    """Apply the rules. `system` is one of SYSTEMS; None asks for any of them that the maker's drivers know."""
    systems = (system,) if system in SYSTEMS else _likely(subject)
    if subject.kind == "virtual":
        return Judgement((), False, _why("virtual"))
    if subject.driver == NO_DRIVER:
        # What no driver could mend is the better reason.
        found = judge(subject._replace(driver=None), system)
        return Judgement((), False, _why("no_driver")) if found.usable else found
    named = next((rule for rule in rules().unusable if rule.vendors and rule.matches(subject, systems)), None)
    if named:
        return Judgement((), False, _why(named.reason))
    if subject.vendor is not None and subject.vendor not in _MAKERS:
        return Judgement((), False, _why("no_engine"))
    unlisted = subject.vendor is None or (subject.architecture is None and subject.compute_capability is None)
    if unlisted and subject.kind != "integrated":
        return Judgement(None, None, Origin("unknown", REASONS["not_listed"]))
    engines = tuple(e for e in ENGINES if any(True for _ in builds(subject, systems, e)))
    for rule in rules().unusable:
        if rule.matches(subject, systems):
            return Judgement(engines, False, _why(rule.reason, have=subject.compute_capability or "?"))
    if engines:
        return Judgement(engines, True, Origin("looked_up", N_("runs with {engines}"), {"engines": ", ".join(engines)}))
    return Judgement((), False, _refusal(subject, systems))


def remarks(subject: Subject, name: str, system: str | None) -> Iterator[Origin]:
    """What the owner of a GPU named `name` should know although some engine runs: builds of CUDA that refuse it."""
    systems = (system,) if system in SYSTEMS else _likely(subject)
    cuda = [(b, _obstacle(b, subject, systems)) for b in rules().builds if b.engine == "cuda"]
    refused = {b.runtime: (b, code) for b, code in cuda if code in ("driver", "compute_capability")}
    if all(code == "driver" for _, code in cuda if code != "compute_capability") and subject.driver:
        build = next((b for b, code in cuda if code == "driver"), None)
        if build:
            values = {"gpu": name, "have": subject.driver, "need": build.min_driver or "?"}
            yield Origin("looked_up", N_("{gpu}: CUDA needs driver {need} or newer, {have} is installed"), values)
    elif subject.compute_capability and PYTORCH in refused and refused[PYTORCH][1] == "compute_capability":
        need = refused[PYTORCH][0].min_compute_capability or "?"
        values = {"gpu": name, "have": subject.compute_capability, "need": need}
        if any(b.runtime != PYTORCH and not code for b, code in cuda):
            yield Origin(
                "looked_up",
                N_(
                    "{gpu}: PyTorch's default builds need compute capability {need}, this has {have}: training needs "
                    "PyTorch's builds for CUDA 12.6"
                ),
                values,
            )


def builds(subject: Subject, systems: Sequence[str] = SYSTEMS, engine: str | None = None) -> Iterator[Build]:
    """The published builds that run on the GPU."""
    for build in rules().builds:
        if engine in (None, build.engine) and not _obstacle(build, subject, systems):
            yield build


def driver_version(text: str) -> tuple[int, ...] | None:
    """NVIDIA's driver version in a description: "nvidia 535.129.03", or Windows' "27.21.14.6192" (461.92)."""
    windows = re.search(r"\b\d+\.\d+\.1(\d)\.(\d{2})(\d{2})\b", text)
    if windows:
        return (int(windows[1] + windows[2]), int(windows[3]))
    plain = re.search(r"\b(\d{2,4}(?:\.\d+)+)\b", text)
    return _version(plain[1]) if plain else None


def load_rules(path: Path) -> Rules:
    """Read the rules strictly. Raises UserError naming file, entry and field."""
    content = entries.read(path, ("builds", "exceptions", "unusable"))

    def rows(key: str, fields: Mapping[str, entries.Check], required: frozenset[str]) -> Iterator[dict[str, object]]:
        for entry in entries.check(path, content[key], fields, required):
            yield {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}

    need = frozenset({"engine", "runtime", "systems", "source"})
    made = tuple(Build(**row) for row in rows("builds", _BUILD_FIELDS, need))  # type: ignore[arg-type]
    exclusions = [
        tuple(Exclusion(**row) for row in rows(key, _EXCLUSION_FIELDS, frozenset({"reason", "source"})))  # type: ignore[arg-type]
        for key in ("exceptions", "unusable")
    ]
    return Rules(str(content.get("checked", "")), made, *exclusions)


@cache
def rules() -> Rules:
    """The rules of the catalogue."""
    return load_rules(RUNTIMES_FILE)


def _version_text(value: object) -> bool:
    return type(value) is str and re.fullmatch(r"\d+(\.\d+)*", value) is not None


def _some(choices: Sequence[str]) -> entries.Check:
    return lambda value: entries.texts(value) and set(value) <= set(choices)


_BUILD_FIELDS: Mapping[str, entries.Check] = {
    "engine": entries.one_of(*ENGINES),
    "runtime": entries.text,
    "vendor": entries.text,
    "systems": _some(SYSTEMS),
    "min_compute_capability": _version_text,
    "max_compute_capability": _version_text,
    "min_driver": _version_text,
    "min_vulkan": _version_text,
    "targets": entries.texts,
    "architectures": entries.texts,
    "source": entries.text,
}
_EXCLUSION_FIELDS: Mapping[str, entries.Check] = {
    "reason": entries.one_of(*REASONS),
    "engine": entries.one_of(*ENGINES),
    "systems": _some(SYSTEMS),
    "architectures": entries.texts,
    "kinds": _some(GPU_KINDS),
    "vendors": entries.texts,
    "max_fp32_tflops": entries.number,
    "source": entries.text,
}


def _likely(subject: Subject) -> tuple[str, ...]:
    return ("macos",) if subject.vendor == "Apple" else ("windows", "linux")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _why(code: str, **values: str) -> Origin:
    return Origin("looked_up", REASONS[code], values)


def _obstacle(build: Build, subject: Subject, systems: Sequence[str]) -> str | None:
    """The code of the first thing that keeps a build from running on the GPU, "" when it is not for such GPUs."""
    if not set(systems) & set(build.systems) or build.vendor not in (None, subject.vendor):
        return "no_engine"
    if build.architectures and subject.architecture not in build.architectures:
        return "no_engine"
    if build.targets and subject.rocm not in build.targets:
        return "no_rocm"
    if subject.driver and _DISPLAY_ONLY.search(subject.driver) and build.engine != "cuda":
        return "no_vendor_driver"
    return _cuda_obstacle(build, subject) or _vulkan_obstacle(build, subject, systems)


def _cuda_obstacle(build: Build, subject: Subject) -> str | None:
    if build.engine != "cuda":
        return None
    have = subject.compute_capability
    low, high = build.min_compute_capability, build.max_compute_capability
    if have is None or (low and _version(have) < _version(low)) or (high and _version(have) > _version(high)):
        return "compute_capability"
    if subject.driver and _DISPLAY_ONLY.search(subject.driver):
        return "no_vendor_driver"
    version = driver_version(subject.driver) if subject.driver else None
    if version and build.min_driver and version < _version(build.min_driver):
        return "driver"
    return None


def _vulkan_obstacle(build: Build, subject: Subject, systems: Sequence[str]) -> str | None:
    if build.engine != "vulkan" or build.min_vulkan is None:
        return None
    if subject.vulkan is None or _version(subject.vulkan) < _version(build.min_vulkan):
        return "no_vulkan"
    for rule in rules().exceptions:
        if rule.engine == build.engine and rule.matches(subject, systems):
            return rule.reason
    return None


def _refusal(subject: Subject, systems: Sequence[str]) -> Origin:
    """The reason of the most lenient build of the maker's own engine, else of Vulkan."""
    own = {"NVIDIA": "cuda", "AMD": "rocm", "Apple": "metal"}.get(subject.vendor or "", "vulkan")
    found = [(b, _obstacle(b, subject, systems)) for b in rules().builds if b.engine in (own, "vulkan")]
    codes = {code: build for build, code in reversed(found) if code}
    for code in (
        "no_vendor_driver",
        "driver",
        "compute_capability",
        "no_vulkan_driver",
        "no_16_bit_storage",
        "no_rocm",
    ):
        if code in codes:
            return _told(code, codes[code], subject)
    return _told("no_vulkan", codes["no_vulkan"], subject) if "no_vulkan" in codes else _why("no_engine")


def _told(code: str, build: Build, subject: Subject) -> Origin:
    have = subject.driver if code in ("driver", "no_vendor_driver") else subject.compute_capability
    need = {"driver": build.min_driver, "compute_capability": build.min_compute_capability}.get(code, build.min_vulkan)
    return _why(code, have=have or "?", need=need or "?")
