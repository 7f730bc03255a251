"""Single parts that somebody wishes for: what they cost, and what about this machine speaks against them."""

from collections.abc import Sequence

from advisor.advice import words, words_upgrades
from advisor.advice.upgrade_form import is_portable, takes_cards
from advisor.advice.upgrade_memory import memory_price, most_gib
from advisor.advice.upgrade_rules import Card, Price, upgrade_rules
from advisor.advice.upgrades import card_price, card_warnings, limits
from advisor.catalog.gpus import find_gpu
from advisor.catalog.whatif import BUILT_IN
from advisor.errors import UserError
from advisor.estimator.result import Reason
from advisor.i18n import N_, Translator
from advisor.machine import Machine

_GIB = 1 << 30
_SOLDERED = N_("memory of this kind ({kind}) is soldered: it can be neither extended nor replaced")
_SLOTS = N_("usual boards of this kind have {count} slots for memory, whether this one has more is not known")


def gpu_price(name: str) -> Price | None:
    """What a graphics card costs, a piece; None where that is not known, or it is none that is sold by itself."""
    try:
        spec = find_gpu(name)
    except UserError:
        return None
    return None if spec.kind in BUILT_IN or spec.mobile else card_price(_card(spec.name))


def ram_price(machine: Machine, gib: float) -> Price | None:
    """What so much memory of the machine's kind costs; None where its kind has no price."""
    return memory_price(machine.memory, gib, gib)


def card_remarks(_: Translator, base: Machine, after: Machine, name: str, beside: bool) -> list[str]:
    """What to know before putting a card into `base`; `after` is the machine with it. Raises UserError."""
    spec = find_gpu(name)
    if spec.kind in BUILT_IN or base.cpu.name is None:
        return []
    if not takes_cards(base):
        return [words_upgrades.change(_, one) for one in limits(base, cards=False) if one.code != "cooling"]
    found = list(card_warnings(_card(spec.name), after))
    if beside and sum(gpu.kind == "discrete" for gpu in after.gpus) > 1:
        found.insert(0, Reason("slot_free", {}))
    remarks = [words_upgrades.warning(_, reason) for reason in found]
    if base.chassis is None:
        unknown = words.UPGRADES["form_unknown"]
        remarks.append(_(unknown))
    return remarks


def memory_remarks(_: Translator, base: Machine, gib: float, modules: int) -> list[str]:
    """What to know before putting `gib` of memory, in so many modules (0: not told), into `base`."""
    if any(gpu.kind == "unified" for gpu in base.gpus):
        whole = words.UPGRADES["unified"]
        return [_(whole)]
    kind = base.memory.kind or ""
    if kind.startswith("LP"):
        return [_(_SOLDERED, kind=kind)]
    most = most_gib(base)
    remarks = []
    if most is not None and gib > most:
        remarks.append(words_upgrades.warning(_, Reason("memory_limit", {"to_bytes": most * _GIB})))
    slots = max(usual_slots(base), len([one for one in base.memory.modules if one.size_bytes]))
    if modules > slots and base.chassis != "server":
        remarks.append(_(_SLOTS, count=slots))
    return remarks


def usual_slots(machine: Machine) -> int:
    """How many slots for memory a usual board of the machine's form has."""
    return upgrade_rules().slots["laptop" if is_portable(machine) else "desktop"]


def module_sizes(machine: Machine) -> Sequence[int]:
    """The sizes in GiB of modules that are usual for the machine's kind of memory, () where that is not known."""
    kind = upgrade_rules().kinds.get(machine.memory.kind or "")
    return () if kind is None else [size for size in upgrade_rules().steps_gib if size <= kind.module_gib]


def _card(name: str) -> Card:
    known = next((card for card in upgrade_rules().cards if card.gpu == name), None)
    return known or Card(name, None, None, None, 0.0, 0.0, ())
