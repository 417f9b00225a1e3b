"""The fault of a trial: the experiment's process for its time, and its window afterwards."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from seatrial import fault, objectives, timeline
from seatrial.errors import DeadlineError, SeatrialError
from seatrial.fault.putting_back import put_back
from seatrial.trial import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.fault import FaultProcess
    from seatrial.timeline import Plan
    from seatrial.trial.run import Run

#: From the end of the load to the end of the experiment, its rollbacks included.
GRACE_S = 90.0
#: How often a wait for it looks whether the trial still has its target for itself.
LOOK_S = 0.5


@contextmanager
def broken(run: Run, plan: Plan, cluster: Cluster) -> Iterator[None]:
    """Run the experiment beside what is inside, and await its end afterwards.

    That it failed, or left no journal, is no error here: the window says so, and the judge reads
    it. Left by an exception, a lost lease among them, the experiment is stopped and rolled back.
    Whatever became of it, what it left of its fault is undone afterwards.
    """
    experiment = run.scenario.experiment
    if experiment is None:
        raise ValueError(f"the scenario {run.scenario.name} has nothing to break")
    told = _environment(cluster, run, plan)
    process = fault.start(experiment, env=told, directory=run.directory)
    try:
        yield
        with run.progress.step("the experiment's end"):
            _await_end(run, process)
    except (fault.FaultError, DeadlineError) as error:
        run.progress.note(str(error))
    finally:
        try:
            process.stop()
        finally:
            _put_back(run, cluster, experiment)


def _put_back(run: Run, cluster: Cluster, experiment: Path) -> None:
    """Undo what the experiment left: it may have been killed, or its rollbacks have failed.

    Not after a lost lease: what is left then may be the next holder's fault. The next trial's
    sweep, or `seatrial undo`, tells whose it is. What can't be undone now stays for them, too.
    That all is undone is written down only where records tell of all that was changed.
    """
    if run.lease is not None and run.lease.lost:
        return
    namespace = run.config.target.namespace
    try:
        done = put_back(cluster, namespace)
    except SeatrialError as error:
        run.progress.note(str(error))
        return
    said = [found.said for _, found in done]
    for words in said:
        run.progress.note(f"undone after the experiment's end: {words}")
    if fault.keeps_records(experiment, namespace):
        timeline.save_part(run.directory, fault.PUT_BACK, said)


def _await_end(run: Run, process: FaultProcess) -> None:
    end, pause = time.monotonic() + GRACE_S, Event()
    while process.running and time.monotonic() < end:
        run.check_lease()
        pause.wait(LOOK_S)
    process.wait(max(0.0, end - time.monotonic()))


def _environment(cluster: Cluster, run: Run, plan: Plan) -> dict[str, str]:
    phase = plan.phase("fault")
    start_ns = phase.start_ns if phase else 0
    kept = objectives.read(run.directory / objectives.KEPT)
    promises = [item for item in kept if run.scenario.judged_as in item.scenarios]
    return {
        **environment.where(cluster, run.config),
        **environment.abort(run.config, promises, run.directory),
        "SEATRIAL_FAULT_AT_NS": str(plan.epoch_monotonic_ns + start_ns),
        **dict(run.scenario.environment),
    }


def save_fault(plan: Plan, directory: Path) -> None:
    """Write ``faults.json`` from what the experiment left, if one was started."""
    if not plan.experiment:
        return
    recorded = timeline.load(directory)
    replicas = recorded.load.replicas if recorded.load else ()
    try:
        window = fault.window(
            directory,
            recorded.requests,
            plan.epoch_monotonic_ns,
            replicas=replicas,
            proxies=recorded.proxy,
        )
    except fault.FaultError:
        # Never started: the load died before. The judge finds the fault missing.
        return
    timeline.save_part(directory, "faults.json", [window])
