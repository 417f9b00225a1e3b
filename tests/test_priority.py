"""What measures is raised where the machine allows it, and nothing else with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from seatrial.priority import favour, real_time

POLICY = "import os; print(os.sched_getscheduler(0))"
#: Raised as root, and then no more root: as for whom a limit allows to raise itself.
NO_MORE_ROOT = """
import os
from seatrial.priority import real_time
with real_time() as said:
    if os.geteuid() == 0:
        os.setuid(65534)
print(said.split()[0], os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK)
"""


def test_a_load_is_favoured_where_that_is_allowed_and_only_there() -> None:
    """A favoured session leader has its niceness raised and its session's; a dead one is told."""
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as process:
        favoured = favour(process.pid)
        niceness = os.getpriority(os.PRIO_PROCESS, process.pid)
        session = Path(f"/proc/{process.pid}/autogroup")
        weight = session.read_text(encoding="ascii").split()[-1] if session.exists() else "-10"
        process.kill()
    assert favoured == (niceness == -10 and weight == "-10")
    assert not favour(process.pid)


def test_real_time_lasts_as_long_as_its_block() -> None:
    """What is said to have been reached is what the kernel says, and afterwards it is over."""
    with real_time() as said:
        policy = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
    assert said.startswith("SCHED_RR") == (policy == os.SCHED_RR)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_another_policy_is_given_back() -> None:
    """A user may have started pytest with one of their own."""
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        with real_time():
            pass
        assert os.sched_getscheduler(0) == os.SCHED_BATCH
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def test_who_may_not_clear_the_flag_comes_down_all_the_same() -> None:
    """An ordinary user with RLIMIT_RTPRIO may raise a thread, and not clear its flags."""
    command = [sys.executable, "-c", NO_MORE_ROOT]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    reached = "SCHED_RR" if os.geteuid() == 0 else "niceness"
    assert (done.stderr, done.stdout) == ("", f"{reached} {os.SCHED_OTHER}\n")


def test_what_is_started_meanwhile_is_not_raised() -> None:
    """An experiment's imports are not to take the cores from the replicas that are measured."""
    with real_time():
        child = subprocess.run([sys.executable, "-c", POLICY], check=True, capture_output=True)
    assert int(child.stdout) == os.SCHED_OTHER
