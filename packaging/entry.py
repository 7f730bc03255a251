"""Where the frozen program starts: child processes first, then the processor, then everything else."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from advisor.__main__ import main

    sys.exit(main())
