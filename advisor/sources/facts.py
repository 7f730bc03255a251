"""Collecting what one source says about one part: values with their origins, the first answer winning."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from advisor.machine import Origin, OriginKind, Part

P = TypeVar("P", bound=Part)


@dataclass(slots=True)
class Facts:
    """Fields of one part as they come in. Add the best source first: later answers fill only what is still open."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def add(self, name: str, value: object, detail: str, kind: OriginKind = "reported", /, **texts: str) -> None:
        """Record `value` for field `name` with its origin; None is no answer and changes nothing."""
        if value is None or name in self.values:
            return
        self.values[name] = value
        self.origins[name] = Origin(kind, detail, texts)

    def unknown(self, name: str, reason: str, /, **texts: str) -> None:
        """Record why field `name` has no value, unless it has one."""
        if name not in self.values:
            self.origins.setdefault(name, Origin("unknown", reason, texts))

    def absent(self, name: str, detail: str, /, **texts: str) -> None:
        """Record that the source says there is no such thing (no limit, no second kind of core): None, and known."""
        if name not in self.values:
            self.origins[name] = Origin("reported", detail, texts)

    def part(self, make: type[P], **more: Any) -> P:
        """The part made of everything recorded; `more` are its nested parts."""
        return make(**self.values, **more, origins=self.origins)
