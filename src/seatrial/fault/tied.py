"""Runs a program for as long as the process that started it lives, and ends it in order after.

Run as ``python -m seatrial.fault.tied PARENT PROGRAM ARGUMENT…``. Chaos Toolkit takes SIGUSR1 as
"stop now, and roll back", but a second one cuts the rollbacks short, and the kernel's own tie
(PR_SET_PDEATHSIG) sends one for each thread of a dying parent. So this process stands between:
it has one thread, watches the parent, and passes SIGUSR1 on once.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass

#: prctl(2): the signal that a process gets at its parent's death; it outlives execve.
_PR_SET_PDEATHSIG = 1
#: From the parent's death to the program's: the rollbacks' own deadlines are shorter.
ORPHAN_GRACE_S = 60.0
EXIT_ORPHAN = 3
_MS_PER_S = 1000


@dataclass(slots=True)
class Tie:
    """A running program and whether it was asked to end."""

    program: subprocess.Popen[bytes]
    asked: bool = False

    def ask(self, *_signal: object) -> None:
        """Ask the program to end in order, once."""
        if not self.asked:
            self.asked = True
            self.program.send_signal(signal.SIGUSR1)

    def await_either(self, parent: int) -> int:
        """Return the program's exit code; when the parent (a pidfd) dies first, end it before."""
        own = os.pidfd_open(self.program.pid)
        both = select.poll()
        both.register(parent, select.POLLIN)
        both.register(own, select.POLLIN)
        if own not in {ready for ready, _ in both.poll()}:
            self.ask()
            both.unregister(parent)
            if not both.poll(ORPHAN_GRACE_S * _MS_PER_S):
                self.program.kill()
        return self.program.wait()


def main(arguments: list[str]) -> int:
    """Run ``arguments[1:]`` tied to ``arguments[0]``, the pid of this process's parent."""
    parent = os.pidfd_open(int(arguments[0]))
    if os.getppid() != int(arguments[0]):
        # It died before the tie was made, and its pid may be another's by now.
        return EXIT_ORPHAN
    # Held back until there is a program to pass it on to.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    # This process has one thread, so that running Python between fork and exec is safe.
    program = subprocess.Popen(arguments[1:], preexec_fn=_die_in_order)  # noqa: PLW1509
    tie = Tie(program)
    signal.signal(signal.SIGUSR1, tie.ask)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
    code = tie.await_either(parent)
    return code if code >= 0 else 128 - code


def _die_in_order() -> None:
    """Have SIGUSR1 sent to the program should this process be killed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
