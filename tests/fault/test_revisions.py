"""How far a rollout is: whole, stuck, or clear of everything of ours; and what a broken one is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.cluster import Pod, Scalable
from seatrial.cluster.values import Writer
from seatrial.fault.actions.revisions import _parted, _successors
from seatrial.fault.revisions import BROKEN, Rolled, _broken

NOBODY = Writer("", "")
WORKLOAD = Scalable(
    "StatefulSet", "n", "m", "u", 5, 5, 2, 2, 2, 2, "1", "app=m", (), NOBODY, NOBODY, "d"
)


def _pod(name: str, uid: str, *, ready: bool = True, terminating: bool = False) -> Pod:
    why = "" if ready else "ContainersNotReady"
    return Pod(name, uid, "10.0.0.1", "n", "Running", ready, terminating, 0, {}, "", why, ())


OLD = (_pod("m-0", "a"), _pod("m-1", "b"))
NEW = (_pod("m-0", "c"), _pod("m-1", "d"))
WHOLE = Rolled(WORKLOAD, NEW, frozenset({"m-0", "m-1"}), in_template=True)
CLEAR = Rolled(WORKLOAD, OLD, frozenset(), in_template=False)
STUCK = Rolled(
    WORKLOAD, (OLD[0], _pod("m-1", "d", ready=False)), frozenset({"m-1"}), in_template=True
)


@pytest.mark.parametrize(
    ("seen", "whole", "stuck", "clear"),
    [
        (WHOLE, True, False, False),
        (CLEAR, False, False, True),
        (STUCK, False, True, False),
        (replace(WHOLE, marked=frozenset({"m-1"})), False, False, False),
        (replace(WHOLE, pods=(*NEW, _pod("m-2", "e", terminating=True))), False, False, False),
        (replace(WHOLE, workload=replace(WORKLOAD, observed_generation=4)), False, False, False),
        (replace(CLEAR, workload=replace(WORKLOAD, observed_generation=4)), False, False, False),
        (replace(CLEAR, pods=OLD[:1]), False, False, False),
        (replace(CLEAR, pods=(OLD[0], _pod("m-1", "b", ready=False))), False, False, False),
        (replace(CLEAR, in_template=True), False, False, False),
        (replace(STUCK, in_template=False), False, False, False),
    ],
)
def test_how_far_a_rollout_is(
    seen: Rolled,
    whole: bool,  # noqa: FBT001 -- a table of cases
    stuck: bool,  # noqa: FBT001 -- the same
    clear: bool,  # noqa: FBT001 -- the same
) -> None:
    """It is whole or clear only with every replica Ready and the template seen by its controller.

    One pod too few, one on its way out, one not Ready, a generation not yet observed: not yet.
    """
    assert (seen.whole, seen.stuck, seen.clear) == (whole, stuck, clear)


def test_each_replica_is_paired_with_the_one_in_its_place() -> None:
    """By its name, or else with any of the new ones, each given once; none where none came."""
    found = _successors(OLD, WHOLE)
    assert [(item["uid"], item["uid_after"]) for item in found] == [("a", "c"), ("b", "d")]
    loose = (_pod("m-x", "c"), _pod("m-y", "d"))
    seen = replace(WHOLE, pods=loose, marked=frozenset({"m-x", "m-y"}))
    assert {item["uid_after"] for item in _successors(OLD, seen)} == {"c", "d"}
    assert [item["uid_after"] for item in _successors(OLD, CLEAR)] == ["", ""]


def test_what_a_broken_version_took_and_left() -> None:
    """The pod that is there no more was taken; of those that stay the Ready ones went on."""
    lost, serving = _parted(OLD, STUCK)
    assert ([pod.uid for pod in lost], serving) == (["b"], 1)
    hurt = replace(CLEAR, pods=(_pod("m-0", "a", ready=False), OLD[1]))
    assert _parted(OLD, hurt) == ([], 1)


def test_a_broken_version_is_admitted_where_the_workload_is() -> None:
    """Its container has the image, resources and restrictions of the first, and no probe of it."""
    first = {
        "name": "server",
        "image": "i",
        "resources": {"limits": {"cpu": "1"}},
        "securityContext": {"allowPrivilegeEscalation": False},
        "readinessProbe": {},
        "env": [],
    }
    found = _broken(first)
    assert (found["name"], found["image"]) == (BROKEN, "i")
    assert found["resources"] == first["resources"]
    assert found["securityContext"] == first["securityContext"]
    assert found["command"] == ["/seatrial/no-such-program"]
    assert not {"readinessProbe", "env"} & set(found)
