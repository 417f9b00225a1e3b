"""Which parts of the rights a trial needs, and that what is missing is told before it starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import fault
from seatrial.cluster import Cluster, connect
from seatrial.config import Config, read
from seatrial.rights import MissingRightsError, Part
from seatrial.trial.permitted import check_rights_ahead, parts_of
from seatrial.trial.scenario import Scenario, autoscaling, production
from tests.cluster.conftest import kubeconfig, loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.conftest import LoopbackApi

__all__ = ["kubeconfig", "loopback"]
ROOT = Path(__file__).parent.parent.parent
ASK = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
NAMESPACE = "GET /api/v1/namespaces/financial-inference"


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


@pytest.fixture
def config(kubeconfig: Path) -> Config:
    """Return the shipped configuration, for a cluster that exists."""
    return read(ROOT / "seatrial.toml", kubeconfig=kubeconfig, context="here")


def test_a_judged_workload_needs_no_right_to_change_it(cluster: Cluster, config: Config) -> None:
    """With the fault come its own rights; to undo what an earlier run left, every trial needs."""
    assert parts_of(cluster, config, production(config)) == (
        *(Part.WATCH, Part.LOAD, Part.LEASE),
        *(Part.UNDO, Part.FAULT_PODS),
    )
    made = autoscaling(config)
    assert parts_of(cluster, config, made) == (Part.WATCH, Part.LOAD, Part.LEASE, Part.UNDO)


def test_deploying_needs_more_where_the_namespace_is_missing(
    cluster: Cluster,
    config: Config,
    loopback: LoopbackApi,
) -> None:
    """Who deploys into a namespace that exists makes and removes none."""
    managed = config.model_copy(
        update={"target": config.target.model_copy(update={"manage": True})}
    )
    scenario = Scenario("sabotaged", sabotage="slow-model")
    found = parts_of(cluster, managed, scenario)
    assert found[4:] == (Part.DEPLOY, Part.NAMESPACE, Part.SABOTAGE)
    loopback.answers[NAMESPACE] = (200, b"{}")
    assert Part.NAMESPACE not in parts_of(cluster, managed, scenario)
    loopback.answers[NAMESPACE] = (403, b'{"message": "no"}')
    assert Part.NAMESPACE not in parts_of(cluster, managed, scenario)


def test_missing_rights_are_told_ahead(
    config: Config,
    loopback: LoopbackApi,
) -> None:
    """Before a test runs, for a cluster that exists; one that can't be reached is the trial's."""
    loopback.answers[ASK] = (201, json.dumps({"status": {"allowed": False}}).encode())
    with pytest.raises(MissingRightsError, match="fault-pods"):
        check_rights_ahead(config, production(config))
    loopback.answers[ASK] = (201, json.dumps({"status": {"allowed": True}}).encode())
    check_rights_ahead(config, production(config))
    loopback.answers["GET /version"] = (500, b"{}")
    check_rights_ahead(config, production(config))


def test_what_an_experiment_calls_is_read_from_its_file() -> None:
    """Of hypothesis, method and rollbacks, each once."""
    found = fault.functions(ROOT / "experiments" / "kill-replica.yaml")
    assert "seatrial.fault.actions.kill_replica" in found
    assert len(found) == len(set(found))
