"""What a fault may hit is bounded on every cluster that is not seatrial's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import Cluster, Pod
from seatrial.cluster.embedded.layout import STATE_ROOT
from seatrial.cluster.labels import matches
from seatrial.errors import UsageError
from seatrial.fault import limits, surroundings
from seatrial.fault.limits import RefusedError, admit, admit_named, check_namespace
from seatrial.fault.surroundings import Radius

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOP = "shop"
NOT_GOING = False


class _Budgets:
    """An API that has one PodDisruptionBudget, of all pods of the app ml."""

    read_only = False

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed

    def get(self, _attempt: str, path: str, _query: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 -- JSON's own shape
        assert path.endswith("/namespaces/shop/poddisruptionbudgets")
        item = {
            "metadata": {"name": "ml"},
            "spec": {"selector": {"matchLabels": {"app": "ml"}}},
            "status": {"disruptionsAllowed": self.allowed},
        }
        return {"items": [item]}


def _cluster(allowed: int = 1, kubeconfig: Path = Path("/home/me/kubeconfig")) -> Cluster:
    return Cluster("c", "c", kubeconfig, "existing", None, _Budgets(allowed))  # type: ignore[arg-type]  # all that is asked of it


def _pod(name: str, *, ready: bool = True, app: str = "ml") -> Pod:
    labels = {"app": app}
    return Pod(name, f"u-{name}", None, "n", "Running", ready, NOT_GOING, 0, labels, "", "", ())


PODS = [_pod("ml-0"), _pod("ml-1"), _pod("ml-2"), _pod("ml-3", ready=False)]


@pytest.fixture(autouse=True)
def radius(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Begin with an environment that tells of no limits; let a test tell of some."""
    for name in Radius().as_environment():
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def _tell(patched: pytest.MonkeyPatch, told: Radius) -> None:
    for name, value in told.as_environment().items():
        patched.setenv(name, value)


def test_one_replica_may_be_hit_by_default() -> None:
    """One of three Ready ones is within the defaults, and the budget allows it."""
    admit(_cluster(), SHOP, PODS[:1], PODS)


def test_more_than_the_count_is_refused() -> None:
    """Two are more than fault.max_replicas, and the message says how many may be."""
    with pytest.raises(RefusedError, match=r"2 of 3 Ready pods(.|\n)*at most 1"):
        admit(_cluster(2), SHOP, PODS[:2], PODS)


def test_more_than_the_share_is_refused(radius: pytest.MonkeyPatch) -> None:
    """Two of three Ready ones are more than half; those that are not Ready don't count."""
    _tell(radius, Radius(max_replicas=5))
    with pytest.raises(RefusedError, match=r"0\.5 allows 1"):
        admit(_cluster(2), SHOP, PODS[:2], PODS)
    _tell(radius, Radius(max_replicas=5, max_share=0.7))
    admit(_cluster(2), SHOP, PODS[:2], PODS)


def test_nothing_goes_below_a_budget() -> None:
    """A budget that allows no disruption now refuses the fault, by its name."""
    with pytest.raises(RefusedError, match="PodDisruptionBudget ml allows 0"):
        admit(_cluster(0), SHOP, PODS[:1], PODS)
    # Another workload's pods are not its business, and an eviction is asked by the API itself.
    admit(_cluster(0), SHOP, [_pod("x", app="other")], PODS)
    admit(_cluster(0), SHOP, PODS[:1], PODS, budgets=False)


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public"])
def test_the_clusters_own_namespaces_are_refused(namespace: str) -> None:
    """Nothing in them is ever hit."""
    with pytest.raises(RefusedError, match="a namespace of the cluster itself"):
        check_namespace(_cluster(), namespace)


def test_another_namespace_than_the_trials_is_refused(radius: pytest.MonkeyPatch) -> None:
    """An experiment whose file names another namespace hits nothing there."""
    _tell(radius, Radius(namespace=SHOP))
    check_namespace(_cluster(), SHOP)
    with pytest.raises(RefusedError, match="a trial of shop"):
        admit(_cluster(), "bank", PODS[:1], PODS)


def test_what_reaches_beyond_needs_its_name(radius: pytest.MonkeyPatch) -> None:
    """Without consent by name the fault is refused, with what would give it."""
    with pytest.raises(RefusedError, match=r'fault.allow = \["no-metrics"\]'):
        admit_named(_cluster(), "no-metrics", "Deployment metrics-server")
    _tell(radius, Radius(allowed=frozenset({"no-metrics", "drain-node"})))
    admit_named(_cluster(), "no-metrics", "Deployment metrics-server")


def test_an_embedded_cluster_is_seatrials_own() -> None:
    """There nothing has to be kept, and nothing is asked for."""
    own = _cluster(0, STATE_ROOT / "mine" / "kubeconfig")
    admit(own, SHOP, PODS, PODS)
    admit_named(own, "no-metrics")
    check_namespace(own, "kube-system")


def test_a_dry_run_ends_where_the_action_would_begin() -> None:
    """What would be hit is noted, and nothing after that runs."""
    went_on = False
    with limits.previewing() as found:
        assert limits.dry()
        admit(_cluster(), SHOP, PODS[:1], PODS)
        went_on = True
    assert found.hit == ["Pod ml-0 (UID u-ml-0) in shop, on n"]
    assert not went_on
    assert not limits.dry()


def test_a_dry_run_is_refused_like_the_fault() -> None:
    """What the fault would be refused for, its dry run is."""
    with pytest.raises(RefusedError), limits.previewing():
        admit(_cluster(2), SHOP, PODS[:2], PODS)


@pytest.mark.parametrize(
    ("name", "value"),
    [(surroundings.MAX_REPLICAS, "many"), (surroundings.MAX_SHARE, "1.5")],
)
def test_a_limit_that_is_none_is_refused(radius: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A limit that can't be read is never taken for none."""
    radius.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        admit(_cluster(), SHOP, PODS[:1], PODS)


@pytest.mark.parametrize(
    ("selector", "held"),
    [
        ({}, True),
        ({"matchLabels": {"app": "ml"}}, True),
        ({"matchLabels": {"app": "web"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["ml"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["ml"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True),
    ],
)
def test_a_budgets_selector_is_read_as_the_api_reads_it(
    selector: dict[str, Any],
    held: bool,  # noqa: FBT001 -- a parameter of the table above
) -> None:
    """Labels and every kind of expression."""
    assert matches(selector, {"app": "ml"}) is held
