"""Where the frozen program starts: the package's own entry point, which looks after child processes first."""

import sys

from advisor.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
