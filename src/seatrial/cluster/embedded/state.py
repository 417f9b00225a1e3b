"""What is known of a running cluster: its state file, who its processes are, and its lock."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from seatrial.cluster.embedded.layout import STATE_ROOT
from seatrial.errors import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster.embedded.layout import Layout

_START_TIME_FIELD = 19  # of /proc/PID/stat, counted after the command's closing parenthesis


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told from a later one of the same pid by its start (clock ticks since boot)."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """Give the process that has ``pid`` now; None if there is none, or only its zombie."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else cls(pid, int(fields[_START_TIME_FIELD]))

    def alive(self) -> bool:
        """Look whether it still runs."""
        return Process.of(self.pid) == self

    def open(self) -> int | None:
        """Give a pidfd for it (the caller closes it); None if it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        # Only now is the pid held: before, it could have become another's.
        if not self.alive():
            os.close(descriptor)
            return None
        return descriptor

    def kill(self) -> None:
        """Send SIGKILL to it and to no other."""
        descriptor = self.open()
        if descriptor is None:
            return
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class State:
    """A node that was started. ``phase`` is "up" once it has been Ready.

    The first node's is the cluster's: what it was started with is what a further node is, too.
    """

    phase: Literal["starting", "up"]
    cache: str
    outer: Process
    api_port: int
    images: str
    #: The node's PID 1 as the host sees it; 0 while it starts.
    node_pid: int = 0
    #: How many nodes the cluster has, those included that are lost.
    nodes: int = 1
    binary: str = ""
    store: str = ""


def read(layout: Layout) -> State | None:
    """Give the state as last written; None if there is none. Says nothing of who still lives."""
    try:
        document = json.loads(layout.state_file.read_text())
    except FileNotFoundError:
        return None
    return State(**{**document, "outer": Process(**document["outer"])})


def write(layout: Layout, state: State) -> None:
    """Replace the state at once: a reader sees the old one or the new one."""
    layout.state.mkdir(parents=True, exist_ok=True, mode=0o755)
    temporary = layout.state_file.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(state), indent=2) + "\n")
    temporary.replace(layout.state_file)


@contextmanager
def lock(layout: Layout, *, timeout_s: float) -> Iterator[None]:
    """Hold the name, so that one process at a time starts or ends the cluster.

    The lock ends with its holder, however that dies. `DeadlineError` if another keeps it.
    """
    STATE_ROOT.mkdir(parents=True, exist_ok=True, mode=0o755)
    held = FileLock(STATE_ROOT / f"{layout.name}.lock")
    try:
        held.acquire(timeout=timeout_s)
    except Timeout as error:
        raise DeadlineError(
            f"take hold of the cluster {layout.name!r}",
            got="another process that starts or ends it",
            expected=f"it to be done within {timeout_s:g} s",
            mend=f"wait for it, or see who has {held.lock_file} open (fuser -v)",
        ) from error
    try:
        yield
    finally:
        held.release()
