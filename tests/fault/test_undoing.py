"""The action that undoes faults from their records: all of a namespace, until a deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.errors import SeatrialError
from seatrial.fault import putting_back
from seatrial.fault.actions import undo_all
from seatrial.undo import Undone, keep, left
from tests.cluster.conftest import kubeconfig, loopback
from tests.undo.conftest import cache, cluster, keeper, record

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.undo import Record

__all__ = ["cache", "cluster", "keeper", "kubeconfig", "loopback"]


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[SeatrialError]:
    """Let records of ``test`` be a fault's; return the errors that undoing raises, one a call."""
    errors: list[SeatrialError] = []

    def undo(cluster: Cluster, record: Record) -> Undone:
        del cluster
        if errors:
            raise errors.pop()
        return Undone(f"{record.what} is back", (("was in effect", True, "seen"),))

    monkeypatch.setattr(putting_back, "MECHANISMS", {"test": undo})
    return errors


def _configuration(kubeconfig: Path) -> dict[str, str]:
    return {"kubeconfig": str(kubeconfig), "context": "here"}


@pytest.mark.usefixtures("failures")
def test_all_of_a_namespace_is_undone_and_told(cluster: Cluster, kubeconfig: Path) -> None:
    """What was put back and its proofs reach the journal; a second time there is nothing."""
    keep(cluster, record("one"))
    keep(cluster, record("elsewhere", "other"))
    told = undo_all("ns", configuration=_configuration(kubeconfig))
    assert told["undone"] == ["one is back"]
    assert told["proofs"] == [{"name": "was in effect", "held": True, "detail": "seen"}]
    assert undo_all("ns", configuration=_configuration(kubeconfig)) == {"undone": [], "proofs": []}
    assert [item.record.what for item in left(cluster)] == ["elsewhere"]


def test_a_failure_is_tried_again(
    cluster: Cluster, kubeconfig: Path, failures: list[SeatrialError]
) -> None:
    """While the API server is away for a moment, the action waits for it."""
    keep(cluster, record("one"))
    keep(cluster, record("two"))
    failures.append(SeatrialError("patch", got="no answer"))
    told = undo_all("ns", configuration=_configuration(kubeconfig))
    assert told["undone"] == ["one is back", "two is back"]


def test_what_can_not_be_undone_fails_the_action(
    cluster: Cluster, kubeconfig: Path, failures: list[SeatrialError]
) -> None:
    """After the deadline the reason is raised, and the record stays."""
    keep(cluster, record("one"))
    failures.extend(SeatrialError("patch", got="no answer") for _ in range(9))
    with pytest.raises(SeatrialError, match="no answer"):
        undo_all("ns", deadline_s=0.0, configuration=_configuration(kubeconfig))
    assert len(left(cluster)) == 1


def test_what_was_deployed_is_left_alone(cluster: Cluster, kubeconfig: Path) -> None:
    """An overlay's record in the same namespace is no fault's to undo."""
    keep(cluster, record("the overlay"))
    assert undo_all("ns", configuration=_configuration(kubeconfig)) == {"undone": [], "proofs": []}
    assert len(left(cluster)) == 1
