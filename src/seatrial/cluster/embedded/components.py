"""Says how each component of the node is started: its command line, what it waits for, its probe.

Pure: nothing is started here. A flag that a reader would not expect gives its cause.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seatrial.cluster.embedded.layout import (
    API_PORT,
    CONTAINERD_SOCKET,
    CONTROLLER_MANAGER_PORT,
    ETCD_PORT,
    KUBELET_HEALTH_PORT,
    NODE_IP,
    PROXY_HEALTH_PORT,
    SCHEDULER_PORT,
    SERVICE_CIDR,
)

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout


#: 50 s by default: a trial is too short to wait for that. Five renewals of a node's lease
#: (`settings.NODE_LEASE_S`) must fail to come first, so a busy machine takes no node for lost.
_MISS_A_NODE_SOON = (
    "--node-monitor-grace-period=10s",
    "--node-monitor-period=1s",
    # 0.1 by default: of two nodes lost one after the other, the second would wait for 10 s.
    "--node-eviction-rate=1",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """How to see that a component is ready.

    ``port``: something listens on that port of loopback. ``socket``: a unix socket accepts.
    ``readyz``: the API server answers 200 to /readyz.
    """

    kind: Literal["port", "socket", "readyz"]
    target: str


@dataclass(frozen=True, slots=True)
class Component:
    """One process of the node. ``after`` are the components that must be ready before it starts."""

    name: str
    argv: tuple[str, ...]
    probe: Probe
    after: tuple[str, ...] = ()


def components(layout: Layout, binary: Path, relay_fd: int, nodes: int) -> tuple[Component, ...]:
    """List all of the node's components, each essential: the node ends when one of them does.

    ``relay_fd`` is the number the relay's listener has in the relay's process; ``nodes`` is how
    many the cluster has. A further node starts when the API server is ready, and has none itself.
    """
    if layout.number > 1:
        return _on_each_node(layout, binary, ())
    return (
        *_control_plane(layout, binary, relay_fd, nodes),
        *_on_each_node(layout, binary, ("kube-apiserver",)),
    )


def _control_plane(
    layout: Layout, binary: Path, relay_fd: int, nodes: int
) -> tuple[Component, ...]:
    api = ("kube-apiserver",)
    return (
        Component("etcd", etcd(layout, binary), Probe("port", str(ETCD_PORT))),
        # It waits for etcd by itself, and most of its start is its own work.
        Component("kube-apiserver", api_server(layout, binary), Probe("readyz", str(API_PORT))),
        Component("relay", relay(relay_fd), Probe("port", str(API_PORT)), api),
        Component(
            "kube-controller-manager",
            controller_manager(layout, binary, nodes=nodes),
            Probe("port", str(CONTROLLER_MANAGER_PORT)),
            api,
        ),
        Component(
            "kube-scheduler", scheduler(layout, binary), Probe("port", str(SCHEDULER_PORT)), api
        ),
    )


def _on_each_node(layout: Layout, binary: Path, api: tuple[str, ...]) -> tuple[Component, ...]:
    return (
        Component("containerd", containerd(layout), Probe("socket", CONTAINERD_SOCKET)),
        Component(
            "kubelet",
            kubelet(layout, binary),
            Probe("port", str(KUBELET_HEALTH_PORT)),
            ("containerd", *api),
        ),
        Component("kube-proxy", proxy(layout, binary), Probe("port", str(PROXY_HEALTH_PORT)), api),
    )


def etcd(layout: Layout, binary: Path) -> tuple[str, ...]:
    """Give etcd's command line."""
    client = f"https://127.0.0.1:{ETCD_PORT}"
    return (
        *(str(binary), "etcd", "--name=seatrial"),
        # On the node's tmpfs, and never synced: the data ends with the node's process anyhow.
        *("--data-dir=/run/etcd", "--unsafe-no-fsync=true"),
        *(f"--listen-client-urls={client}", f"--advertise-client-urls={client}"),
        *_pair(layout, "cert-file", "key-file", "etcd"),
        *("--client-cert-auth=true", f"--trusted-ca-file={layout.pki / 'etcd-ca.crt'}"),
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--log-level=warn",
    )


def containerd(layout: Layout) -> tuple[str, ...]:
    """Give containerd's command line."""
    return ("containerd", "--config", str(layout.conf / "containerd.toml"), "--log-level", "warn")


