"""One embedded cluster and one applied workload for all sabotages, and the matrix they fill."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives, workload
from seatrial.config import Config, read
from seatrial.progress import LineProgress
from seatrial.trial import BY_NAME, judged, record
from seatrial.trial.clusters import cluster_of
from tests.deployed import Deployed, deploy

from . import matrix
from .literals import LITERALS
from .stage import Stage, play
from .surges import SURGES
from .table import SABOTAGES
from .targets import node_is_free

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from seatrial.cluster import Cluster
    from seatrial.slo import Verdict

    from .sabotage import Sabotage

    Fill = Callable[[Sabotage, Iterable[Verdict]], tuple[matrix.Cell, ...]]

ROOT = Path(__file__).parent.parent.parent
NAME = "sabotage"
#: From the end of a sabotaged trial to a workload as it was: a replica's start, metrics.
PUT_BACK_S = 240.0
SEEN = pytest.StashKey[dict[str, tuple[matrix.Cell, ...]]]()
PROGRESS = LineProgress()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty matrix."""
    config.stash[SEEN] = {}


@pytest.fixture(scope="session")
def config() -> Config:
    """Return the shipped configuration with phases just long enough to decide.

    In the fault phase a killed replica comes back: what follows it is judged without one.
    """
    shipped = read(ROOT / "seatrial.toml")
    seconds = {"settle_s": 5.0, "baseline_s": 26.0, "fault_s": 30.0, "recovery_s": 10.0}
    cluster = shipped.cluster.model_copy(update={"embedded": NAME})
    return shipped.model_copy(
        update={"load": shipped.load.model_copy(update=seconds), "cluster": cluster}
    )


@pytest.fixture(scope="session")
def promised(config: Config) -> matrix.Promised:
    """Return the names of all default objectives, by the scenario that they are promised in."""
    shipped = objectives.read(config.path(config.objectives))
    return {
        scenario: tuple(item.name for item in shipped if scenario in item.scenarios)
        for scenario in BY_NAME
    }


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
    request: pytest.FixtureRequest,
    config: Config,
    filled: Fill,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Sabotage], tuple[matrix.Cell, ...]]:
    """Hold the trial of a sabotage, put everything back, and return its cells."""

    def held(sabotage: Sabotage) -> tuple[matrix.Cell, ...]:
        cluster = request.getfixturevalue("cluster")
        deployment = None if sabotage.alone else request.getfixturevalue("deployed")
        for key, value in sabotage.environment.items():
            monkeypatch.setenv(key, value)
        directory = tmp_path / sabotage.name
        directory.mkdir()
        chosen = _configured(config, sabotage, tmp_path)
        stage = Stage(cluster, chosen, directory)
        play(sabotage.act or _nothing, stage, lambda: _record(chosen, sabotage, directory))
        _as_before(deployment, stage)
        shipped = objectives.read(config.path(config.objectives))
        return filled(sabotage, judged(directory, shipped).verdicts)

    return held


@pytest.fixture
def filled(pytestconfig: pytest.Config, promised: matrix.Promised) -> Fill:
    """Fill a sabotage's row of the matrix with the verdicts on its trial, and return its cells."""

    def row(sabotage: Sabotage, verdicts: Iterable[Verdict]) -> tuple[matrix.Cell, ...]:
        found = matrix.seen(matrix.cells(sabotage, promised), verdicts)
        for cell in found:
            print(cell.reason)  # noqa: T201 -- shown when the test fails
        pytestconfig.stash[SEEN][sabotage.name] = found
        return found

    return row


def _configured(config: Config, sabotage: Sabotage, folder: Path) -> Config:
    load = config.load.model_copy(update=dict(sabotage.load))
    chosen = config.model_copy(update={"load": load})
    return chosen if sabotage.prepare is None else sabotage.prepare(chosen, folder)


def _record(config: Config, sabotage: Sabotage, directory: Path) -> None:
    shipped = BY_NAME[sabotage.scenario](config)
    scenario = replace(
        shipped,
        name=sabotage.name,
        experiment=shipped.experiment if sabotage.fault else None,
        sabotage=sabotage.named,
        beside=sabotage.name if sabotage.declared else "",
    )
    record(config, scenario, directory=directory, progress=PROGRESS)


def _nothing(*_: object) -> None:
    """Do nothing beside the trial: what is sabotaged was sabotaged before it."""


def _as_before(deployment: Deployed | None, stage: Stage) -> None:
    """Wait until nothing of a sabotage is left; fail with what is."""
    end = time.monotonic() + PUT_BACK_S
    while (left := _shortfalls(deployment)) or not node_is_free(stage):
        assert time.monotonic() < end, f"left behind: {'; '.join(map(str, left)) or 'see kubectl'}"
        time.sleep(1.0)


def _shortfalls(deployment: Deployed | None) -> tuple[object, ...]:
    """Return what the workload that stays lacks; a trial's own has gone with it."""
    if deployment is None:
        return ()
    return tuple(workload.shortfalls(deployment.cluster, deployment.applied))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the matrix of what was tried."""
    found = config.stash[SEEN]
    if not found:
        return
    terminalreporter.section("sabotages: what each cell should be and was")
    what = {item.name: item.what for item in (*SABOTAGES, *SURGES, *LITERALS)}
    for line in matrix.as_lines((cell for row in found.values() for cell in row), what):
        terminalreporter.write_line(line)
    total = [cell for row in found.values() for cell in row]
    differing = sum(cell.differs for cell in total)
    terminalreporter.write_line(f"{len(total)} cells of {len(found)} sabotages, {differing} differ")
