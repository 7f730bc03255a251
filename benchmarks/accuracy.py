"""Every figure against its measurements in one table: memory of inference, memory and time of training, speed.

`python3 -m benchmarks.accuracy` prints it and exits 1 when a goal is missed. The measured rows lie in a `shared` folder
beside the checkout; what needs rows that are not there is skipped and said so. `--json` prints the same as JSON,
`--markdown` writes it into docs/accuracy.md.
"""

import argparse
import sys
from pathlib import Path

from benchmarks import accuracy_inference, accuracy_speed, accuracy_training
from benchmarks.table import Group, Skipped, as_json, markdown, text, write_between

PARTS = (
    ("Inference: memory", accuracy_inference.lines),
    ("Training: memory and time", accuracy_training.lines),
    ("Speed of inference", accuracy_speed.lines),
)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
MARK = "python3 -m benchmarks.accuracy --markdown"


def groups() -> list[Group]:
    """All lines that can be measured here, with what is in none of them."""
    found = []
    for name, lines in PARTS:
        skipped: Skipped = {}
        found.append(Group(name, lines(skipped), skipped))
    return found


def main() -> int:
    """Print or write the table; 1 when a goal is missed, 2 when the page cannot be written."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--markdown", action="store_true", help=f"write the table into {PAGE.name}")
    options = parser.parse_args()
    found = groups()
    if options.markdown:
        if not accuracy_inference.TRUTH.is_dir():
            print("no `shared` folder beside the checkout: the page keeps its table of all rows", file=sys.stderr)
            return 2
        write_between(PAGE, MARK, markdown(found))
    else:
        print(as_json(found) if options.json else text(found))
    missed = [line.figure.strip() for group in found for line in group.lines if not line.met]
    if missed:
        print(f"\nmissed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
