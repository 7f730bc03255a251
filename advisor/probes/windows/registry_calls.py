"""Windows: reading registry keys of the machine into dictionaries."""

from collections.abc import Mapping

from advisor.probes.windows.libraries import registry

Values = Mapping[str, object]  # str, int or bytes by value name


def values(path: str) -> dict[str, object]:
    """All values of a key below HKEY_LOCAL_MACHINE; OSError when there is no such key."""
    winreg = registry()
    # The 64-bit view: a 32-bit Python would be shown another branch.
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
        count = winreg.QueryInfoKey(key)[1]
        return {name: value for name, value, _ in (winreg.EnumValue(key, i) for i in range(count))}


def subkeys(path: str) -> dict[str, dict[str, object]]:
    """The values of every subkey that may be read; {} when there is no such key."""
    winreg = registry()
    found: dict[str, dict[str, object]] = {}
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
            names = [winreg.EnumKey(key, i) for i in range(winreg.QueryInfoKey(key)[0])]
    except OSError:
        return found
    for name in names:
        try:
            found[name] = values(f"{path}\\{name}")
        except OSError:
            continue  # "Properties" is for the system alone
    return found
