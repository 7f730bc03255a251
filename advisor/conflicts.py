"""Which settings exclude each other, which mean nothing beside others, and why: each rule once, with its words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from advisor.i18n import N_
from advisor.workload import Workload, for_method


class Because(NamedTuple):
    """A reason: a template marked for translation, and its values."""

    text: str
    values: Mapping[str, object] = {}


class Clash(NamedTuple):
    """A setting whose wish cannot be: `asked` is kept as the wish, `used` is what counts instead, and why."""

    key: str
    asked: object
    used: object
    because: Because


def settle(asked: Workload) -> tuple[Workload, tuple[Clash, ...]]:
    """The nearest workload without contradictions, and what differs in it from the one that was asked for."""
    clashes: list[Clash] = []
    run = for_method(replace(asked, task="inference"), "run")
    if run.quant != asked.quant:
        because = Because(
            N_("{stack} does not load {asked}: {used} is used instead"),
            {"stack": run.resolved_stack, "asked": asked.quant, "used": run.quant},
        )
        clashes.append(Clash("quant", asked.quant, run.quant, because))
    if run.resolved_stack == "llama.cpp" and asked.kv_type != "f16" and not asked.flash_attention:
        because = Because(
            N_("A {asked} KV cache needs flash attention, which is off: {used} is used instead"),
            {"asked": asked.kv_type, "used": "f16"},
        )
        clashes.append(Clash("kv_type", asked.kv_type, "f16", because))
    settled = replace(asked, **{clash.key: clash.used for clash in clashes})  # type: ignore[arg-type]
    return settled, tuple(clashes)


def barred(key: str, value: object, w: Workload) -> Because | None:
    """Why an option cannot be chosen beside the other settings of `w`; None when it can."""
    if w.training or w.resolved_stack != "llama.cpp":
        return None
    if key == "kv_type" and value != "f16" and not w.flash_attention:
        return Because(N_("needs flash attention"))
    return None


def idle(key: str, w: Workload) -> Because | None:
    """Why a setting cannot be turned beside the other settings of `w`; None when it can."""
    rule = _IDLE.get(key)
    return None if w.training or rule is None else rule(w)


def brought(key: str, value: object, asked: Workload) -> tuple[Clash, ...]:
    """What choosing an option would make of other settings, beyond what is so already."""
    before = {(clash.key, clash.used) for clash in settle(asked)[1]}
    after = settle(replace(asked, **{key: value}))[1]  # type: ignore[arg-type]
    return tuple(clash for clash in after if clash.key != key and (clash.key, clash.used) not in before)


def _llama_cpp_only(w: Workload) -> Because | None:
    if w.resolved_stack == "llama.cpp":
        return None
    return Because(N_("Not a setting of {stack}"), {"stack": w.resolved_stack})


def _flash_attention(w: Workload) -> Because | None:
    if w.resolved_stack == "llama.cpp" and w.flash_attention and w.kv_type != "f16":
        return Because(N_("A {kind} KV cache needs it; f16 does not"), {"kind": w.kv_type})
    return _llama_cpp_only(w)


def _unified(w: Workload) -> Because | None:
    if w.resolved_stack == "llama.cpp" and w.parallel == 1:
        return Because(N_("Matters once several are served at once"))
    return _llama_cpp_only(w)


_IDLE: Mapping[str, Callable[[Workload], Because | None]] = {
    "kv_type": _llama_cpp_only,
    "flash_attention": _flash_attention,
    "ubatch": _llama_cpp_only,
    "output_rows": _llama_cpp_only,
    "kv_unified": _unified,
    "swa_full": _llama_cpp_only,
}
