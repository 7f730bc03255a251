"""What new hardware would bring, computed on the machine as it would be then; the best value first."""

from collections.abc import Iterator, Sequence
from math import log2

from advisor.advice.result import Pick, Upgrade
from advisor.advice.survey import Survey, comfortable, decode, hours, realistic, speechless, works
from advisor.advice.upgrade_form import is_portable, is_too_old, takes_cards
from advisor.advice.upgrade_memory import memory_upgrades
from advisor.advice.upgrade_rules import Card, Computer, Price, upgrade_rules
from advisor.catalog.gpus import find_gpu
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate, Reason
from advisor.machine import Machine
from advisor.workload import Method, for_method

_GIB = 1 << 30
_LARGER = 1.05  # 24 GiB on the box are 23.99 in the driver
_TRAINING = ("lora", "qlora", "full")
# Sequential reading of a model file from a disk, bytes per second: usual figures of each kind's data sheets.
_DISK_READ = {"hdd": 130e6, "ssd": 500e6, "nvme": 3000e6}


def upgrades(found: Survey, picks: tuple[Pick, ...]) -> tuple[Upgrade, ...]:
    """Memory, graphics cards or other computers, the best value first; then disk, cooling and what cannot be done.

    What has a price is ranked by its gain for the money; what has none follows, by its gain.
    """
    reference = next((p.estimate for p in picks if p.use not in _TRAINING and decode(p.estimate) is not None), None)
    if set(found.machine.environment or ()) & {"vm", "container"}:
        return (Upgrade("virtual", {}), *_storage(found, reference))
    if speechless(found.estimates["run"]):
        # Nothing can be told apart from nothing: neither before nor after has a speed to compare.
        return (Upgrade("unknown", {}), *limits(found.machine, cards=False))
    counted = [_gained(found, reference, machine, bare) for machine, bare in _changes(found.machine)]
    counted = [u for u in counted if u.code in ("more_ram", "second_module") or u.gain >= upgrade_rules().gain.least]
    counted = [u for u in counted if not any(_as_good_with_less(other, u) for other in counted)]
    counted.sort(key=lambda u: (u.value is not None, u.value if u.value is not None else u.gain), reverse=True)
    cards = any(u.code in ("gpu", "one_more_gpu") for u in counted)
    return (*counted, *_storage(found, reference), *limits(found.machine, cards))


def _as_good_with_less(other: Upgrade, than: Upgrade) -> bool:
    """Whether less memory already brings as much."""
    if other.code != "more_ram" or than.code != "more_ram":
        return False
    return int(str(other.values["to_bytes"])) < int(str(than.values["to_bytes"])) and other.gain >= than.gain


def worth_most(parts: Sequence[Upgrade]) -> Upgrade | None:
    """The best value of those that bring something; None when none does."""
    return next((u for u in parts if u.gain >= upgrade_rules().gain.least), None)


def with_upgrade(machine: Machine, upgrade: Upgrade) -> Machine | None:
    """`machine` as it would be after one of its upgrades; None where nothing can be put together for it."""
    wanted = (upgrade.code, upgrade.values)
    return next((after for after, bare in _changes(machine) if (bare.code, bare.values) == wanted), None)


def _changes(machine: Machine) -> Iterator[tuple[Machine, Upgrade]]:
    """Every change worth estimating: the machine as it would be, and the upgrade without its gains."""
    yield from memory_upgrades(machine)
    if takes_cards(machine):
        yield from _cards(machine)
        yield from _one_more(machine)
    else:
        yield from _computers(machine)


def _cards(machine: Machine) -> Iterator[tuple[Machine, Upgrade]]:
    have = sum(g.vram_bytes or 0 for g in machine.gpus if g.usable is not False)
    for card in upgrade_rules().cards:
        if not card.from_gib <= have / _GIB <= card.to_gib or machine.memory.kind in card.not_with:
            continue
        after = _assembled(machine, card.gpu, None, None)
        size = _vram(after)
        if after is not None and size > _LARGER * have:
            values = {"gpu": card.gpu, "vram_bytes": size, "ram_bytes": after.memory.total_bytes}
            yield after, Upgrade("gpu", values, price=card_price(card), warnings=card_warnings(card, after))


