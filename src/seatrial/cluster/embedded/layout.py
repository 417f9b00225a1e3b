"""Where everything of one embedded cluster lies, and the addresses inside it. Pure values.

Two places: a small state directory under /run, machine-wide, so that a name means one cluster
and a reboot forgets it; and a data directory under the user's cache, beside the image store, so
that a start can share the store's files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from seatrial.cache import cache_root
from seatrial.errors import UsageError

#: The default cluster's name.
DEFAULT_NAME = "seatrial"

STATE_ROOT = Path("/run/seatrial")

#: Addresses inside the node's network namespace. Every cluster has the same ones: no packet
#: leaves the namespace, so they meet neither each other nor the host's.
NODE_IP = "10.88.0.1"
SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
DNS_IP = "10.96.0.10"
POD_CIDR = "10.244.0.0/24"
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

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of the cluster ``name``; ``cache`` is seatrial's cache directory."""

    name: str
    cache: Path

    @property
    def state(self) -> Path:
        """The state directory: state.json, the admin kubeconfig, the lock."""
        return STATE_ROOT / self.name

    @property
    def kubeconfig(self) -> Path:
        """The user's admin kubeconfig."""
        return self.state / "kubeconfig"

    @property
    def data(self) -> Path:
        """The data directory: certificates, configuration, logs, containerd's root."""
        return self.cache / "clusters" / self.name

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.data / "pki"

    @property
    def conf(self) -> Path:
        """The components' configuration files and kubeconfigs."""
        return self.data / "conf"

    @property
    def logs(self) -> Path:
        """One log a component. They outlive the cluster until the next start of its name."""
        return self.data / "log"

    @property
    def containerd(self) -> Path:
        """The root directory of containerd."""
        return self.data / "containerd"

    @property
    def events(self) -> Path:
        """What the node's PID 1 says of its components, one JSON object a line."""
        return self.data / "events.jsonl"

    @property
    def node_name(self) -> str:
        """The Kubernetes name, and host name, of the one node."""
        return f"seatrial-{self.name}"

    @property
    def cgroup(self) -> str:
        """The cluster's own cgroup, below the root of each hierarchy."""
        return f"/seatrial-{self.name}"


def name_of(kubeconfig: Path) -> str | None:
    """Give the name of the embedded cluster whose kubeconfig stands at this path, if it is one."""
    parent = kubeconfig.parent
    known = parent.parent == STATE_ROOT and layout(parent.name).kubeconfig == kubeconfig
    return parent.name if known else None


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
