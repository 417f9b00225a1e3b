"""Sets up a node's own network: its address, and ways to the other nodes and nowhere else.

The first node has a bridge, and each further node a link to it; all of them lie in the nodes'
network namespaces. A lost node's link goes with its namespace.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster.embedded.layout import Layout

_DEVICE = "seatrial0"


def bridge(first: Layout) -> str:
    """Give the commands that make the first node's device.

    A bridge carries the address, since a kernel may lack the dummy device. Its link address is
    fixed: else it would change as further nodes come and go, and the others would not find it.
    """
    return f"link add {_DEVICE} address {first.hardware_address} type bridge\n"


def link(node: Layout) -> str:
    """Give the commands that link a further node to the first one's bridge.

    They run in the first one's network namespace and in the further one's PID namespace, where
    process 1 is that node's own.
    """
    near, address = f"node{node.suffix}", node.hardware_address
    return (
        f"link add {near} type veth peer name {_DEVICE} address {address} netns 1\n"
        f"link set {near} master {_DEVICE} up\n"
    )


def address(node: Layout, count: int) -> str:
    """Give the commands that make the device, once it is there, a node's way to all others.

    The default route is what the kubelet and the API server take the node's address from. Behind
    it lie the nodes; it leads nowhere else.
    """
    others = [other for other in node.nodes(count) if other.number != node.number]
    routes = (
        f"route add {other.pod_cidr} via {other.node_ip} dev {_DEVICE} onlink\n" for other in others
    )
    return (
        "link set lo up\n"
        f"address add {node.node_ip}/32 dev {_DEVICE}\n"
        f"link set {_DEVICE} up\n"
        f"route add default dev {_DEVICE}\n" + "".join(routes)
    )


def set_up(node: Layout, count: int, first_namespace: int) -> None:
    """Bring the network up in the calling process's namespace; ``count`` is of all nodes.

    ``first_namespace`` is a descriptor of the first node's network namespace; the first node
    itself needs none.
    """
    if node.number == 1:
        _ip("make the bridge", (), bridge(node))
    else:
        inside = ("nsenter", f"--net=/proc/self/fd/{first_namespace}")
        # The kernel takes a lost node's link away in its own time: a node that returns won't wait.
        _ip_quietly(inside, f"link delete node{node.suffix}\n", first_namespace)
        _ip("link the node to the first one", inside, link(node), first_namespace)
    _ip("give the node its address and routes", (), address(node, count))
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _ip(attempt: str, inside: Sequence[str], commands: str, *kept: int) -> None:
    done = _ip_quietly(inside, commands, *kept)
    if done.returncode != 0:
        raise SeatrialError(
            f"{attempt}, inside the node",
            got=done.stderr.strip(),
            expected="ip to carry out each command",
            mend="use a kernel that has the bridge and veth drivers",
        )


def _ip_quietly(
    inside: Sequence[str], commands: str, *kept: int
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*inside, "ip", "-batch", "-"],
        input=commands,
        pass_fds=kept,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
