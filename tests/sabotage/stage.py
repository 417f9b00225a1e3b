"""What a sabotage acts on and when: one trial under way, seen from beside it.

A sabotage runs in a thread of its own while the trial is recorded, waits for an instant of the
plan, and registers each undo before it changes anything.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config

#: From the start of a trial to its plan: applying, serving, sabotaging a workload.
PLAN_DEADLINE_S = 600.0
#: What a sabotage may still have to do once its trial is over.
END_S = 60.0
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Stage:
    """One trial and the hands on it. ``cluster`` is the administrator's, whatever the trial's."""

    cluster: Cluster
    config: Config
    directory: Path
    over: Event = field(default_factory=Event)

    @property
    def namespace(self) -> str:
        """The workload's namespace."""
        return self.config.target.namespace

    def until(self, phase: str, seconds: float = 0.0) -> None:
        """Wait until ``seconds`` after the phase's start; fail if the trial ends before."""
        at = self._start(phase) + seconds
        while (left := at - time.monotonic()) > 0:
            self._wait(left)

    def since(self, phase: str) -> float:
        """Return the seconds since the phase's start."""
        return time.monotonic() - self._start(phase)

    def _start(self, phase: str) -> float:
        """Return the phase's start by the monotonic clock, in s; wait for the plan."""
        plan = self.directory / "plan.json"
        end = time.monotonic() + PLAN_DEADLINE_S
        while not plan.exists():
            self._wait(0.2)
            assert time.monotonic() < end, f"no plan within {PLAN_DEADLINE_S:g} s"
        raw = json.loads(plan.read_text(encoding="utf-8"))
        start_ns = next(item["start_ns"] for item in raw["phases"] if item["name"] == phase)
        return float(raw["epoch_monotonic_ns"] + start_ns) / NANOSECONDS

    def _wait(self, seconds: float) -> None:
        assert not self.over.wait(seconds), "the trial was over before the sabotage was done"


def play(act: Callable[[Stage, ExitStack], None], stage: Stage, trial: Callable[[], None]) -> None:
    """Hold the trial while ``act`` sabotages it; undo everything afterwards, whatever happened."""
    with ExitStack() as undo, ThreadPoolExecutor(1, "sabotage") as pool:
        acting = pool.submit(act, stage, undo)
        try:
            trial()
        finally:
            stage.over.set()
        acting.result(END_S)
