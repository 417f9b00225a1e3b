"""Records of other clusters are told, and dropped only where the cluster is known to be gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import name_of
from seatrial.undo import files, keep, left
from seatrial.undo.elsewhere import drop_gone, elsewhere
from seatrial.undo.files import Way
from tests.undo.conftest import UID, record

if TYPE_CHECKING:
    from seatrial.cluster import Cluster

#: Where the kubeconfig of an embedded cluster stands that is not up.
EMBEDDED = "/run/seatrial/never-up/kubeconfig"
OTHER = "c0ffee00-0000-4000-8000-000000000002"


def test_this_clusters_records_are_not_elsewhere(cluster: Cluster) -> None:
    """Only other clusters are named, with the command that reaches them."""
    keep(cluster, record())
    assert elsewhere(UID) == ()
    (found,) = elsewhere(OTHER)
    assert f"seatrial undo --kubeconfig {cluster.kubeconfig} --context here" in str(found)


def test_an_ended_embedded_cluster_is_dropped(cluster: Cluster) -> None:
    """It took along what was changed; the records of clusters that may live are kept."""
    keep(cluster, record())
    files.write(replace(record(), cluster=OTHER), Way("seatrial-never-up", EMBEDDED))
    (dropped,) = drop_gone()
    assert "has ended and took along" in str(dropped)
    assert files.clusters() == (UID,)
    assert len(left(cluster)) == 1


def test_nothing_stays_of_an_ended_cluster_whose_records_were_undone() -> None:
    """Its folder goes, and nobody is told."""
    made = replace(record(), cluster=OTHER)
    files.write(made, Way("seatrial-never-up", EMBEDDED))
    files.remove(made)
    assert elsewhere() == ()
    assert drop_gone() == ()
    assert files.clusters() == ()


@pytest.mark.parametrize(
    "way",
    [
        Way("seatrial-never-up", EMBEDDED, host="another-machine"),
        Way("staging", "/home/me/.kube/config"),
        Way("staging", "/run/seatrial/kubeconfig"),
    ],
)
def test_what_may_still_be_there_is_kept(way: Way) -> None:
    """A cluster of another machine, or one that is only out of reach, is not gone."""
    files.write(replace(record(), cluster=OTHER), way)
    assert drop_gone() == ()
    assert [item.gone for item in elsewhere()] == [False]


def test_an_unknown_way_is_said(cache: Path) -> None:
    """Without the file that tells how the cluster was reached, the records still count."""
    files.write(replace(record(), cluster=OTHER), Way("x", EMBEDDED))
    (cache / OTHER / "cluster.way").write_text("{")
    assert "is not known" in str(elsewhere()[0])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (EMBEDDED, "never-up"),
        ("/run/seatrial/a/b/kubeconfig", None),
        ("/run/seatrial/a/admin", None),
        ("/home/me/.kube/config", None),
    ],
)
def test_an_embedded_kubeconfig_is_known_by_its_place(path: str, name: str | None) -> None:
    """Whatever the context is called."""
    assert name_of(Path(path)) == name
