"""Kubernetes, embedded or existing, behind one façade: `connect()` gives a `Cluster`.

The only holder of a Kubernetes client. What is deployed belongs to `workload`, what breaks it
to `fault`, what watches it to `observe`.
"""

from seatrial.cluster.connect import connect
from seatrial.cluster.errors import (
    BudgetError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
)
from seatrial.cluster.facade import Cluster
from seatrial.cluster.objects import AUTOSCALER, ObjectState, object_state, read_object
from seatrial.cluster.quantity import mebibytes, millicores
from seatrial.cluster.values import (
    Autoscaler,
    ContainerState,
    Endpoints,
    Event,
    HttpAnswer,
    Pod,
    Scalable,
    ScalingRules,
    WorkloadKind,
)

__all__ = [
    "AUTOSCALER",
    "Autoscaler",
    "BudgetError",
    "Cluster",
    "ClusterError",
    "ConflictError",
    "ContainerState",
    "Endpoints",
    "Event",
    "ForbiddenError",
    "HttpAnswer",
    "NotFoundError",
    "ObjectState",
    "Pod",
    "Scalable",
    "ScalingRules",
    "WorkloadKind",
    "connect",
    "mebibytes",
    "millicores",
    "object_state",
    "read_object",
]
