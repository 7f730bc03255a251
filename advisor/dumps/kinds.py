"""All kinds of dumps, most trusted first: where two tell the same fact, the earlier one's answer stands."""

from collections.abc import Sequence
from functools import cache

from advisor.dumps.kind import Kind


@cache
def kinds() -> Sequence[Kind]:
    """Every kind that can be read."""
    # Imported here: nobody needs the readers before a dump is opened.
    from advisor.dumps import (
        cim,
        dmidecode,
        dxdiag,
        free,
        lsblk,
        lscpu,
        msinfo32,
        os_release,
        powercfg,
        proc,
        registry_export,
        sysctl,
        system_profiler,
        systeminfo,
        udevadm,
        wmic,
    )

    return (
        proc.CPUINFO_KIND,
        proc.MEMINFO_KIND,
        lscpu.KIND,
        dmidecode.KIND,
        cim.KIND,
        wmic.KIND,
        msinfo32.KIND,
        dxdiag.KIND,
        systeminfo.KIND,
        system_profiler.KIND,
        sysctl.KIND,
        os_release.KIND,
        udevadm.KIND,
        lsblk.KIND,
        free.KIND,
        os_release.UNAME_KIND,
        powercfg.KIND,
        registry_export.KIND,
    )
