"""Where everything of one embedded cluster lies, and the addresses inside it. Pure values.

Two places: a small state directory under /run, machine-wide, so that a name means one cluster
and a reboot forgets it; and a data directory under the user's cache, beside the image store, so
that a start can share the store's files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from seatrial.cache import cache_root
from seatrial.errors import UsageError

#: The default cluster's name.
DEFAULT_NAME = "seatrial"

STATE_ROOT = Path("/run/seatrial")

#: Addresses inside the nodes' network namespaces. Every cluster has the same ones: no packet
#: leaves its namespaces, so they meet neither each other nor the host's. This is the first node's,
#: where the API server listens.
NODE_IP = "10.88.0.1"
SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
DNS_IP = "10.96.0.10"
CLUSTER_DOMAIN = "cluster.local"

API_PORT = 6443
ETCD_PORT = 2379
CONTROLLER_MANAGER_PORT = 10257
SCHEDULER_PORT = 10259
KUBELET_HEALTH_PORT = 10248
PROXY_HEALTH_PORT = 10256

#: containerd's default path. cAdvisor looks there and nowhere else; without it the CPU throttling
#: of a pod carries no container labels. /run is a tmpfs of the node's own.
CONTAINERD_SOCKET = "/run/containerd/containerd.sock"

#: Nodes share the machine's cores and memory: more of them show nothing that these do not.
MOST_NODES = 9

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths and addresses of one node of the cluster ``name``; what nodes share is the same.

    ``cache`` is seatrial's cache directory. ``number`` 1 is the first node, which has the control
    plane; the others are further nodes.
    """

    name: str
    cache: Path
    number: int = 1

    def node(self, number: int) -> Layout:
        """Give the layout of another node of the same cluster."""
        return replace(self, number=number)

    def nodes(self, count: int) -> tuple[Layout, ...]:
        """Give the layouts of the cluster's ``count`` nodes, the first one first."""
        return tuple(self.node(number) for number in range(1, count + 1))

    @property
    def suffix(self) -> str:
        """What tells a further node's names and files from the first one's."""
        return "" if self.number == 1 else f"-{self.number}"

    @property
    def state(self) -> Path:
        """The state directory: the nodes' state files, the admin kubeconfig."""
        return STATE_ROOT / self.name

    @property
    def state_file(self) -> Path:
        """The node's own state."""
        return self.state / f"state{self.suffix}.json"

    @property
    def kubeconfig(self) -> Path:
        """The user's admin kubeconfig."""
        return self.state / "kubeconfig"

    @property
    def data(self) -> Path:
        """The data directory: certificates, and each node's own part."""
        return self.cache / "clusters" / self.name

    @property
    def own(self) -> Path:
        """The node's own part of it: configuration, logs, containerd's root, events."""
        return self.data if self.number == 1 else self.data / f"node{self.suffix}"

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.data / "pki"

    @property
    def conf(self) -> Path:
        """The components' configuration files and kubeconfigs."""
        return self.own / "conf"

    @property
    def logs(self) -> Path:
        """One log a component. They outlive the cluster until the next start of its name."""
        return self.own / "log"

    @property
    def containerd(self) -> Path:
        """The root directory of containerd."""
        return self.own / "containerd"

    @property
    def events(self) -> Path:
        """What the node's PID 1 says of its components, one JSON object a line."""
        return self.own / "events.jsonl"

    @property
    def context(self) -> str:
        """The name of the kubeconfig's one context."""
        return f"seatrial-{self.name}"

    @property
    def node_name(self) -> str:
        """The Kubernetes name, and host name, of the node."""
        return f"{self.context}{self.suffix}"

    @property
    def node_ip(self) -> str:
        """The node's address."""
        return f"10.88.0.{self.number}"

    @property
    def hardware_address(self) -> str:
        """The link address: fixed, so that a node that returns is found at once."""
        return f"02:00:0a:58:00:{self.number:02x}"

    @property
    def pod_cidr(self) -> str:
        """Where the node's pods have their addresses."""
        return f"10.244.{0 if self.number == 1 else self.number}.0/24"

    @property
    def cgroup(self) -> str:
        """The node's cgroup, below the root of each hierarchy. The first's is the cluster's."""
        top = f"/seatrial-{self.name}"
        return top if self.number == 1 else f"{top}/node{self.suffix}"


def name_of(kubeconfig: Path) -> str | None:
    """Give the name of the embedded cluster whose kubeconfig stands at this path, if it is one."""
    name = kubeconfig.parent.name
    known = _NAME.fullmatch(name) and kubeconfig == layout(name).kubeconfig
    return name if known else None


def layout(name: str) -> Layout:
    """Give the layout of the cluster ``name``; `UsageError` for a name Kubernetes can't carry."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "name an embedded cluster",
            got=repr(name),
            expected="1 to 40 of a-z, 0-9 and '-', with a letter or digit at both ends",
            mend="give another --name",
        )
    return Layout(name, cache_root())
