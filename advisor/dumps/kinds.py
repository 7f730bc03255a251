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
        fastfetch,
        free,
        inxi,
        lsblk,
        lscpu,
        lshw,
        lspci,
        msinfo32,
        nvidia_settings,
        nvidia_smi_log,
        nvidia_smi_query,
        nvidia_smi_table,
        os_release,
        pciconf,
        powercfg,
        proc,
        registry_export,
        rocm_smi,
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
        nvidia_smi_query.KIND,
        *nvidia_smi_log.KINDS,
        *nvidia_smi_table.KINDS,
        nvidia_settings.KIND,
        *rocm_smi.KINDS,
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
        lspci.KIND,
        pciconf.KIND,
        fastfetch.KIND,
        inxi.KIND,
        *lshw.KINDS,
        lsblk.KIND,
        free.KIND,
        os_release.UNAME_KIND,
        powercfg.KIND,
        registry_export.KIND,
    )
