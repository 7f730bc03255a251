"""Hardware Advisor: what AI models a computer can run, fine-tune or train. Owns name, version and resources."""

from pathlib import Path

NAME = "Hardware Advisor"
__version__ = "0.1.0"

_HERE = Path(__file__).resolve().parent
# Installed and frozen, the resources lie inside the package; in a checkout beside it.
RESOURCES = next(p for p in (_HERE / "resources", _HERE.parent / "resources") if p.is_dir())
