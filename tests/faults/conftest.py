"""One embedded cluster with a real MLServer behind Envoy, for every fault that needs one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from seatrial import slo, timeline, workload
from seatrial.config import Config, read
from seatrial.progress import LineProgress
from seatrial.slo import Indicator, Objective, Op, PhaseName
from seatrial.trial import record
from seatrial.trial.clusters import cluster_of
from seatrial.trial.scenario import Scenario
from tests.deployed import Deployed, deploy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster import Cluster
    from seatrial.slo import Figures
    from seatrial.timeline import FaultWindow, Timeline

ROOT = Path(__file__).parent.parent.parent
NAME = "faults"
RATE = 100.0
SECONDS = {"settle_s": 5.0, "baseline_s": 8.0, "recovery_s": 5.0}
#: In the fault phase at least 6,000 requests start.
FAULT_S = 64.0
LEAST = 6000
#: From the end of a trial to a workload as it was.
PUT_BACK_S = 240.0
ROWS = pytest.StashKey[list[str]]()
PROGRESS = LineProgress()
_GOOD = Objective("g", "g", Indicator.REPLICA_REPLACED, PhaseName.FAULT, Op.LTE, 90.0)


class Hold(Protocol):
    """Holds the trial of one shipped experiment."""

    def __call__(self, kind: str, fault_s: float = FAULT_S, **variables: str) -> Timeline:
        """Return its Timeline; ``variables`` are added to the experiment's environment."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty table."""
    config.stash[ROWS] = []


@pytest.fixture(scope="session")
def config(request: pytest.FixtureRequest) -> Config:
    """Return the shipped configuration at 100 requests/s, with phases just long enough.

    Its parameter is how many nodes the cluster has, 1 where there is none.
    """
    shipped, nodes = read(ROOT / "seatrial.toml"), getattr(request, "param", 1)
    overlay = shipped.nightly.overlay if nodes > 1 else shipped.target.overlay
    return shipped.model_copy(
        update={
            "load": shipped.load.model_copy(update={**SECONDS, "rate": RATE}),
            "cluster": shipped.cluster.model_copy(update={"embedded": NAME, "nodes": nodes}),
            "target": shipped.target.model_copy(update={"overlay": overlay}),
        }
    )


@pytest.fixture(scope="session")
def cluster(config: Config) -> Iterator[Cluster]:
    """Return an embedded cluster for the whole session; it ends with this process."""
    with cluster_of(config, PROGRESS) as host:
        yield host.cluster


@pytest.fixture(scope="session")
def deployed(cluster: Cluster, config: Config) -> Deployed:
    """Return the workload, applied once: a trial of the same overlay then changes nothing."""
    return deploy(cluster, config, PROGRESS)


@pytest.fixture
def hold(
    deployed: Deployed,
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> Hold:
    """Return the function that holds a trial and waits until the workload is as it was."""

    def held(kind: str, fault_s: float = FAULT_S, **variables: str) -> Timeline:
        load = config.load.model_copy(update={"fault_s": fault_s})
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        scenario = Scenario(name=kind, experiment=ROOT / "experiments" / f"{kind}.yaml")
        directory = tmp_path / kind
        directory.mkdir()
        chosen = config.model_copy(update={"load": load})
        record(chosen, scenario, directory=directory, progress=PROGRESS)
        await_as_before(deployed)
        found = timeline.load(directory)
        pytestconfig.stash[ROWS].append(_row(found))
        PROGRESS.note(pytestconfig.stash[ROWS][-1])
        return found

    return held


def await_as_before(deployed: Deployed) -> None:
    """Wait until the workload is as it was declared; fails with what is not."""
    end = time.monotonic() + PUT_BACK_S
    while left := workload.shortfalls(deployed.cluster, deployed.applied):
        assert time.monotonic() < end, f"left behind: {'; '.join(map(str, left))}"
        time.sleep(1.0)


def landed(found: Timeline) -> FaultWindow:
    """Return the one fault's window; it has all its evidence and was undone."""
    [window] = found.faults
    left = {item.name: item.detail for item in window.evidence if not item.held}
    assert (left, window.undone, window.note) == ({}, True, "")
    return window


def costs(found: Timeline) -> Figures:
    """Return what clients saw from the fault to the end of its phase."""
    return slo.figures(found, PhaseName.FAULT)


def _row(found: Timeline) -> str:
    [window] = found.faults
    seen = costs(found)
    good = slo.judge(found, [_GOOD])[0].value
    return (
        f"{window.kind:18} {'landed' if window.landed else 'NOT LANDED':10} {seen.n:6} requests  "
        f"{seen.errors:4} errors  {seen.timeouts:4} timeouts  {seen.unsent} unsent  "
        f"{seen.retried:4} retried  P95 {seen.p95_ms:6.1f} ms  made good in "
        f"{'-' if good is None else f'{good:.1f} s'}"
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what each fault cost."""
    if config.stash[ROWS]:
        terminalreporter.section("what each fault cost, from its instant to the end of its phase")
    for row in config.stash[ROWS]:
        terminalreporter.write_line(row)
