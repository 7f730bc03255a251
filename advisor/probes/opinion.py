"""A second opinion on the processor by py-cpuinfo: slow, on request only, never on the way to the first window."""

import sys

from advisor.i18n import N_
from advisor.machine import CPU_FEATURES, Cpu, Origin
from advisor.probes.runner import limited, reason_of
from advisor.sources.facts import Facts

SOURCE = "py-cpuinfo"


def second_opinion(timeout_s: float = 8.0) -> Cpu:
    """Name, architecture and features as py-cpuinfo sees them, or a Cpu of reasons. Takes 1-2 s; never raises.

    It starts further processes by multiprocessing; in a packaged program those would be copies of the program
    itself, so there it is not asked at all.
    """
    if getattr(sys, "frozen", False):
        return _nothing(Origin("unknown", N_("not asked: it would start copies of this program")))
    try:
        answer = limited(_ask, timeout_s)
    except Exception as error:
        values = {"source": SOURCE, "reason": reason_of(error)}
        return _nothing(Origin("unknown", N_("{source}: could not be read ({reason})"), values))
    return _read(answer)


def _ask() -> dict[str, object]:
    import cpuinfo

    answer = cpuinfo.get_cpu_info()
    return answer if isinstance(answer, dict) else {}


def _read(answer: dict[str, object]) -> Cpu:
    facts = Facts()
    name, flags = answer.get("brand_raw"), answer.get("flags")
    facts.add("name", name if isinstance(name, str) and name else None, SOURCE)
    if isinstance(flags, list) and flags:
        facts.add("features", frozenset(CPU_FEATURES) & {str(flag) for flag in flags}, SOURCE)
    for field in ("name", "features"):
        facts.unknown(field, N_("{source} does not say"), source=SOURCE)
    return facts.part(Cpu)


def _nothing(reason: Origin) -> Cpu:
    return Cpu(origins={"name": reason, "features": reason})
