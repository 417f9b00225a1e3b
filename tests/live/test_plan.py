"""A dry run says what a fault would hit, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import connect, writing
from seatrial.cluster.errors import ReadOnlyError
from seatrial.errors import SeatrialError
from seatrial.fault import planning
from seatrial.fault.catalogue import CATALOGUE

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.fault.catalogue import Fault

pytestmark = pytest.mark.cluster
KILL = Path(__file__).parent.parent.parent / "experiments" / "kill-replica.yaml"
NAMESPACE, SELECTOR = "live", "app=target"


def _said(experiment: Path, told: dict[str, str]) -> str:
    """Return what the dry run says; that it would have written is no answer.

    An action that gets so far has not asked before whether it may.
    """
    try:
        return "; ".join(planning.preview(experiment, told))
    except ReadOnlyError:
        return ""
    except SeatrialError as error:
        return str(error)


def _uids(cluster: Cluster) -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods(NAMESPACE, SELECTOR)}


def test_a_dry_run_names_what_the_fault_would_hit(
    cluster: Cluster, variables: dict[str, str]
) -> None:
    """It is the replica that the fault of the same seed hits, and it is still there."""
    before = _uids(cluster)
    chosen = {**variables, "SEATRIAL_FAULT_NAME": "target-1"}
    [found] = planning.preview(KILL, chosen)
    assert found.startswith(f"Pod target-1 (UID {before['target-1']}) in {NAMESPACE}")
    assert _uids(cluster) == before


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.kind)
def test_every_fault_has_a_dry_run(cluster: Cluster, variables: dict[str, str], row: Fault) -> None:
    """Each action says what it would hit, or why nothing can be hit here, and writes nothing."""
    before = _uids(cluster)
    told = {**variables, "SEATRIAL_PROXY": "loose", "SEATRIAL_AUTOSCALER": "target-hpa"}
    assert _said(KILL.with_name(row.file), told)
    assert _uids(cluster) == before


def test_a_dry_run_can_not_write(cluster: Cluster) -> None:
    """Whatever an action forgets to ask, its connection refuses to change anything."""
    before = _uids(cluster)
    file, context = cluster.kubeconfig, cluster.context
    with connect(kubeconfig=file, context=context, read_only=True) as dry:
        with pytest.raises(ReadOnlyError):
            writing.delete(dry, "Pod", NAMESPACE, "target-0", uid=before["target-0"], grace_s=0)
        with pytest.raises(ReadOnlyError):
            dry.kubectl("delete", "pod", "target-0", f"--namespace={NAMESPACE}", timeout_s=10)
    assert _uids(cluster) == before
