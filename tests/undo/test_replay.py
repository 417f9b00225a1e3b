"""What is left is undone in reverse order, all of it, and only what was undone is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.errors import SeatrialError
from seatrial.undo import Record, ReplayError, Undone, keep, left, replay
from tests.undo.conftest import record

if TYPE_CHECKING:
    from seatrial.cluster import Cluster


class Mechanism:
    """Notes what it is called with, and fails for what it is told to."""

    def __init__(self, *failing: str, error: Exception | None = None) -> None:
        """Fail with ``error`` for records of these words."""
        self.failing = failing
        self.error = error or SeatrialError("look", got="another value")
        self.seen: list[str] = []

    def __call__(self, cluster: Cluster, record: Record) -> Undone:
        """Note the record."""
        assert cluster.context == record.context
        self.seen.append(record.what)
        if record.what in self.failing:
            raise self.error
        return Undone(f"{record.what} is back", (("was in effect", True, "seen"),))


def _keep(cluster: Cluster, *words: str) -> None:
    for what in words:
        keep(cluster, record(what))


def test_the_newest_is_undone_first(cluster: Cluster) -> None:
    """A later change may rest on an earlier one; nothing is left afterwards."""
    _keep(cluster, "first", "second", "third")
    mechanism = Mechanism()
    done = replay(cluster, left(cluster), {"test": mechanism})
    assert mechanism.seen == ["third", "second", "first"]
    assert next(found.said for _, found in done) == "third is back"
    assert left(cluster) == ()


@pytest.mark.parametrize("error", [SeatrialError("look", got="another value"), KeyError("uid")])
def test_one_failure_keeps_nobody_else_from_being_undone(
    cluster: Cluster, error: Exception
) -> None:
    """The others are undone and forgotten; what failed stays, and its reason is told."""
    _keep(cluster, "first", "second", "third")
    mechanism = Mechanism("second", error=error)
    with pytest.raises(ReplayError, match="undo 1 of 3 changes") as told:
        replay(cluster, left(cluster), {"test": mechanism})
    assert mechanism.seen == ["third", "second", "first"]
    assert "second" in str(told.value)
    assert [item.what for item, _ in told.value.done] == ["third", "first"]
    assert [item.record.what for item in left(cluster)] == ["second"]


def test_an_unknown_mechanism_is_a_failure(cluster: Cluster) -> None:
    """A record that nobody here can undo is never dropped in silence."""
    _keep(cluster, "first")
    with pytest.raises(ReplayError, match="'test', unknown here"):
        replay(cluster, left(cluster), {})
    assert len(left(cluster)) == 1
