"""Runs the watchers in threads of their own for the time of a trial.

A watcher's error goes to ``observe.log`` and the watcher goes on; the time it saw nothing shows
as a gap between its samples, and the judge looks for those.
"""

from __future__ import annotations

import time
import traceback
from contextlib import closing
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.errors import DeadlineError
from seatrial.observe.log import LineFile
from seatrial.observe.watchers import ROUND_S, of_target
from seatrial.priority import real_time

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from seatrial.cluster import Cluster
    from seatrial.config import Target
    from seatrial.observe.watchers import Watcher

LOG = "observe.log"
#: Before a watcher that failed looks again.
AGAIN_S = 1.0
#: A round's watch, and the API's own time limits for what may be under way.
STOP_DEADLINE_S = 4 * ROUND_S


class Observer:
    """Appends samples of a target to ``directory`` from `start` to `stop`.

    Instants are ns since ``epoch_monotonic_ns``, negative before it.
    """

    def __init__(
        self, cluster: Cluster, target: Target, epoch_monotonic_ns: int, directory: Path
    ) -> None:
        """Prepare; nothing is read or written yet."""
        self._epoch_ns = epoch_monotonic_ns
        self._directory = directory
        self._ended = Event()
        self._threads = [
            Thread(target=self._run, args=(watcher,), name=f"observe {watcher.part}", daemon=True)
            for watcher in of_target(cluster, target)
        ]
        self._log: LineFile | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start all watchers and return at once."""
        self._log = LineFile(self._directory / LOG)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each watcher end its round, then return. Raises DeadlineError if one does not."""
        self._ended.set()
        deadline = time.monotonic() + STOP_DEADLINE_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        alive = [thread.name for thread in self._threads if thread.is_alive()]
        if alive:
            raise DeadlineError(
                "stop observing the workload",
                got=f"{', '.join(alive)} still at work after {STOP_DEADLINE_S:g} s",
                mend=f"read {self._directory / LOG}",
            )
        if self._log is not None:
            self._log.close()

    def _clock(self) -> int:
        return time.monotonic_ns() - self._epoch_ns

    def _run(self, watcher: Watcher) -> None:
        with closing(LineFile(self._directory / watcher.part)) as file, real_time():
            while not self._ended.is_set():
                try:
                    watcher.round(self._clock, file.sample)
                except ClusterError as error:
                    self._failed(watcher, str(error))
                except Exception:  # noqa: BLE001 -- a watcher's bug must not end its samples
                    self._failed(watcher, traceback.format_exc())

    def _failed(self, watcher: Watcher, words: str) -> None:
        if self._log is not None:
            self._log.line(f"{datetime.now(UTC).isoformat()} {watcher.part}: {words}")
        self._ended.wait(AGAIN_S)
