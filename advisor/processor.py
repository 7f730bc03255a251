"""Whether this processor can run the program at all: asked before Qt or numpy are imported, which would crash without a
word where it cannot.

Their builds need x86-64-v2, of which SSE4.2 and POPCNT came last (Nehalem, 2008; Bulldozer, 2011):
https://doc.qt.io/qt-6.9/supported-platforms.html, https://numpy.org/doc/stable/reference/simd/build-options.html
"""

import ctypes
import platform
import sys

from advisor.i18n import N_

TOO_OLD = N_(
    "This computer's processor is too old for {name}: it lacks SSE4.2 or POPCNT, which every x86 processor has "
    "had since about 2011."
)
# CPUID leaf 1, register ECX: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID.
SSE4_2, POPCNT = 1 << 20, 1 << 23
# winnt.h: PF_SSE4_2_INSTRUCTIONS_AVAILABLE; Windows before version 2004 answers no for what it has not heard of.
_PF_SSE4_2 = 38
_ASKED_SINCE = 19041


class _Leaf(ctypes.Structure):
    """struct cpuid_feature of glibc's <sys/platform/x86.h>: EAX, EBX, ECX, EDX as processor and system say."""

    _fields_ = (("cpuid", ctypes.c_uint32 * 4), ("active", ctypes.c_uint32 * 4))


def too_old() -> bool:
    """True only when the processor is known to lack what is needed; what cannot be asked is taken for enough."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    system = str(sys.platform)  # a type checker that knows its own platform would take the rest for dead
    if system == "win32":
        return _windows_lacks()
    if system == "linux":
        features = _glibc_features()
        return features is not None and features & (SSE4_2 | POPCNT) != SSE4_2 | POPCNT
    return False  # every Mac that runs a supported macOS has them


def _glibc_features() -> int | None:
    """ECX of CPUID leaf 1 as glibc read it; None before glibc 2.33 and with another C library."""
    try:
        ask = ctypes.CDLL(None).__x86_get_cpuid_feature_leaf
    except (OSError, AttributeError):
        return None
    ask.restype, ask.argtypes = ctypes.POINTER(_Leaf), [ctypes.c_uint]
    found = ask(0)  # CPUID_INDEX_1
    return int(found.contents.cpuid[2]) if found else None


def _windows_lacks() -> bool:
    build = int(platform.version().rsplit(".", 1)[-1])
    return build >= _ASKED_SINCE and not vars(ctypes)["windll"].kernel32.IsProcessorFeaturePresent(_PF_SSE4_2)
