"""Becomes another program that gets SIGUSR1 when the process that started it dies.

Run as ``python -m seatrial.fault.tied PARENT PROGRAM ARGUMENT…``. Chaos Toolkit takes SIGUSR1 as
"stop now, and roll back". The kernel ties a process to the *thread* that started it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

#: prctl(2): the signal that this process gets at its parent's death; it outlives execve.
_PR_SET_PDEATHSIG = 1
_EXIT_ORPHAN = 3


def main(arguments: list[str]) -> None:
    """Tie this process to ``arguments[0]``, its parent's pid, and become the rest of them."""
    parent, program = int(arguments[0]), arguments[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        # It died before the tie was made: nothing would ever stop the program.
        sys.exit(_EXIT_ORPHAN)
    os.execv(program[0], program)  # noqa: S606 -- becoming the program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
