"""What it costs clients when a replica or a proxy goes: nothing if it is asked to, else bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import FAULT_S, LEAST, costs, landed

if TYPE_CHECKING:
    from .conftest import Hold

pytestmark = [pytest.mark.cluster, pytest.mark.faults]


@pytest.mark.parametrize(
    ("kind", "fault_s"),
    [
        ("evict-replica", FAULT_S),
        ("delete-replica", FAULT_S),
        ("evict-proxy", FAULT_S),
        ("scale-by-hand", FAULT_S),
        ("no-metrics", 100.0),
        ("broken-rollout", 120.0),
        # Each replica twice, one after another: its grace, and its start on two busy cores.
        ("rolling-restart", 360.0),
    ],
)
def test_what_goes_gracefully_loses_no_request(hold: Hold, kind: str, fault_s: float) -> None:
    """Of at least 6,000 requests at 100/s none fails, none is late and none stays unsent."""
    found = hold(kind, fault_s)
    landed(found)
    seen = costs(found)
    assert seen.n >= LEAST
    assert (seen.errors, seen.timeouts, seen.unsent) == (0, 0, 0)


#: The most requests that may be lost of at least 6,000, and why any are.
BOUNDS = {
    # Its network goes at once: what is in flight gets no answer. One more attempt saves almost all.
    "kill-replica": 5,
    # Two of three at once: for a moment the one more attempt may meet the other dead one.
    "delete-replicas": 60,
    # A client's connection to it is dead, nobody stands between: what is in flight is lost, and
    # what is sent until the client has noticed.
    "kill-proxy": 120,
}


@pytest.mark.parametrize("kind", sorted(BOUNDS))
def test_what_is_killed_loses_few_requests(hold: Hold, kind: str) -> None:
    """Without any grace some requests are lost: as few as the bound says."""
    found = hold(kind)
    landed(found)
    seen = costs(found)
    assert seen.n >= LEAST
    assert seen.errors + seen.timeouts + seen.unsent <= BOUNDS[kind]
