"""`sysctl -a` of a Mac, or the part of it that tells of the processor."""

import re
from dataclasses import replace

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Machine
from advisor.sources import sysctl
from advisor.sources.facts import Facts

NAME = sysctl.SOURCE
# FreeBSD has hw.model and hw.ncpu, too; these names only macOS has.
_OWN = re.compile(
    r"^(?:machdep\.cpu\.brand_string|hw\.memsize|hw\.optional\.arm64|hw\.perflevel0\.\w+): ", re.MULTILINE
)


def recognise(document: Document) -> bool:
    """Whether it has values that only a Mac's kernel has."""
    return document.data is None and bool(_OWN.search(document.text))


def read(document: Document) -> Machine:
    """Processor, memory and the Mac's own GPU."""
    values = sysctl.parse(document.text)
    machine = sysctl.machine(values)
    facts = Facts()
    facts.add("os_family", "macos", NAME)
    version = values.get("kern.osproductversion")
    if isinstance(version, str) and re.fullmatch(r"\d+(\.\d+)+", version):
        facts.add("os_name", f"macOS {version}", NAME)
        facts.add("os_version", version, NAME)
    return replace(machine, **facts.values, origins={**machine.origins, **facts.origins})


KIND = Kind(NAME, recognise, read)
