"""A real Kubernetes on this machine alone, inside namespaces of its own.

One Go binary holds the control plane, kubelet and DNS; Debian's containerd runs the pods. Killing
the one outer process ends all of it. What is deployed on it belongs to `workload`.
"""

from seatrial.cluster.embedded.layout import DEFAULT_NAME, name_of
from seatrial.cluster.embedded.lifecycle import (
    down,
    kubeconfig,
    load_image,
    prepare_machine,
    status,
    up,
)
from seatrial.cluster.embedded.roster import Node, lose_node, nodes, return_node
from seatrial.cluster.embedded.running import EmbeddedCluster

__all__ = [
    "DEFAULT_NAME",
    "EmbeddedCluster",
    "Node",
    "down",
    "kubeconfig",
    "load_image",
    "lose_node",
    "name_of",
    "nodes",
    "prepare_machine",
    "return_node",
    "status",
    "up",
]
