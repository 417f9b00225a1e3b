"""Several faults' trials in a row: one cluster, one deployment, as much as the night has time for.

Where the run's own embedded cluster is brought up for it, the overlay is applied once and goes with
the cluster. On a cluster that stays, each trial applies it and puts back what was there before.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatrial import undo, workload
from seatrial.cluster import ClusterError, writing
from seatrial.errors import SeatrialError
from seatrial.fault.catalogue import of_kind
from seatrial.fault.nodes import node_ready
from seatrial.trial.body import bodies_of, golden_of
from seatrial.trial.clusters import cluster_of
from seatrial.trial.record import record
from seatrial.trial.scenario import nightly
from seatrial.trial.undoing import undo_left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.progress import Progress
    from seatrial.trial.clusters import Host
    from seatrial.trial.fault_call import FaultCall

#: From one fault's end to a workload as it is declared: a replica's start is the longest of it.
DECLARED_S = 90.0
#: What a trial takes beside its phases: applying, serving, the load's start, the last answers.
AROUND_S = 30.0
EVERY_S = 1.0


class NightOverError(SeatrialError):
    """There is no time left for another trial."""


@dataclass
class Night:
    """The cluster and the workload that all trials of the night are held on.

    ``applied`` is None where each trial applies the overlay itself. ``expected``: how many faults
    the night is to hold; ``held`` counts those begun, ``took_s`` their seconds.
    """

    config: Config
    host: Host
    applied: workload.AppliedWorkload | None
    progress: Progress
    expected: int
    began: float = field(default_factory=time.monotonic)
    held: int = 0
    took_s: list[float] = field(default_factory=list)

    def hold(self, call: FaultCall, directory: Path) -> None:
        """Record the trial of one fault. Raises SeatrialError when it could not be held.

        The workload has to be as it was declared first. If it is not in time, what is left is
        undone for the next trial's sake, and this one is not held.
        """
        self.held += 1
        self._say(call)
        started = time.monotonic()
        try:
            _check_nodes(self.host.cluster, call)
            self._await_declared(call)
            scenario = nightly(self.config, call)
            record(self.config, scenario, directory=directory, progress=self.progress)
        finally:
            self.took_s.append(time.monotonic() - started)

    def _say(self, call: FaultCall) -> None:
        """Say which fault is next and how long the rest will take; refuse what would end too late.

        A trial takes what is planned of it, or as long as those before it.
        """
        planned = sum(stage.seconds for _, stage in nightly(self.config, call).phases) + AROUND_S
        each = max(planned, sum(self.took_s) / len(self.took_s) if self.took_s else 0.0)
        left_s = each * max(self.expected - self.held + 1, 1)
        words = f"fault {self.held} of {max(self.expected, self.held)}: {call.name}"
        self.progress.note(f"{words}; about {left_s / 60:.0f} min left")
        gone = time.monotonic() - self.began
        if gone + each > 60 * self.config.nightly.minutes:
            raise NightOverError(
                f"hold the fault {call.name}",
                got=f"{gone / 60:.0f} min gone, and a trial takes {each / 60:.1f}",
                expected=f"an end within {self.config.nightly.minutes:g} min",
                mend="raise nightly.minutes, or choose fewer faults in nightly.faults",
            )

    def _await_declared(self, call: FaultCall) -> None:
        if self.applied is None:
            return
        end, cluster = time.monotonic() + DECLARED_S, self.host.cluster
        while left := _shortfalls(cluster, self.applied):
            if time.monotonic() > end:
                namespace = self.config.target.namespace
                undo_left(cluster, namespace, progress=self.progress)
                raise workload.WorkloadError(
                    f"hold the fault {call.name} on the declared workload",
                    got=f"after {DECLARED_S:g} s: {'; '.join(left)}",
                    expected="everything as it was declared, before the fault",
                    mend="look at the fault before this one; what it left has been undone",
                )
            time.sleep(EVERY_S)


def _shortfalls(cluster: Cluster, applied: workload.AppliedWorkload) -> tuple[str, ...]:
    try:
        return tuple(map(str, workload.shortfalls(cluster, applied)))
    except ClusterError as error:
        return (str(error),)


def _check_nodes(cluster: Cluster, call: FaultCall) -> None:
    """Refuse a fault that takes more nodes than are Ready."""
    wanted = of_kind(call.kind).nodes
    if wanted == 1:
        return
    there = sum(map(node_ready, writing.listed(cluster, "Node", "")))
    if there < wanted:
        raise SeatrialError(
            f"hold the fault {call.kind} in {cluster.context}",
            got=f"{there} nodes that are Ready",
            expected=f"{wanted} or more",
            mend="seatrial cluster up --nodes 3, or nightly.nodes = 3 in seatrial.toml",
        )


@contextmanager
def night(config: Config, *, expected: int, progress: Progress) -> Iterator[Night]:
    """Give the cluster and the deployment for the night; both are as before afterwards."""
    nodes = config.cluster.model_copy(update={"nodes": config.nightly.nodes})
    with cluster_of(config.model_copy(update={"cluster": nodes}), progress) as host:
        applied = None
        if host.temporary and config.manage:
            applied = _apply(config, host, progress)
        yield Night(config, host, applied, progress, expected)


def _apply(config: Config, host: Host, progress: Progress) -> workload.AppliedWorkload:
    settings = nightly(config).settings(config)
    overlay = settings.path(settings.target.overlay)
    namespace = settings.target.namespace
    applied = workload.apply(host.cluster, overlay, namespace=namespace, progress=progress)
    # It goes with the cluster: no trial's sweep is to take it for something left.
    undo.forget(host.cluster, applied.record)
    body = bodies_of(settings, golden_of(settings))[0]
    workload.wait_serving(host.cluster, settings, body=body, progress=progress)
    return applied
