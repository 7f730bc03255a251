"""The words for upgrades: prices with their dates, gains, and what to look at before buying."""

from collections.abc import Mapping

from advisor import words as program_words
from advisor.advice import words
from advisor.advice.result import Upgrade
from advisor.advice.upgrade_rules import Price
from advisor.estimator.result import Reason
from advisor.i18n import N_, Translator

_PRICES: Mapping[str, str] = {
    "launch": N_("{usd} USD (launch price of {date})"),
    "list": N_("{usd} USD (list price of {date})"),
    "street": N_("{usd} USD (shops, {date})"),
    "used": N_("{usd} USD (used, {date})"),
}
_WARNINGS: Mapping[str, str] = {
    "power_supply": N_("draws up to {power_w} W, its maker asks for a power supply of {psu_w} W or more"),
    "power": N_("draws up to {power_w} W, which the power supply and its plugs must be able to deliver"),
    "slots": N_("a long card, {slots} slots wide: measure the case first"),
    "slot_free": N_("needs a free slot that feeds a second card"),
    "not_cuda": N_("computes with ROCm or Vulkan, not with CUDA, so not every training program runs on it"),
    "second_slot_unknown": N_("whether there is a second, free slot is not known: look before buying"),
    "slots_unknown": N_("how many slots are free is not known, look before buying"),
    "modules_replaced": N_("the {count} modules that are there may have to come out"),
    "memory_limit": N_("usual boards of this kind take at most {to_bytes}, this board's own limit is not read"),
    "memory_limit_unknown": N_("how much this board takes is not known"),
}
SAME_PACE = 0.05  # a speed that differs less is the same


def change(_: Translator, one: Upgrade) -> str:
    """The change itself."""
    return words.say(_, words.UPGRADES[one.code], one.values)


def price(_: Translator, found: Price | None) -> str:
    """ "349 USD (launch price of 2025)"; a range where the source has one; "price not known"."""
    if found is None:
        return _("price not known")
    low, high = (_.integer(round(usd)) for usd in (found.low, found.high))
    return _(_PRICES[found.kind], usd=low if low == high else f"{low} – {high}", date=found.date)


def gains(_: Translator, one: Upgrade) -> str:
    """What it brings, those figures that are more than nothing: "+51 models run, 2.0 times as fast"; "" for none."""
    parts = [
        _("+{count} models run", count=one.new_run) if one.new_run else "",
        _("+{count} can be fine-tuned", count=one.new_train) if one.new_train else "",
        pace(_, one.decode) if one.decode and one.decode > 1 else "",
    ]
    return program_words.names(_, [part for part in parts if part])


def pace(_: Translator, factor: float) -> str:
    """Another generation speed in words, "6.7 times as fast", "30 % slower"; "" where nobody would notice it."""
    if abs(factor - 1) <= SAME_PACE:
        return ""
    if factor < 1:
        return _("{percent} % slower", percent=_.number(100 * (1 - factor), 2))
    return _("{factor} times as fast", factor=_.number(factor, 2))


def warning(_: Translator, reason: Reason) -> str:
    """One thing to look at before buying."""
    values = {
        name: _.number(value) if name.endswith("_w") and isinstance(value, int | float) else value
        for name, value in reason.values.items()
    }
    return words.say(_, _WARNINGS[reason.code], values)


def warnings(_: Translator, one: Upgrade) -> str:
    """All of them in one text; "" when there are none."""
    return program_words.sentences(_, [warning(_, reason) for reason in one.warnings])
