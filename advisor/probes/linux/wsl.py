"""WSL: the graphics processors of the Windows around this Linux, by the graphics kernel's calls in libdxcore.so."""

from pathlib import Path

from advisor.machine import Machine

SOURCE = "D3DKMT"
_DEVICE = "dev/dxg"
# Windows mounts its own part of the drivers here; the file is not on every distribution's library path.
_LIBRARY = "/usr/lib/wsl/lib/libdxcore.so"


def reaches_out(root: Path) -> bool:
    """Whether this Linux has Windows' graphics device."""
    return (root / _DEVICE).exists()


def read() -> Machine:
    """Windows' GPUs with their memory; OSError where Windows put no such library into this Linux."""
    import ctypes

    # Of no use on any other Linux, and milliseconds of every start.
    from advisor.probes import d3dkmt
    from advisor.sources import windows_display as display

    return display.machine(d3dkmt.adapters(ctypes.CDLL(_LIBRARY)), (), None, inside=True)
