"""GPUs as facts: a strict reader of resources/catalog/gpus, and the choice between the chips sold under one name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.catalog import entries
from advisor.catalog.entries import Shelf, joined
from advisor.catalog.names import Index, hint, parse, same_size
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import GPU_KINDS, GpuKind

GPUS_FOLDER = RESOURCES / "catalog" / "gpus"
_GIB = 1 << 30
_PCI_ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
_PCI_VENDORS = {"10de": "nvidia", "1002": "amd", "8086": "intel", "1ed5": "moore-threads", "19e5": "huawei"}
# Words that leave no doubt which vendor's file a name is in.
_MAKERS = {
    "nvidia": ("nvidia", "geforce", "quadro", "tesla"),
    "amd": ("amd", "radeon"),
    "intel": ("intel",),
    "apple": ("apple",),
}


@dataclass(frozen=True, slots=True)
class GpuSpec:
    """What is known of one GPU. Sizes in bytes, rates per second and theoretical, power in watts; None is unknown.

    `fp16_flops` is what matrix products reach on paper: dense tensor-core FP16 with FP32 accumulate (a GeForce does
    half of its FP16-accumulate rate), else the shaders' FP16 where it is faster than FP32; None where products run
    in FP32. `variants` are the chips and memories sold under the same name; the headline is the one that fits most
    cards, or the weakest. `memory_options` are the RAM sizes of machines with this unified-memory chip.
    """

    name: str
    vendor: str
    kind: GpuKind
    architecture: str
    source: str
    chip: str | None = None
    aliases: tuple[str, ...] = ()
    year: int | None = None
    mobile: bool = False
    vram_bytes: int | None = None  # None: it shares the system's memory
    memory_kind: str | None = None
    bus_bits: int | None = None
    bandwidth_bytes_per_s: float | None = None
    shaders: int | None = None  # FP32 lanes, and the boost clock at which the rates hold
    clock_hz: float | None = None
    fp32_flops: float | None = None
    fp16_flops: float | None = None
    board_power_w: float | None = None
    compute_capability: str | None = None
    vulkan: str | None = None  # the newest Vulkan that its drivers offer
    rocm: str | None = None  # LLVM target, "gfx1100"
    pci_ids: tuple[str, ...] = ()
    memory_options: tuple[int, ...] = ()
    launch_price_usd: float | None = None
    launch_price_source: str | None = None
    note: str | None = None
    variants: tuple["GpuSpec", ...] = ()

    def fits(self, size: int) -> bool:
        """Whether a stated memory size in bytes may mean this GPU, one of its variants or its machine's memory."""
        if self.memory_options:
            return any(same_size(size, option) for option in self.memory_options)
        sizes = [spec.vram_bytes for spec in (self, *self.variants)]
        return any(same_size(size, own) for own in sizes) or not any(sizes)

    def chosen(self, pci_id: str | None = None, size: int | None = None) -> "GpuSpec":
        """The variant that a PCI id, then a memory size in bytes, points to; this headline when neither decides."""
        left = list(self.variants)
        by_id = [spec for spec in left if pci_id in spec.pci_ids]
        left = by_id or left
        by_size = [spec for spec in left if size and same_size(size, spec.vram_bytes)]
        left = by_size or left
        if not by_id:
            # Where only the size is known, the usual chip is likelier than the rare one.
            left = [spec for spec in left if spec.architecture == self.architecture] or left
        if not left or not (by_id or by_size) or _alike(self, left):
            return self
        return weakest(left)


def weakest(specs: Sequence[GpuSpec]) -> GpuSpec:
    """The one that promises least: lowest bandwidth, then lowest FP32 rate; unknown counts as lowest."""
    return min(specs, key=lambda s: (s.bandwidth_bytes_per_s or 0, s.fp32_flops or 0, s.vram_bytes or 0))


def _alike(headline: GpuSpec, left: Sequence[GpuSpec]) -> bool:
    # The headline itself is among the variants left: keep it, with its usual figures.
    return any(
        (s.chip, s.vram_bytes, s.bandwidth_bytes_per_s, s.fp32_flops)
        == (headline.chip, headline.vram_bytes, headline.bandwidth_bytes_per_s, headline.fp32_flops)
        for s in left
    )


def gpus() -> tuple[GpuSpec, ...]:
    """Every GPU of the catalogue, by vendor."""
    return tuple(_all())


def gpu_names() -> tuple[str, ...]:
    """The name of every GPU of the catalogue, without making the GPUs."""
    return tuple(names[0] for names in _all().names)


def extend(added: Iterable[GpuSpec]) -> None:
    """From now on the catalogue also has `added`: each replaces the entry of its name, and owns its PCI ids.

    To be called at start, before the first look-up; () takes everything back.
    """
    _added.clear()
    _added.update({spec.name.lower(): spec for spec in added})
    for table in (_vendors, _rows, _of, _all, _names, _by_pci_id):
        table.cache_clear()


