"""Raises what measures over whatever competes for its cores, where the machine allows it.

Measured on two cores with a load average of 28 (four busy loops among them), 120 requests/s,
send lag at P99: niceness alone 940 ms, with the autogroup's too 18 ms, SCHED_RR 0.1 ms.

A trial's own threads need a hundredth of a core, and got none of it for seconds while replicas of
the embedded cluster started beside them: the lease was lost, and instruments were silent. Seen in
the scheduler's own dump (Linux 6.18): the pods' group ran for 2.5 s while its virtual time stood
still, so that what waits with a later one waits on. A real-time policy is not subject to that.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NICENESS = -10
#: The lowest real-time priority: above every ordinary process, below every other real-time one.
REAL_TIME = 1


def favour(pid: int) -> bool:
    """Raise a process that leads a session of its own, start-up included; False if not allowed.

    Linux weighs sessions against each other before it looks at their processes' niceness
    (sched(7), autogroup), so that a session leader needs both.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS), encoding="ascii")
    except FileNotFoundError:  # a kernel without autogroups: niceness is enough
        return True
    except (PermissionError, ProcessLookupError):
        return False
    return True


@contextmanager
def real_time() -> Iterator[str]:
    """Run the calling thread under SCHED_RR for a with-block; give what was reached, in words.

    Neither a thread nor a process that it starts inherits that. The kernel keeps real-time threads
    to 95 % of a core (sched_rt_runtime_us), so that even a generator out of bounds leaves the
    machine usable.
    """
    was, param = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(REAL_TIME))
    except PermissionError:
        yield f"niceness {os.getpriority(os.PRIO_PROCESS, 0)}, real time is not allowed"
        return
    try:
        yield f"SCHED_RR {REAL_TIME}"
    finally:
        _give_back(was, param)


def _give_back(policy: int, param: os.sched_param) -> None:
    try:
        os.sched_setscheduler(0, policy, param)
    except PermissionError:
        # Who may raise itself by a limit (RLIMIT_RTPRIO) may not clear that flag (sched(7)).
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, param)
