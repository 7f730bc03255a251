"""What PowerShell prints of WMI objects: ConvertTo-Json (one object, a list, several lists), Format-List, Format-Table.

Get-CimInstance, Get-WmiObject, Get-PhysicalDisk and Get-ComputerInfo all print so.
"""

import re

from advisor.dumps import format_table, wmi_machine, wmi_objects
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Machine

NAME = "Get-CimInstance"
# "AdapterRAM           : 1073741824"; dmidecode and lshw have no blank before the colon, /proc/cpuinfo a tab.
_PAIR = re.compile(r"^([A-Za-z_]\w*) +: ?(.*)$")
_MOST = 10_000  # objects that are looked at; a computer has some hundred
_LONGEST = 4000  # characters of a value that go on in the next line
_MOST_BLANKS = 8  # a continuation is indented to the values' column


def recognise(document: Document) -> bool:
    """Whether one of WMI's classes is in the JSON or in the listing."""
    return bool(_entries(document))


def read(document: Document) -> Machine:
    """Everything that the objects tell."""
    return wmi_machine.machine(_entries(document), NAME)


def _entries(document: Document) -> list[wmi_objects.Entry]:
    found = [entry for value in document.values for entry in wmi_objects.collect(value) if _is_known(entry)]
    if document.data is not None:
        return found
    for values in format_table.rows(document.text):
        found += (entry for entry in wmi_objects.collect(values) if _is_known(entry))
    if " : " not in document.text and " :\n" not in document.text:
        return found
    for values in listed(document.text)[:_MOST]:
        found += (entry for entry in wmi_objects.collect(values) if _is_known(entry))
    return found


def _is_known(entry: wmi_objects.Entry) -> bool:
    return entry.kind.startswith(("Win32_", "MSFT_", "CIM_"))


def listed(text: str) -> list[dict[str, str]]:
    """The objects of a Format-List: pairs, wrapped values joined; an empty line or a repeated name ends an object."""
    objects: list[dict[str, str]] = [{}]
    last = None
    for line in text.split("\n"):
        pair = _PAIR.match(line)
        if pair:
            name, value = pair.group(1), pair.group(2).strip()
            if name in objects[-1]:
                objects.append({})
            objects[-1][name] = value
            last = name
        elif last and len(line) - len(line.lstrip(" ")) >= _MOST_BLANKS and line.strip():
            if len(objects[-1][last]) < _LONGEST:
                objects[-1][last] += line.strip()
        else:
            last = None
            if not line.strip() and objects[-1]:
                objects.append({})
    return [values for values in objects if _speaks(values)]


def _speaks(values: dict[str, str]) -> bool:
    """Whether a listing is of WMI: an object of another program shares a name or two at most."""
    properties = wmi_objects.known_properties()
    return any(name in properties or name.startswith(("Cs", "Os")) for name in values)


KIND = Kind(NAME, recognise, read)
