"""One recorded trial for all who ask for it in a run: other tests, other worker processes.

The first to ask records while it holds a file lock; the others wait and read what it left,
its failure included. Nothing is recorded twice, nothing is tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAILURE = "failure.txt"
DONE = "recorded"
#: A trial's own deadlines add up to less; a waiter that sees more waits for something dead.
WAIT_S = 1800.0


class TrialFailedError(SeatrialError):
    """The trial of this run could not be recorded; the first to ask saw why."""


def recorded_once(
    directory: Path, record: Callable[[Path], None], *, wait_s: float = WAIT_S
) -> Path:
    """Return ``directory`` with a recorded trial in it, recording it if nobody has yet.

    Raises what ``record`` raises, and TrialFailedError in everyone who asks after that;
    DeadlineError when whoever records has not finished within ``wait_s``.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory / ".lock", timeout=wait_s)
    try:
        with lock:
            _record_under_lock(directory, record)
    except Timeout as cause:
        raise DeadlineError(
            f"wait for the trial in {directory}",
            got=f"still being recorded after {wait_s:.0f} s",
            mend="look at load.log and fault.log in that directory",
        ) from cause
    return directory


def _record_under_lock(directory: Path, record: Callable[[Path], None]) -> None:
    if (directory / DONE).exists():
        return
    failure = directory / FAILURE
    if failure.exists():
        raise TrialFailedError("use this run's trial", got=failure.read_text(encoding="utf-8"))
    # Written first: if this process dies while recording, the next one must not start over.
    failure.write_text("the process that recorded it was killed", encoding="utf-8")
    try:
        record(directory)
    except BaseException as error:
        failure.write_text(str(error) or type(error).__name__, encoding="utf-8")
        raise
    (directory / DONE).touch()
    failure.unlink()
