"""The node's PID 1, with real processes of other programs in the components' place."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import events
from seatrial.cluster.embedded.events import Event

if TYPE_CHECKING:
    from pathlib import Path

#: The supervisor waits for every child of its process, so it gets a process of its own.
DRIVER = """
import json, sys
from pathlib import Path
from seatrial.cluster.embedded import supervisor
from seatrial.cluster.embedded.components import Component, Probe
from seatrial.cluster.embedded.layout import Layout
supervisor.READY_DEADLINE_S = float(sys.argv[3])
components = [
    Component(name, tuple(argv), Probe(*probe), tuple(after))
    for name, argv, probe, after in json.loads(sys.argv[2])
]
print(supervisor.Supervisor(Layout("t", Path(sys.argv[1])), components, {}).run().why)
"""
#: Listens on the port given, and stays or ends with exit code 7 when told so.
LISTEN = """
import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("I listen", flush=True)
if len(sys.argv) > 2:
    s.accept()
    sys.exit(7)
while True:
    s.accept()
"""
Described = tuple[str, list[str], tuple[str, str], list[str]]


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(
    tmp_path: Path, components: list[Described], deadline_s: float = 20
) -> tuple[str, tuple[Event, ...], Path]:
    """Supervise the components until the end; give its cause, the events and the logs' place."""
    data = tmp_path / "clusters" / "t"
    (data / "log").mkdir(parents=True)
    argv = [sys.executable, "-c", DRIVER, str(tmp_path), json.dumps(components), str(deadline_s)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as driver:
        try:
            said, _ = driver.communicate(timeout=60)
        finally:
            # In a node the kernel ends the other components; here they would outlive the test.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.pid, signal.SIGKILL)
    assert driver.returncode == 0
    return said.strip(), events.read(data / "events.jsonl"), data / "log"


def test_a_component_starts_after_those_it_needs(tmp_path: Path) -> None:
    """The second is started once the first is ready; the end of one ends all, with its code."""
    first, second = free_port(), free_port()
    why, happened, logs = run(
        tmp_path,
        [
            (
                "second",
                [sys.executable, "-c", LISTEN, str(second), "end"],
                ("port", str(second)),
                ["first"],
            ),
            ("first", [sys.executable, "-c", LISTEN, str(first)], ("port", str(first)), []),
        ],
    )
    assert [event.component for event in happened][:1] == ["first"]
    assert why == "it ended with exit code 7"
    assert (logs / "first.log").read_text() == "I listen\n"


def test_a_component_that_never_gets_ready_ends_the_node(tmp_path: Path) -> None:
    """A component has its deadline, and the cause says so."""
    why, happened, _ = run(
        tmp_path,
        [
            (
                "deaf",
                [sys.executable, "-c", "import signal; signal.pause()"],
                ("port", str(free_port())),
                [],
            )
        ],
        deadline_s=0.2,
    )
    assert happened == ()
    assert why == "not ready 0.2 s after its start"


def test_a_killed_component_is_told_by_its_signal(tmp_path: Path) -> None:
    """The cause of the end names the signal."""
    kill_itself = "import os; os.kill(os.getpid(), 9)"
    why, _, _ = run(tmp_path, [("c", [sys.executable, "-c", kill_itself], ("port", "1"), [])])
    assert why == "it was killed by signal 9"


@pytest.mark.parametrize("half", ['{"kind": "ready", "compo', ""])
def test_a_line_still_being_written_is_left_alone(tmp_path: Path, half: str) -> None:
    """The reader takes whole lines only."""
    file = tmp_path / "events.jsonl"
    events.append(file, Event("ready", "etcd"))
    with file.open("a") as tail:
        tail.write(half)
    assert events.read(file) == (Event("ready", "etcd"),)
