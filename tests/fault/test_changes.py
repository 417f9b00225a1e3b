"""What an experiment writes is known from the activities it ran."""

from __future__ import annotations

import pytest

from seatrial.fault.changes import changes
from seatrial.fault.journal import Activity, Journal


def journal(method: tuple[str, ...], rollbacks: tuple[str, ...] = ()) -> Journal:
    """Return the journal of an experiment that ran these functions."""

    def ran(names: tuple[str, ...]) -> tuple[Activity, ...]:
        return tuple(Activity(name, "action", name, "succeeded", None, "") for name in names)

    return Journal("t", "completed", False, None, None, (), ran(method), ran(rollbacks))  # noqa: FBT003 -- deviated, by place


@pytest.mark.parametrize(
    ("method", "rollbacks", "expected"),
    [
        (("seatrial.fault.actions.kill_replica",), (), ()),
        (("chaosk8s.statefulset.actions.scale_statefulset",), (), ("replicas",)),
        (
            ("chaosk8s.deployment.actions.rollout_deployment",),
            ("chaosk8s.deployment.actions.scale_deployment",),
            ("replicas", "workload"),
        ),
    ],
)
def test_what_method_and_rollbacks_write_is_the_faults_own(
    method: tuple[str, ...], rollbacks: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """A killed replica writes nothing; what scales or rolls out says what it writes."""
    assert changes(journal(method, rollbacks)) == expected
