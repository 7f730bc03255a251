"""The shape of inxi's output: sections, numbered items and "key: value" pairs, wrapped at any width and in any version.

inxi 2 writes "CPU:       Quad core ...", inxi 3 since 3.3 a line "CPU:" and indented lines below it; the first word of
a wrapped line continues the line above. Colours of IRC clients may be left in a paste.
"""

import re
from collections.abc import Mapping

NAME = "inxi"
_SECTIONS = (
    "System|Machine|Battery|CPU|Graphics|Audio|Network|Bluetooth|Logical|RAID|Drives|Optical|Partition|Swap|Unmounted|"
    "USB|Sensors|Repos|Info|Memory|PCI Slots|Processes|Weather|Optical|Floppy"
)
_HEAD = re.compile(rf"^([ \t>]*)({_SECTIONS}|Battery(?=\s+BAT))(?::(?=\s|$)|(?=\s+BAT))(.*)$")
# In colours for IRC a key has no colon: "^C12arch^C x86_64".
_IRC_KEY = re.compile(r"\x03\d{1,2}([^\x03\n:]{1,40}):?\x03(?=[\s:\x03]|$):?", re.MULTILINE)
_IRC = re.compile(r"\x03\d{0,2}(?:,\d{1,2})?|[\x02\x0f\x16\x1d\x1f]")
# Keys of two words; every other key is one word before a colon and a blank.
_TWO_WORDS = "bus|chip|class|part|direct|L1|L2|L3|HDD Total|System|Core|Display|OpenGL|GLX|Local|RAM"
_NEXT = rf"(?=\s+(?:(?:{_TWO_WORDS})\s)?[\w./()-]+(?: \(MHz\))?:(?:\s|$)|$)"


def sections(text: str) -> Mapping[str, str]:
    """Each section's text on one line, the first of its name. {} for what is not inxi's."""
    lines = _IRC.sub("", _IRC_KEY.sub(r"\1:", text)).splitlines()
    heads = [(at, found) for at, line in enumerate(lines) if (found := _HEAD.match(line))]
    margins = [len(found.group(1)) for _, found in heads if found.group(2) in ("System", "Machine", "CPU", "Graphics")]
    if not margins:
        return {}
    # "Memory:" deeper than the margin is a line of the section "Info".
    tops = [(at, found) for at, found in heads if len(found.group(1)) == min(margins)]
    result: dict[str, str] = {}
    for (at, found), after in zip(tops, [*(at for at, _ in tops[1:]), len(lines)], strict=False):
        body = [found.group(3)]
        for line in lines[at + 1 : after]:
            if not line.strip() or not line.strip(" >\t") or not line[min(margins) :][:1].isspace():
                break  # a blank line, or one that is not indented: the section is over
            body.append(line.lstrip(" >\t").rstrip())
        result.setdefault(found.group(2), " ".join(" ".join(body).split()))
    return result


def value(text: str, *keys: str) -> str | None:
    """The value of the first of `keys` that `text` has, up to the next key; None for "N/A" and for what needs root."""
    for key in keys:
        found = re.search(rf"(?:^|\s){re.escape(key)}:\s+(\S.*?){_NEXT}", text)
        if found and not re.match(r"^(?:N/A|<.*>|note|none|undetermined|Unknown)\b|^<", found.group(1)):
            return found.group(1)
    return None


def items(text: str, *names: str) -> list[str]:
    """The parts of a section that begin with "Device-1:", "Card:" or the like: without their heading."""
    heads = list(re.finditer(rf"(?:^|\s)(?:{'|'.join(names)})(?:-\d+)?:\s", text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [text[head.end() : end].strip() for head, end in zip(heads, ends, strict=False)]


def before_key(text: str) -> str:
    """What stands before the first "key: value" of an item: the device's name."""
    found = re.match(rf"(.*?){_NEXT}", text)
    return found.group(1).strip() if found else text