def _one_more(machine: Machine) -> Iterator[tuple[Machine, Upgrade]]:
    """A second card of the kind that is there."""
    cards = [g for g in machine.gpus if g.usable and g.kind == "discrete" and g.vram_bytes and g.name]
    if len({g.name for g in cards}) != 1:
        return
    name = cards[0].name or ""
    if any(part in name for part in upgrade_rules().soldered):
        return
    after = _assembled(machine, name, None, None, len(cards) + 1)
    if after is not None:
        card = next((c for c in upgrade_rules().cards if c.gpu == find_gpu(name).name), None)
        values = {"gpu": name, "count": len(cards) + 1, "vram_bytes": sum(g.vram_bytes or 0 for g in after.gpus)}
        known = card or Card(name, None, None, None, 0.0, 0.0, ())
        power = (Reason("slot_free", {}), *_power(after))
        yield after, Upgrade("one_more_gpu", values, price=card_price(known), warnings=power)


def _computers(machine: Machine) -> Iterator[tuple[Machine, Upgrade]]:
    have = max(machine.memory.total_bytes or 0, sum(g.vram_bytes or 0 for g in machine.gpus if g.usable))
    for other in upgrade_rules().computers:
        after = _assembled(None, other.gpu, other.cpu, other.ram_gib)
        if after is not None and max(after.memory.total_bytes or 0, _vram(after)) > _LARGER * have:
            yield after, _other(other, after)


def _other(other: Computer, after: Machine) -> Upgrade:
    values = {"gpu": other.gpu, "vram_bytes": _vram(after), "ram_bytes": after.memory.total_bytes}
    if other.name is None:
        return Upgrade("other_computer", values)
    return Upgrade("named_computer", {**values, "name": other.name}, price=other.price)


def _assembled(
    base: Machine | None, gpu: str, cpu: str | None, ram_gib: float | None, count: int = 1
) -> Machine | None:
    try:
        return assemble(base, gpu=gpu, gpu_count=count, cpu=cpu, ram_gib=ram_gib)
    except UserError:  # not in this catalogue
        return None


def _vram(machine: Machine | None) -> int:
    return max((g.vram_bytes or 0 for g in machine.gpus), default=0) if machine is not None else 0


def card_price(card: Card) -> Price | None:
    """The stated price, else the catalogue's launch price with its year."""
    if card.price is not None:
        return card.price
    spec = find_gpu(card.gpu)
    if spec.launch_price_usd is None or spec.year is None:
        return None
    usd = spec.launch_price_usd
    return Price(usd, usd, str(spec.year), "launch", spec.launch_price_source or spec.source)


def card_warnings(card: Card, after: Machine) -> tuple[Reason, ...]:
    """What to look at before buying a card, for the machine as it would be."""
    found: list[Reason] = []
    if find_gpu(card.gpu).vendor == "AMD":
        found.append(Reason("not_cuda", {}))
    if card.psu_w is not None:
        watts = find_gpu(card.gpu).board_power_w
        found.append(Reason("power_supply", {"power_w": watts, "psu_w": card.psu_w}))
    else:
        found += _power(after)
    if card.slots is not None:
        found.append(Reason("slots", {"slots": card.slots}))
    return tuple(found)


def _power(after: Machine) -> tuple[Reason, ...]:
    watts = [g.board_power_w for g in after.gpus if g.kind == "discrete"]
    known = [w for w in watts if w is not None]
    return (Reason("power", {"power_w": sum(known)}),) if known and len(known) == len(watts) else ()


