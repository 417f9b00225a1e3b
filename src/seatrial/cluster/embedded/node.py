"""A node's PID 1: it makes the node out of its fresh namespaces and ends with any component.

Run by the outer process as ``python -m seatrial.cluster.embedded.node NAME CACHE NUMBER COUNT
BINARY STORE FD``. Its end is the end of everything in the node: the kernel kills what is left in
the PID namespace, and mounts and devices go with the other namespaces.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import cgroups, events, mounts, network, store
from seatrial.cluster.embedded.components import components
from seatrial.cluster.embedded.events import Event
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

#: The number of the relay's listener in the relay's process.
RELAY_FD = 3
#: The name of the node's own set-up among the events.
SETUP = "node"


@dataclass(frozen=True, slots=True)
class Making:
    """What a node is made of; ``count`` nodes are in its cluster.

    ``descriptor``: the first node's is the relay's listener, a further one's the network namespace
    of the first.
    """

    layout: Layout
    count: int
    binary: Path
    image_store: Path
    descriptor: int

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> Self:
        """Read the command line."""
        name, cache, number, count, binary, image_store, descriptor = arguments
        layout = Layout(name, Path(cache), int(number))
        return cls(layout, int(count), Path(binary), Path(image_store), int(descriptor))


def run(making: Making) -> Event:
    """Set the node up and run it; give the event that ended it."""
    layout, descriptor = making.layout, making.descriptor
    try:
        _set_process_limits()
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's signature
        cgroups.join(layout.cgroup, cgroups.hierarchies())
        socket.sethostname(layout.node_name)
        mounts.isolate_paths()
        # Never closed: the store is in use for as long as this process lives.
        store.hold(making.image_store)
        store.show(making.image_store, layout.containerd)
        network.set_up(layout, making.count, descriptor)
        if layout.number > 1:
            os.close(descriptor)
    except Exception as error:  # noqa: BLE001 - PID 1's last word: whatever it was, it is told
        traceback.print_exc()
        return Event("failed", SETUP, str(error) or repr(error))
    events.append(layout.events, Event("ready", SETUP))
    everything = components(layout, making.binary, RELAY_FD, making.count)
    # Whoever is named so gets it, and a further node has no relay.
    return Supervisor(layout, everything, {"relay": (descriptor, RELAY_FD)}).run()


def _set_process_limits() -> None:
    """Let no setting of the user's shell reach the components and the pods."""
    os.umask(0o022)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # 1024, a shell's usual limit, is few for Envoy.
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> int:
    """Read the command line and run; a node never ends well by itself, so this is never 0."""
    making = Making.from_arguments(sys.argv[1:])
    ended = run(making)
    events.append(making.layout.events, ended)
    return 1


if __name__ == "__main__":
    sys.exit(main())
