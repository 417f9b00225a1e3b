"""Whether the cluster's identity has every right that a trial will use, asked before it starts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from seatrial import fault, rights
from seatrial.cluster import ClusterError, ForbiddenError, NotFoundError, writing
from seatrial.rights import Part
from seatrial.trial.clusters import standing

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.trial.run import Run
    from seatrial.trial.scenario import Scenario


def check_rights(run: Run, cluster: Cluster) -> None:
    """Raise MissingRightsError that names every right that is missing, and its role's file.

    What an experiment does beside seatrial's own activities is not known; that is said.
    """
    experiment = run.scenario.experiment
    if experiment is not None:
        for name in rights.unknown(fault.functions(experiment)):
            run.progress.note(f"nobody knows which rights {name} of {experiment.name} needs")
    _demand(cluster, run.config, run.scenario)


def check_rights_ahead(config: Config, scenario: Scenario) -> None:
    """Ask the same of a cluster that exists, before any test runs; an embedded one may be down."""
    if config.cluster.kubeconfig is None:
        return
    # That it can't be reached decides nothing of any promise: the trial will say so of each.
    with suppress(ClusterError), standing(config) as cluster:
        _demand(cluster, scenario.settings(config), scenario)


def parts_of(cluster: Cluster, config: Config, scenario: Scenario) -> tuple[Part, ...]:
    """Return the parts of the rights that a trial needs, in the order in which it uses them."""
    found = [Part.WATCH, Part.LOAD, Part.LEASE, Part.UNDO]
    if config.manage:
        found.append(Part.DEPLOY)
        if not _exists(cluster, config.target.namespace):
            found.append(Part.NAMESPACE)
    if scenario.sabotage:
        found.append(Part.SABOTAGE)
    if scenario.experiment is not None:
        found += rights.of_faults(fault.functions(scenario.experiment))
    return tuple(dict.fromkeys(found))


def _demand(cluster: Cluster, config: Config, scenario: Scenario) -> None:
    what = f"hold the trial {scenario.name}"
    rights.demand(cluster, config, parts_of(cluster, config, scenario), what=what)


def _exists(cluster: Cluster, namespace: str) -> bool:
    try:
        writing.read(cluster, "Namespace", "", namespace)
    except NotFoundError:
        return False
    except ForbiddenError:
        # Then the right to read it is missing, and named with all others.
        return True
    return True