_added: dict[str, GpuSpec] = {}


def find_gpu(text: str) -> GpuSpec:
    """The GPU that `text` names, in whatever way; a memory size after the name chooses. Raises UserError."""
    found = named(text)
    spec = found[0] if len(found) == 1 else _names(None).find(text)
    return spec.chosen(size=parse(text).size)


def named(text: str, size: int | None = None) -> tuple[GpuSpec, ...]:
    """Every GPU that `text` may name; () when none does. `size`: the memory that its driver reports, in bytes."""
    maker = hint(text, _MAKERS)
    if text.rstrip().endswith("..."):  # nvidia-smi's table cuts long names
        return _names(maker).beginning(text, size)
    return (_names(maker).candidates(text, size) if maker else ()) or _names(None).candidates(text, size)


def by_pci_id(pci_id: str) -> tuple[GpuSpec, ...]:
    """The GPUs sold with a PCI id ("10de:128b", any case): several where vendors reuse ids, () when unknown."""
    own = tuple(spec for spec in _added.values() if pci_id.lower() in spec.pci_ids)
    vendor = _PCI_VENDORS.get(pci_id[:4].lower())
    if own or vendor is None:
        return own
    return tuple(_of(vendor)[at] for at in _by_pci_id(vendor).get(pci_id.lower(), ()))


def load_gpus(folder: Path) -> tuple[GpuSpec, ...]:
    """Read every file of a catalogue folder strictly. Raises UserError naming file, entry and field."""
    found: dict[str, GpuSpec] = {}
    for path in sorted(folder.glob("*.json")):
        for spec in load_gpu_file(path):
            if spec.name.lower() in found:
                raise UserError(N_("{path}: entry {entry}: the name occurs twice"), path=path, entry=spec.name)
            found[spec.name.lower()] = spec
    if not found:
        raise UserError(N_("{path}: no GPU in this folder"), path=folder)
    return tuple(found.values())


def _pci_ids(value: object) -> bool:
    return entries.texts(value) and all(_PCI_ID.fullmatch(v) for v in value)  # type: ignore[attr-defined]


def _capability(value: object) -> bool:
    return type(value) is str and re.fullmatch(r"\d{1,2}\.\d", value) is not None


# Bounds wide enough for whatever is sold, so that only slips of units and digits are refused.
_VARIANT_FIELDS: Mapping[str, entries.Check] = {
    "chip": entries.text,
    "architecture": entries.text,
    "memory_gib": entries.between(0.03, 4096),
    "memory_kind": entries.text,
    "bus_bits": entries.whole,
    "bandwidth_gbs": entries.between(0.5, 100_000),
    "shaders": entries.whole,
    "clock_mhz": entries.between(50, 10_000),
    "fp32_tflops": entries.between(0.005, 10_000),
    "fp16_tflops": entries.between(0.005, 100_000),
    "power_w": entries.between(1, 10_000),
    "compute_capability": _capability,
    "vulkan": entries.text,
    "rocm": entries.text,
    "pci_ids": _pci_ids,
}
_FIELDS: Mapping[str, entries.Check] = {
    **_VARIANT_FIELDS,
    "name": entries.text,
    "kind": entries.one_of(*GPU_KINDS),
    "aliases": entries.texts,
    "year": lambda value: type(value) is int and 1995 <= value <= 2100,
    "mobile": entries.truth,
    "memory_options_gib": entries.numbers,
    "launch_price_usd": entries.between(1, 1_000_000),
    "launch_price_source": entries.text,
    "variants": lambda value: type(value) is list and len(value) > 1,
    "source": entries.text,
    "note": entries.text,
}
_REQUIRED = frozenset({"name", "kind", "architecture", "source"})


def load_gpu_file(path: Path) -> tuple[GpuSpec, ...]:
    """Read one file strictly. Raises UserError naming file, entry and field."""
    file = _read(path)
    return tuple(file.make(at) for at in range(len(file.rows)))


class _File(NamedTuple):
    path: Path
    vendor: str
    price_source: str | None
    rows: list[entries.Entry]

    def make(self, at: int) -> GpuSpec:
        """The GPU of a row, now checked."""
        entry = entries.check_one(self.path, at + 1, self.rows[at], _FIELDS, _REQUIRED)
        spec = _spec(entry, self.vendor, self.price_source)
        if "variants" in entry:
            found = entries.check(self.path, entry["variants"], _VARIANT_FIELDS, frozenset())
            spec = replace(spec, variants=tuple(_variant(spec, variant) for variant in found))
        return spec


