"""Every figure against its measurements: memory of inference, memory and time of training, speed. Exits 1 on a miss.

`python3 -m benchmarks.accuracy`, with the measured rows in a `shared` folder beside the checkout; what needs rows that
are not there is skipped and said so.
"""

import sys

from benchmarks import accuracy_inference, accuracy_speed, accuracy_training


def main() -> int:
    """Print the three tables, one after the other."""
    missed = 0
    for part in (accuracy_inference, accuracy_training, accuracy_speed):
        print(f"\n{part.__doc__}\n" if part.__doc__ else "")
        missed = max(missed, part.main())
    return missed


if __name__ == "__main__":
    sys.exit(main())