def api_server(layout: Layout, binary: Path) -> tuple[str, ...]:
    """Give the API server's command line."""
    pki = layout.pki
    return (
        *(str(binary), "kube-apiserver", f"--advertise-address={NODE_IP}"),
        # Inside the node's network namespace: the host has no route to it.
        *("--bind-address=0.0.0.0", f"--secure-port={API_PORT}", "--allow-privileged=true"),
        *("--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction"),
        *("--anonymous-auth=false", "--profiling=false", f"--client-ca-file={pki / 'ca.crt'}"),
        *_pair(layout, "tls-cert-file", "tls-private-key-file", "apiserver"),
        f"--etcd-servers=https://127.0.0.1:{ETCD_PORT}",
        f"--etcd-cafile={pki / 'etcd-ca.crt'}",
        *_pair(layout, "etcd-certfile", "etcd-keyfile", "apiserver-etcd-client"),
        f"--kubelet-certificate-authority={pki / 'ca.crt'}",
        *_pair(
            layout,
            "kubelet-client-certificate",
            "kubelet-client-key",
            "apiserver-kubelet-client",
        ),
        # The node's host name is known to no resolver.
        "--kubelet-preferred-address-types=InternalIP",
        *("--service-account-issuer=https://kubernetes.default.svc",),
        f"--service-account-key-file={pki / 'service-account.pub'}",
        f"--service-account-signing-key-file={pki / 'service-account.key'}",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        # Aggregation, which metrics.k8s.io is served by.
        f"--requestheader-client-ca-file={pki / 'front-proxy-ca.crt'}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        *_pair(layout, "proxy-client-cert-file", "proxy-client-key-file", "front-proxy-client"),
        "--enable-aggregator-routing=true",
    )


def controller_manager(layout: Layout, binary: Path, *, nodes: int = 1) -> tuple[str, ...]:
    """Give the controller manager's command line."""
    return (
        *(str(binary), "kube-controller-manager", *_kubeconfigs(layout, "controller-manager")),
        *(_MISS_A_NODE_SOON if nodes > 1 else ()),
        *("--bind-address=127.0.0.1", "--leader-elect=false", "--profiling=false"),
        # Each controller under a service account of its own, with that one's rights.
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={layout.pki / 'service-account.key'}",
        f"--root-ca-file={layout.pki / 'ca.crt'}",
        # Each controller first fetches its own token; at the default rate that alone takes 4 s.
        *("--kube-api-qps=200", "--kube-api-burst=400"),
        # 15 s by default: a trial is too short to wait for that.
        "--horizontal-pod-autoscaler-sync-period=5s",
        # The default lies under /usr, which is the host's.
        "--flex-volume-plugin-dir=/run/kubelet-volume-plugins",
    )


def scheduler(layout: Layout, binary: Path) -> tuple[str, ...]:
    """Give the scheduler's command line."""
    return (
        *(str(binary), "kube-scheduler", *_kubeconfigs(layout, "scheduler")),
        *("--bind-address=127.0.0.1", "--leader-elect=false", "--profiling=false"),
    )


def kubelet(layout: Layout, binary: Path) -> tuple[str, ...]:
    """Give the kubelet's command line; most of its settings are in a file."""
    return (
        *(str(binary), "kubelet", f"--config={layout.conf / 'kubelet.json'}"),
        f"--kubeconfig={layout.conf / 'kubelet.kubeconfig'}",
        *(f"--hostname-override={layout.node_name}", f"--node-ip={layout.node_ip}"),
    )


def proxy(layout: Layout, binary: Path) -> tuple[str, ...]:
    """Give kube-proxy's command line; its settings are in a file."""
    return (str(binary), "kube-proxy", f"--config={layout.conf / 'proxy.json'}")


def relay(listener_fd: int) -> tuple[str, ...]:
    """Give the command line of the relay between the host's loopback and the API server."""
    module = "seatrial.cluster.embedded.relay"
    return (sys.executable, "-P", "-m", module, str(listener_fd), str(API_PORT))


def _pair(layout: Layout, certificate: str, key: str, name: str) -> tuple[str, str]:
    return (
        f"--{certificate}={layout.pki / f'{name}.crt'}",
        f"--{key}={layout.pki / f'{name}.key'}",
    )


def _kubeconfigs(layout: Layout, owner: str) -> tuple[str, ...]:
    """Give the identity a component calls with, and asks with whether its own callers may call."""
    file = layout.conf / f"{owner}.kubeconfig"
    return (
        f"--kubeconfig={file}",
        f"--authentication-kubeconfig={file}",
        f"--authorization-kubeconfig={file}",
    )
