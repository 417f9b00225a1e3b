"""The story of one trial: deploy, observe, load, break, save; judging comes after, from disk."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from seatrial import golden, load, objectives, timeline
from seatrial.lease import LeaseLostError
from seatrial.observe import Observer, instruments
from seatrial.priority import real_time
from seatrial.timeline import NANOSECONDS
from seatrial.trial import attesting
from seatrial.trial.attested import ATTESTATION
from seatrial.trial.body import bodies_of, golden_of
from seatrial.trial.breaking import broken, save_fault
from seatrial.trial.claim import LEASE, claimed, save_lease
from seatrial.trial.clusters import check_alive, cluster_of
from seatrial.trial.declared import DECLARED, read_back
from seatrial.trial.deployment import deployed
from seatrial.trial.guard import check, exclusive
from seatrial.trial.permitted import check_rights
from seatrial.trial.plan import make_plan, stages
from seatrial.trial.run import Run
from seatrial.trial.stopping import Reader
from seatrial.trial.versions import save_versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.load import LoadProcess
    from seatrial.progress import Progress
    from seatrial.timeline import Plan
    from seatrial.trial.deployment import Deployment
    from seatrial.trial.scenario import Scenario

#: From starting the load process to the schedule's epoch: Locust's own start-up on busy cores.
LEAD_S = 6.0
#: The chaos process starts this long before the fault's planned instant, and waits for it.
CHAOS_LEAD_S = 15.0
#: The golden set's copy in the trial's directory.
GOLDEN = "golden.json"
#: How often a wait looks whether the load process still lives.
LOOK_S = 0.5


def record(config: Config, scenario: Scenario, *, directory: Path, progress: Progress) -> None:
    """Record one trial into ``directory``; nothing of it runs any more when this returns.

    Raises SeatrialError when the trial could not be held. A fault that did not land, a load that
    died, an instrument that fell silent or a lease that was lost is no error: it is recorded, and
    judged.
    """
    check(config, scenario)
    config = scenario.settings(config)
    run = _run(config, scenario, directory, progress)
    objectives.keep(config.path(config.objectives), directory, config.profile)
    with exclusive(config, progress), cluster_of(config, progress) as host:
        check_rights(run, host.cluster)
        # The lease and the instruments are threads of this process: whoever holds up the main one
        # while it has the interpreter's lock holds up them.
        with real_time(), claimed(host, run) as leased, deployed(host, leased) as deployment:
            save_versions(host.cluster, config, directory)
            before = attesting.begin(leased, host.cluster)
            plan = _plan(leased, host.cluster)
            timeline.save_part(directory, "plan.json", plan)
            _hold_alone(leased, plan, host.cluster, deployment)
            check_alive(host)
            attesting.end(leased, host.cluster, plan, before)
    save_fault(plan, directory)


def _hold_alone(run: Run, plan: Plan, cluster: Cluster, deployment: Deployment) -> None:
    """Hold the trial; a lost lease ends it at once, the fault first, and it decides nothing."""
    # What ends it is told, and judged, by what is saved of the lease.
    with suppress(LeaseLostError):
        _hold(run, plan, cluster, deployment)
    save_lease(run, plan)


def _run(config: Config, scenario: Scenario, directory: Path, progress: Progress) -> Run:
    """Fix what is sent; the golden set is kept beside the trial that it judges."""
    found = golden_of(config)
    if found is not None:
        golden.write(found, directory / GOLDEN)
    return Run(config, scenario, bodies_of(config, found), found, directory, progress)


def _plan(run: Run, cluster: Cluster) -> Plan:
    """Fix the plan; the epoch lies far enough ahead for the load process to be ready."""
    epoch_monotonic_ns = time.monotonic_ns() + round(LEAD_S * NANOSECONDS)
    epoch_wall = datetime.now(UTC) + timedelta(seconds=LEAD_S)
    return make_plan(
        run.config,
        run.scenario,
        trial=f"{run.directory.parent.name}/{run.directory.name}",
        epoch_wall=epoch_wall.isoformat(timespec="milliseconds"),
        epoch_monotonic_ns=epoch_monotonic_ns,
        instruments=(*instruments(cluster, run.config.target), DECLARED, LEASE, ATTESTATION),
    )


def _hold(run: Run, plan: Plan, cluster: Cluster, deployment: Deployment) -> None:
    """Observe, load and break, until the last planned request has ended."""
    observer = Observer(cluster, run.config.target, plan.epoch_monotonic_ns, run.directory)
    end_ns = plan.phases[-1].end_ns
    fault = plan.phase("fault")
    with observer, _loaded(run, plan, cluster, deployment.serving.url) as process:
        read_back(run, plan, cluster, deployment)
        if fault is None:
            promises = objectives.read(run.directory / objectives.KEPT)
            reader = Reader.of(plan, promises, run.directory, run.progress)
            _wait(run, plan, process, (0, end_ns), reader)
            return
        chaos_ns = max(0, fault.start_ns - round(CHAOS_LEAD_S * NANOSECONDS))
        if not _wait(run, plan, process, (0, chaos_ns)):
            return
        with broken(run, plan, cluster):
            _wait(run, plan, process, (chaos_ns, end_ns))


@contextmanager
def _loaded(run: Run, plan: Plan, cluster: Cluster, url: str) -> Iterator[LoadProcess]:
    """Give the load process; on the way out await its last answer, or end it."""
    order = load.order_for(
        run.config.request,
        run.config.load,
        url=url,
        bodies=run.bodies,
        stages=stages(plan.phases),
        epoch_monotonic_ns=plan.epoch_monotonic_ns,
        directory=run.directory,
        golden=run.directory / GOLDEN if run.golden else None,
    )
    process = load.start(order, network_namespace=_namespace(run.config, cluster))
    try:
        yield process
        with run.progress.step("load: the last answers"):
            process.wait()
    except load.LoadDiedError as error:
        # Not the trial's error: the judge finds the records without their report.
        run.progress.note(str(error))
    finally:
        process.stop()


def _namespace(config: Config, cluster: Cluster) -> Path | None:
    """Return the network namespace to send from: the configured one, or the embedded node's."""
    if config.load.network_namespace is not None:
        return config.load.network_namespace
    return cluster.network_namespace


def _wait(
    run: Run,
    plan: Plan,
    process: LoadProcess,
    stretch_ns: tuple[int, int],
    reader: Reader | None = None,
) -> bool:
    """Let a stretch of the trial pass, phase by phase; return early, False, if the load ends."""
    from_ns, until_ns = stretch_ns
    for phase in plan.phases:
        end = min(phase.end_ns, until_ns)
        if end <= max(phase.start_ns, from_ns):
            continue
        with run.progress.step(f"load: {phase.name}, to {end / NANOSECONDS:.0f} s"):
            if not _pass(run, plan, process, end, reader):
                return False
    return True


def _pass(run: Run, plan: Plan, process: LoadProcess, until_ns: int, reader: Reader | None) -> bool:
    timer = Event()
    while process.running:
        run.check_lease()
        now_ns = time.monotonic_ns() - plan.epoch_monotonic_ns
        if reader is not None:
            reader.look(process, now_ns)
        left = (until_ns - now_ns) / NANOSECONDS
        if left <= 0:
            return True
        timer.wait(min(left, LOOK_S))
    return False
