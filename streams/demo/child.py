"""The worker's process: `personawatch worker`, which ends with the demo that started it, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def follow_parent(parent: int) -> None:
    """Ask the kernel to kill us when the parent is gone: the broker went with it, so there is nobody to take leave of.

    Linux only; elsewhere the demo's own clean-up has to do.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(0)


if __name__ == "__main__":
    from streams.cli.main import main

    follow_parent(int(sys.argv[1]))
    sys.exit(main(["worker"]))
