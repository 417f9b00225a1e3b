"""Sets up the node's own network: one address that leads nowhere outside the namespace."""

from __future__ import annotations

import subprocess
from pathlib import Path

from seatrial.cluster.embedded.layout import NODE_IP
from seatrial.errors import SeatrialError

_DEVICE = "seatrial0"

#: A bridge carries the address, since a kernel may lack the dummy device. The default route is
#: what the kubelet and the API server take the node's address from.
COMMANDS = f"""\
link set lo up
link add {_DEVICE} type bridge
address add {NODE_IP}/32 dev {_DEVICE}
link set {_DEVICE} up
route add default dev {_DEVICE}
"""


def set_up() -> None:
    """Bring the network up in the calling process's namespace."""
    done = subprocess.run(
        ["ip", "-batch", "-"],  # noqa: S607 - Debian's iproute2, wherever PATH has it
        input=COMMANDS,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if done.returncode != 0:
        raise SeatrialError(
            f"make the network device {_DEVICE}, inside the node",
            got=done.stderr.strip(),
            expected="a bridge with the node's address",
            mend="use a kernel that has the bridge driver",
        )
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