def limits(machine: Machine, cards: bool) -> Iterator[Upgrade]:
    """What cannot be done here, and what takes its place; `cards` says that some are offered."""
    if any(gpu.kind == "unified" for gpu in machine.gpus):
        yield Upgrade("unified", {})
    elif is_portable(machine):
        old = machine.memory.kind in upgrade_rules().no_external or is_too_old(machine)
        code = "external" if not old else "external_seldom" if machine.memory.kind else "too_old"
        yield Upgrade(code, {"kind": machine.memory.kind or ""})
    elif is_too_old(machine):
        yield Upgrade("too_old", {})
    elif machine.chassis == "board":
        yield Upgrade("board", {})
    elif not takes_cards(machine):
        yield Upgrade("closed", {})
    elif machine.chassis is None and cards:
        yield Upgrade("form_unknown", {})
    if machine.chassis == "laptop":
        yield Upgrade("cooling", {})


def _storage(found: Survey, reference: Estimate | None) -> Iterator[Upgrade]:
    """A solid-state disk where models would lie on a hard disk: what loading one takes before and after."""
    kinds = {disk.kind for disk in found.machine.disks}
    if "hdd" not in kinds or kinds & {"ssd", "nvme"} or reference is None or reference.memory is None:
        return
    size = next(c.bytes for c in reference.memory.components if c.name == "weights")
    values = {
        "model": reference.model.name, "size_bytes": size,
        "before_s": size / _DISK_READ["hdd"], "after_s": size / _DISK_READ["ssd"],
    }  # fmt: skip
    yield Upgrade("ssd", values)


def _gained(found: Survey, reference: Estimate | None, machine: Machine, bare: Upgrade) -> Upgrade:
    """`bare` with what becomes possible on `machine`; only what is not possible yet is estimated again."""
    run, train = _new(found, machine, "run"), _new(found, machine, "qlora")
    factor = _factor(found, reference, machine) if reference is not None else None
    best = max((a for a in found.estimates["run"] if comfortable(a)), key=lambda a: a.parameters, default=None)
    kept = [] if best is None else [estimate(machine, best.model, best.workload, found.budget)]
    weights = upgrade_rules().gain
    cuda = any("cuda" in (g.engines or ()) for g in machine.gpus)
    gain = weights.run * len(run) + (weights.train if cuda else weights.train_without_cuda) * len(train)
    gain += weights.speed_doubling * log2(factor) if factor else 0.0
    return bare._replace(
        new_run=len(run), new_train=len(train), decode=factor,
        reference=reference.model.name if factor is not None and reference is not None else None,
        largest=max((*run, *(a for a in kept if comfortable(a))), key=lambda a: a.parameters, default=None),
        gain=gain, value=None if bare.price is None else gain / bare.price.mid,
    )  # fmt: skip


def _new(found: Survey, machine: Machine, method: Method) -> list[Estimate]:
    """The models that become comfortable to run, or realistic to train."""
    wanted = comfortable if method == "run" else realistic
    workload = for_method(found.workload, method)
    # Where nothing is told of the memory, what is no card's work is unknown: the cards alone are compared.
    untold = found.machine.memory.total_bytes is None and any(gpu.usable for gpu in found.machine.gpus)
    left = [a.model for a in found.estimates[method] if not wanted(a) and (_known(a) or (untold and not works(a)))]
    return [a for model in left if wanted(a := estimate(machine, model, workload, found.budget))]


def _known(old: Estimate) -> bool:
    """Whether it is known that the model is not wanted yet: a verdict, and where it works, a speed or a time."""
    if old.verdict == "unknown":
        return False
    figure = hours(old) if old.workload.training else decode(old)
    return figure is not None or not works(old)


def _factor(found: Survey, reference: Estimate, machine: Machine) -> float | None:
    old, new = decode(reference), decode(estimate(machine, reference.model, reference.workload, found.budget))
    return new / old if old and new else None