def _read(path: Path) -> _File:
    content = entries.read(path, ("gpus",))
    vendor, price_source = content.get("vendor"), content.get("launch_price_source", "-")
    if not entries.text(vendor) or not entries.text(price_source):
        raise UserError(N_("{path}: expected texts named {names}"), path=path, names="vendor, launch_price_source")
    return _File(
        path, entries.maker(str(vendor)), content.get("launch_price_source"), entries.named(path, content["gpus"])
    )


def _spec(entry: entries.Entry, vendor: str, price_source: str | None) -> GpuSpec:
    get = entry.get
    price = get("launch_price_usd")
    return GpuSpec(
        name=entry["name"],
        vendor=vendor,
        kind=entry["kind"],
        architecture=entry["architecture"],
        source=entry["source"],
        aliases=tuple(get("aliases", ())),
        year=get("year"),
        mobile=get("mobile", False),
        memory_options=tuple(round(size * _GIB) for size in get("memory_options_gib", ())),
        launch_price_usd=price,
        launch_price_source=get("launch_price_source", price_source) if price else None,
        note=get("note"),
        **_figures(entry),
    )


def _figures(entry: entries.Entry) -> dict[str, Any]:
    get = entry.get
    memory = get("memory_gib")
    return {
        "chip": get("chip"),
        "vram_bytes": round(memory * _GIB) if memory else None,
        "memory_kind": get("memory_kind"),
        "bus_bits": get("bus_bits"),
        "bandwidth_bytes_per_s": _scaled(get("bandwidth_gbs"), 1e9),
        "shaders": get("shaders"),
        "clock_hz": _scaled(get("clock_mhz"), 1e6),
        "fp32_flops": _scaled(get("fp32_tflops"), 1e12),
        "fp16_flops": _scaled(get("fp16_tflops"), 1e12),
        "board_power_w": get("power_w"),
        "compute_capability": get("compute_capability"),
        "vulkan": get("vulkan"),
        "rocm": get("rocm"),
        "pci_ids": tuple(get("pci_ids", ())),
    }


def _variant(spec: GpuSpec, entry: entries.Entry) -> GpuSpec:
    # A variant states what differs. Without its own chip's Vulkan or capability it must not inherit another chip's.
    own = {name: value for name, value in _figures(entry).items() if value not in (None, ())}
    if "fp32_flops" in own:
        # Units and clock of the headline's chip would not give this rate.
        own = {"shaders": None, "clock_hz": None, **own}
    if "architecture" in entry:
        own = {
            "compute_capability": None,
            "vulkan": None,
            "fp16_flops": None,
            **own,
            "architecture": entry["architecture"],
        }
    return replace(spec, pci_ids=own.pop("pci_ids", ()), **own)


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


@cache
def _vendors() -> tuple[str, ...]:
    return tuple(dict.fromkeys([*_files(), *(_group(spec) for spec in _added.values())]))


@cache
def _files() -> Mapping[str, Path]:
    """Our own files by the vendor that names them: a user's vendor may be any text, and no path is made of it."""
    return {path.stem: path for path in sorted(GPUS_FOLDER.glob("*.json"))}


def _group(spec: GpuSpec) -> str:
    """The vendor's file in which an added GPU would stand."""
    return spec.vendor.lower()


@cache
def _rows(vendor: str) -> _File:
    """Our own entries of a vendor, less those that added ones replace."""
    # One file at a time: a look-up seldom needs another vendor's.
    path = _files().get(vendor)
    file = _read(path) if path else _File(GPUS_FOLDER, vendor, None, [])
    return file._replace(rows=[row for row in file.rows if row["name"].lower() not in _added])


@cache
def _of(vendor: str) -> Shelf[GpuSpec]:
    """Our own entries in the order of `_rows`, then added ones."""
    file = _rows(vendor)
    added = [spec for spec in _added.values() if _group(spec) == vendor]
    count = len(file.rows)
    return Shelf(
        [_entry_names(entry) for entry in file.rows] + [(spec.name, *spec.aliases) for spec in added],
        lambda at: file.make(at) if at < count else added[at - count],
    )


def _entry_names(entry: entries.Entry) -> tuple[str, ...]:
    aliases = entry.get("aliases", ())
    return (entry["name"], *(aliases if entries.texts(aliases) else ()))


@cache
def _all() -> Shelf[GpuSpec]:
    return joined([_of(vendor) for vendor in _vendors()])


@cache
def _names(vendor: str | None) -> Index[GpuSpec]:
    shelf = _of(vendor) if vendor else _all()
    return Index(shelf, shelf.names, GpuSpec.fits)


@cache
def _by_pci_id(vendor: str) -> Mapping[str, tuple[int, ...]]:
    """Places in the vendor's shelf by PCI id, of our own entries."""
    table: defaultdict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(_rows(vendor).rows):
        for pci_id in entry.get("pci_ids", ()):
            table[pci_id].append(at)
    return {pci_id: tuple(places) for pci_id, places in table.items()}
