"""What measures is raised where the machine allows it, and nothing else with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from seatrial.priority import favour, real_time

POLICY = "import os; print(os.sched_getscheduler(0))"


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


def test_what_is_started_meanwhile_is_not_raised() -> None:
    """An experiment's imports are not to take the cores from the replicas that are measured."""
    with real_time():
        child = subprocess.run([sys.executable, "-c", POLICY], check=True, capture_output=True)
    assert int(child.stdout) == os.SCHED_OTHER
