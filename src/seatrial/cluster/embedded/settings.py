"""Writes the configuration files the components read: kubelet, kube-proxy, containerd, CNI.

Command lines are `components`'; which files a cluster has is decided here and nowhere else.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

from seatrial.cluster.embedded.layout import (
    API_PORT,
    CLUSTER_DOMAIN,
    CONTAINERD_SOCKET,
    DNS_IP,
    KUBELET_HEALTH_PORT,
    NODE_IP,
    PROXY_HEALTH_PORT,
)

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout

#: Debian's containernetworking-plugins puts them here.
CNI_PLUGINS = "/usr/lib/cni"

#: Of several nodes one may be lost, and is to be missed within seconds: a kubelet renews its lease
#: four times in this time, and `components` says after how long without it a node is NotReady.
NODE_LEASE_S = 8

#: The components that reach the API server with a kubeconfig of their own identity: on each node,
#: and on the first one besides.
NODE_OWNERS = ("proxy", "kubelet")
CONTROL_OWNERS = ("controller-manager", "scheduler")


def write_all(layout: Layout, pause_image: str, *, nodes: int = 1) -> None:
    """Write every file of one node into its ``conf``, which must exist, as certificates must.

    ``nodes`` is how many the cluster has.
    """
    # By address, not through the relay: that is the user's way from outside.
    server = f"https://{NODE_IP}:{API_PORT}"
    for owner in (*NODE_OWNERS, *(CONTROL_OWNERS if layout.number == 1 else ())):
        identity = f"kubelet{layout.suffix}" if owner == "kubelet" else owner
        write_kubeconfig(layout, identity, layout.conf / f"{owner}.kubeconfig", server)
    _write_json(layout.conf / "kubelet.json", kubelet_settings(layout, nodes=nodes))
    _write_json(layout.conf / "proxy.json", proxy_settings(layout))
    (layout.conf / "containerd.toml").write_text(
        containerd_settings(layout.containerd, layout.conf / "cni", pause_image)
    )
    (layout.conf / "cni").mkdir()
    _write_json(layout.conf / "cni" / "10-seatrial.conflist", cni_settings(layout))
    # Pods with dnsPolicy Default get this one: there is no name server outside to ask.
    (layout.conf / "resolv.conf").write_text("# no name server beyond the cluster's own\n")


def write_kubeconfig(layout: Layout, owner: str, path: Path, server: str) -> None:
    """Write a kubeconfig (mode 0600) that is complete by itself: it refers to no other file."""
    context = layout.context
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": context,
                "cluster": {
                    "server": server,
                    "certificate-authority-data": _inline(layout.pki / "ca.crt"),
                },
            }
        ],
        "users": [
            {
                "name": f"{context}-{owner}",
                "user": {
                    "client-certificate-data": _inline(layout.pki / f"{owner}.crt"),
                    "client-key-data": _inline(layout.pki / f"{owner}.key"),
                },
            }
        ],
        "contexts": [
            {"name": context, "context": {"cluster": context, "user": f"{context}-{owner}"}}
        ],
        "current-context": context,
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file, indent=2)


def kubelet_settings(layout: Layout, *, nodes: int = 1) -> dict[str, object]:
    """Give the KubeletConfiguration. No CPU is reserved: all of it is the workload's to request.

    Of several nodes each offers all of the machine's cores, so that those left can take over what
    ran on a lost one.
    """
    # With one node there is nobody left to notice: Kubernetes' own pace will do.
    lease = {} if nodes == 1 else {"nodeLeaseDurationSeconds": NODE_LEASE_S}
    return {
        **lease,
        **_kubelet_server(layout),
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": layout.cgroup,
        # Kubernetes 1.35 and newer refuse to start on cgroup v1 otherwise.
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_IP],
        "clusterDomain": CLUSTER_DOMAIN,
        "resolvConf": str(layout.conf / "resolv.conf"),
        # The disk and the memory are the user's own: evict only when they are all but gone.
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
        },
        # Nothing can pull an image again, so none may be collected.
        "imageGCHighThresholdPercent": 100,
        "maxPods": 110,
        # The default lies under /usr, which is the host's.
        "volumePluginDir": "/run/kubelet-volume-plugins",
    }


def _kubelet_server(layout: Layout) -> dict[str, object]:
    """Give where the kubelet answers, and whom."""
    return {
        "address": layout.node_ip,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(layout.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(layout.pki / f"kubelet-server{layout.suffix}.crt"),
        "tlsPrivateKeyFile": str(layout.pki / f"kubelet-server{layout.suffix}.key"),
        "healthzPort": KUBELET_HEALTH_PORT,
    }


def proxy_settings(layout: Layout) -> dict[str, object]:
    """Give the KubeProxyConfiguration."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "hostnameOverride": layout.node_name,
        "clientConnection": {"kubeconfig": str(layout.conf / "proxy.kubeconfig")},
        "healthzBindAddress": f"127.0.0.1:{PROXY_HEALTH_PORT}",
        "metricsBindAddress": "127.0.0.1:10249",
        # The connection table's size is the host's: 0 leaves it as it is.
        "conntrack": {"maxPerCore": 0},
    }


def containerd_settings(root: Path, cni: Path, pause_image: str) -> str:
    """Give containerd's config.toml (version 2, as Debian's containerd 1.6 reads it)."""
    return f"""\
version = 2
root = "{root}"
state = "/run/containerd"
# They probe for devices and file systems that the node does not use.
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "{CONTAINERD_SOCKET}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause_image}"
  # Root without CAP_SYS_RESOURCE may not lower oom_score_adj: runc then dies with "can't get
  # final child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
"""


def cni_settings(layout: Layout) -> dict[str, object]:
    """Give the pod network: a link of its own for each pod.

    Not `bridge`: two pods of one bridge skip nftables, and with it every Service address, unless
    the host has loaded br_netfilter.
    """
    return {
        "cniVersion": "1.0.0",
        "name": "seatrial",
        "plugins": [
            {
                "type": "ptp",
                "ipam": {
                    "type": "host-local",
                    "dataDir": "/run/cni-networks",
                    "ranges": [[{"subnet": layout.pod_cidr}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _write_json(path: Path, document: dict[str, object]) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n")
