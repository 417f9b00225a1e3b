"""A cut-off by policy: what it selects, and that only failing connections prove it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest

from seatrial.fault.hand import Event
from seatrial.fault.policies import CUT_OFF_LABEL, policy, proven

S = 1_000_000_000


def _tried(at_s: float, *, connected: bool) -> Event:
    return Event("tried", {"wall_ns": round(at_s * S), "connected": connected, "why": ""})


def test_a_policy_selects_its_one_pod_and_lets_nothing_through() -> None:
    """By a label that only that pod gets; both directions, no exception."""
    made = policy("name", "undo-1")
    assert made["spec"] == {
        "podSelector": {"matchLabels": {CUT_OFF_LABEL: "undo-1"}},
        "policyTypes": ["Ingress", "Egress"],
    }


@pytest.mark.parametrize(
    ("events", "held"),
    [
        ([_tried(9, connected=True), _tried(15, connected=False)], True),
        ([_tried(12, connected=True), _tried(15, connected=False)], True),
        ([_tried(15, connected=False), _tried(16, connected=True)], False),
        ([_tried(9, connected=True), _tried(31, connected=False)], False),
        ([Event("other", {"line": "noise"})], False),
    ],
)
def test_only_failing_connections_prove_a_policy(events: list[Event], held: bool) -> None:  # noqa: FBT001 -- a parameter
    """All tries while it stood must have failed, the first 3 s apart, and there must be some."""
    assert proven(events, 10 * S, 30 * S)["held"] is held


def test_a_policy_that_nobody_enforces_is_called_so() -> None:
    """The reader learns why the fault did not land."""
    detail = proven([_tried(20, connected=True)], 10 * S, 30 * S)["detail"]
    assert "does not enforce policies" in detail


def _connector(port: int) -> subprocess.Popen[str]:
    text = files("seatrial.fault.hand.programs").joinpath("connector.py").read_text()
    order = {"address": "127.0.0.1", "port": port, "seconds": 60.0, "every_s": 0.05}
    command = [sys.executable, "-c", text, json.dumps(order)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _next(connector: subprocess.Popen[str]) -> dict[str, Any]:
    assert connector.stdout is not None
    found: dict[str, Any] = json.loads(connector.stdout.readline())
    return found


def test_the_connector_tells_each_try() -> None:
    """While something listens it connects, and from then on it does not; SIGTERM ends it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connector = _connector(server.getsockname()[1])
        assert _next(connector)["connected"]
    while (seen := _next(connector))["connected"]:
        pass
    assert "ConnectionRefused" in seen["why"]
    connector.send_signal(signal.SIGTERM)
    connector.communicate(timeout=20)
    assert connector.returncode == 0
