"""All kinds of dumps, most trusted first: where two tell the same fact, the earlier one's answer stands."""

from collections.abc import Sequence
from functools import cache

from advisor.dumps.kind import Kind


@cache
def kinds() -> Sequence[Kind]:
    """Every kind that can be read."""
    # Imported here: nobody needs the readers before a dump is opened.
    from advisor.dumps import dmidecode, free, lsblk, lscpu, os_release, proc

    return (
        proc.CPUINFO_KIND,
        proc.MEMINFO_KIND,
        lscpu.KIND,
        dmidecode.KIND,
        os_release.KIND,
        lsblk.KIND,
        free.KIND,
        os_release.UNAME_KIND,
    )
