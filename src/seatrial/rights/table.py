"""Which rights each part needs. A test holds the roles in ``k8s/rbac`` to it.

Read from what the code asks of the API: whoever adds a call adds its right here and in the role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.rights.parts import Part
from seatrial.rights.rule import Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seatrial.config import Config
    from seatrial.rights.rule import Right

APPS, SCALING, POLICY = "apps", "autoscaling", "policy"
_READ = ("get", "list", "watch")
#: kubectl's server-side apply, and what puts back: replace, delete, and waiting for the deletion.
_MANAGE = (*_READ, "create", "patch", "update", "delete")


def _stateful(config: Config) -> bool:
    return config.target.workload_kind == "StatefulSet"


def _stateless(config: Config) -> bool:
    return config.target.workload_kind == "Deployment"


def _autoscaled(config: Config) -> bool:
    return config.target.autoscaler is not None


def _asks_pods(config: Config) -> bool:
    """Models are asked whether they are ready, Envoys what they count."""
    return bool(config.target.proxy_admin_port or config.request.arms)


def _asks_service(config: Config) -> bool:
    """Without a URL the first answers come through the API server."""
    return not config.request.url


RULES: Mapping[Part, tuple[Rule, ...]] = {
    # Observers, the wait for a workload that serves, reading back, versions; the attestation.
    Part.WATCH: (
        Rule("pods", ("list", "watch")),
        Rule("pods/proxy", ("get",), when=_asks_pods),
        # The proxy is looked for as either kind; the workload is of the configured one.
        Rule("statefulsets", ("get",), APPS),
        Rule("deployments", ("get",), APPS),
        Rule("statefulsets", ("list", "watch"), APPS, when=_stateful),
        Rule("deployments", ("list", "watch"), APPS, when=_stateless),
        Rule("horizontalpodautoscalers", _READ, SCALING, when=_autoscaled),
        Rule("endpointslices", ("list", "watch"), "discovery.k8s.io"),
        Rule("services", ("get",)),
        Rule("configmaps", ("get", "list")),
        Rule("poddisruptionbudgets", ("list",), POLICY),
        Rule("networkpolicies", ("list",), "networking.k8s.io"),
        Rule("resourcequotas", ("list",)),
    ),
    # Where to send; the requests themselves go past the API server.
    Part.LOAD: (
        Rule("services", ("get",), when=_asks_service),
        Rule("services/proxy", ("create",), when=_asks_service),
    ),
    # A creation can't be limited to a name.
    Part.LEASE: (
        Rule("leases", ("create",), "coordination.k8s.io"),
        Rule("leases", ("get", "update", "delete"), "coordination.k8s.io", ("seatrial-trial",)),
    ),
    # Records in the cluster of what must be put back, and which cluster this is: a UID.
    Part.UNDO: (
        Rule("configmaps", ("create", "get", "list", "delete")),
        Rule("namespaces", ("get",), names=("kube-system",), scope=Scope.CLUSTER),
    ),
    # manage = true: what the shipped overlays hold, applied and put back.
    Part.DEPLOY: (
        Rule("statefulsets", _MANAGE, APPS),
        Rule("deployments", _MANAGE, APPS),
        Rule("horizontalpodautoscalers", _MANAGE, SCALING),
        Rule("poddisruptionbudgets", _MANAGE, POLICY),
        Rule("services", _MANAGE),
        Rule("configmaps", _MANAGE),
        # A namespace's own role may speak of that namespace.
        Rule("namespaces", ("get", "patch", "update")),
    ),
    # manage = true and no such namespace yet: it is made, and removed if nothing else is in it.
    Part.NAMESPACE: (
        Rule("namespaces", (*_READ, "create", "delete"), scope=Scope.CLUSTER),
        Rule("pods", ("list",), scope=Scope.CLUSTER),
        Rule("services", ("list",), scope=Scope.CLUSTER),
        Rule("configmaps", ("list",), scope=Scope.CLUSTER),
        Rule("secrets", ("list",), scope=Scope.CLUSTER),
        Rule("persistentvolumeclaims", ("list",), scope=Scope.CLUSTER),
        Rule("deployments", ("list",), APPS, scope=Scope.CLUSTER),
        Rule("statefulsets", ("list",), APPS, scope=Scope.CLUSTER),
        Rule("daemonsets", ("list",), APPS, scope=Scope.CLUSTER),
        Rule("jobs", ("list",), "batch", scope=Scope.CLUSTER),
        Rule("cronjobs", ("list",), "batch", scope=Scope.CLUSTER),
    ),
    # seatrial's own proof: pods are annotated, so that they read a changed ConfigMap at once.
    Part.SABOTAGE: (Rule("pods", ("get", "list", "patch")),),
    # Each fault on pods asks the budgets first: it may not take more than they allow.
    Part.FAULT_PODS: (
        Rule("pods", ("get", "list", "delete")),
        Rule("pods/eviction", ("create",)),
        Rule("poddisruptionbudgets", ("list",), POLICY),
    ),
    # Which of the two verbs a command in a container takes differs by the API server's version.
    Part.FAULT_EXEC: (
        Rule("pods", ("get", "list")),
        Rule("pods/exec", ("create", "get")),
        Rule("poddisruptionbudgets", ("list",), POLICY),
    ),
    # A bounded pod of our own on the replica's node.
    Part.FAULT_HAND: (
        Rule("pods", ("get", "list", "create", "delete")),
        Rule("pods/log", ("get",)),
        Rule("poddisruptionbudgets", ("list",), POLICY),
    ),
    Part.FAULT_RESIZE: (
        Rule("pods", ("get", "list")),
        Rule("pods/resize", ("patch",)),
        Rule("poddisruptionbudgets", ("list",), POLICY),
        # How often a container was throttled stands in its node's metrics alone.
        Rule("nodes/proxy", ("get",), scope=Scope.CLUSTER),
    ),
    # The policy selects its one pod by a label of its own.
    Part.FAULT_NETWORK: (
        Rule("pods", ("get", "list", "patch")),
        Rule("networkpolicies", ("get", "list", "create", "delete"), "networking.k8s.io"),
        Rule("poddisruptionbudgets", ("list",), POLICY),
    ),
    Part.FAULT_WORKLOAD: (
        Rule("statefulsets", ("get", "patch"), APPS),
        Rule("deployments", ("get", "patch"), APPS),
        Rule("statefulsets/scale", ("get", "patch"), APPS),
        Rule("deployments/scale", ("get", "patch"), APPS),
    ),
    # A drain evicts what of the namespace runs on a node: with the rights of the faults on pods.
    Part.FAULT_NODES: (Rule("nodes", ("get", "list", "patch"), scope=Scope.CLUSTER),),
    Part.FAULT_METRICS: (
        Rule("deployments", ("get",), APPS, ("metrics-server",), Scope.SYSTEM),
        Rule("deployments/scale", ("get", "patch"), APPS, ("metrics-server",), Scope.SYSTEM),
        # Whether there are any metrics is seen by those of the system's own pods.
        Rule("pods", ("list",), "metrics.k8s.io", scope=Scope.SYSTEM),
    ),
}


def rights(parts: Iterable[Part], config: Config) -> tuple[Right, ...]:
    """Return every right that these parts use of ``config``'s target, each part's own, in order."""
    return tuple(
        right
        for part in dict.fromkeys(parts)
        for rule in RULES[part]
        if rule.when(config)
        for right in rule.rights(part, config.target.namespace)
    )
