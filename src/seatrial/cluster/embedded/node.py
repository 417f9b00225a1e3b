"""The node's PID 1: it makes the node out of its fresh namespaces and ends with any component.

Run by the outer process as ``python -m seatrial.cluster.embedded.node NAME CACHE BINARY STORE
LISTENER_FD``. Its end is the end of everything in the node: the kernel kills what is left in the
PID namespace, and mounts and devices go with the other namespaces.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import traceback
from pathlib import Path

from seatrial.cluster.embedded import cgroups, events, mounts, network, store
from seatrial.cluster.embedded.components import components
from seatrial.cluster.embedded.events import Event
from seatrial.cluster.embedded.layout import Layout
from seatrial.cluster.embedded.supervisor import Supervisor

#: The number of the relay's listener in the relay's process.
RELAY_FD = 3
#: The name of the node's own set-up among the events.
SETUP = "node"


def run(layout: Layout, binary: Path, image_store: Path, listener: int) -> Event:
    """Set the node up and run it; give the event that ended it."""
    try:
        _set_process_limits()
        os.set_inheritable(listener, False)  # noqa: FBT003 - the standard library's signature
        cgroups.join(layout.cgroup, cgroups.hierarchies())
        socket.sethostname(layout.node_name)
        mounts.isolate_paths()
        # Never closed: the store is in use for as long as this process lives.
        store.hold(image_store)
        store.show(image_store, layout.containerd)
        network.set_up()
    except Exception as error:  # noqa: BLE001 - PID 1's last word: whatever it was, it is told
        traceback.print_exc()
        return Event("failed", SETUP, str(error) or repr(error))
    events.append(layout.events, Event("ready", SETUP))
    inherit = {"relay": (listener, RELAY_FD)}
    return Supervisor(layout, components(layout, binary, RELAY_FD), inherit).run()


def _set_process_limits() -> None:
    """Let no setting of the user's shell reach the components and the pods."""
    os.umask(0o022)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # 1024, a shell's usual limit, is few for Envoy.
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> int:
    """Read the command line and run; a node never ends well by itself, so this is never 0."""
    name, cache, binary, image_store, listener = sys.argv[1:]
    layout = Layout(name, Path(cache))
    ended = run(layout, Path(binary), Path(image_store), int(listener))
    events.append(layout.events, ended)
    return 1


if __name__ == "__main__":
    sys.exit(main())
