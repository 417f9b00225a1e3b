"""How a pod ended is read from what happened to it: by whom, with which grace, by itself or not."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.fault.endings import ending

Raw = dict[str, Any]


def _pod(uid: str = "u", *, grace: int | None = None, by: str = "", **exits: int) -> Raw:
    meta: Raw = {"uid": uid}
    if grace is not None:
        meta |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": grace}
    conditions = [{"type": "DisruptionTarget", "status": "True", "reason": by}] if by else []
    states: list[Raw] = [
        {"name": name, "state": {"terminated": {"exitCode": code}}} for name, code in exits.items()
    ]
    states.append({"name": "running", "state": {"running": {}}})
    return {"metadata": meta, "status": {"conditions": conditions, "containerStatuses": states}}


def test_a_graceful_end_is_told_whole() -> None:
    """The grace is that of the first request, not of the kubelet's own last deletion."""
    events = [
        ("MODIFIED", _pod(by="EvictionByEvictionAPI")),
        ("MODIFIED", _pod(by="EvictionByEvictionAPI", grace=45)),
        ("MODIFIED", _pod(by="EvictionByEvictionAPI", grace=45, server=0)),
        ("DELETED", _pod(by="EvictionByEvictionAPI", grace=0, server=0)),
        ("ADDED", _pod("successor")),
    ]
    found = ending(events, "u")
    assert (found.grace_s, found.disrupted_by) == (45, "EvictionByEvictionAPI")
    assert (found.gone, found.exits, found.by_itself) == (True, {"server": 0}, True)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [("MODIFIED", _pod(grace=45, server=0))],
        [("DELETED", _pod(grace=45))],
        [("DELETED", _pod(grace=45, server=0, sidecar=137))],
        [("DELETED", _pod("another", grace=45, server=0))],
    ],
    ids=["nothing seen", "still there", "no exit seen", "one was killed", "another pod"],
)
def test_what_was_not_seen_to_end_by_itself_did_not(events: list[tuple[str, Raw]]) -> None:
    """Silence, a pod that stays, an unknown exit, SIGKILL and another pod's end prove nothing."""
    assert not ending(events, "u").by_itself
