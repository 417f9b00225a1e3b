"""Undo records are in both places before a change, and found whichever half is left."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import ClusterError
from seatrial.undo import UndoError, files, forget, keep, left
from tests.undo.conftest import UID, Keeper, record

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster


def test_a_kept_record_is_found_as_it_was_made(cluster: Cluster) -> None:
    """File and ConfigMap together are one record, equal to what was kept."""
    made = record(limits={"cpu": "1"})
    keep(cluster, made)
    (found,) = left(cluster)
    assert (found.record, found.where, found.problem) == (made, "file and cluster", "")


def test_a_forgotten_record_is_in_neither_place(
    cluster: Cluster, keeper: Keeper, cache: Path
) -> None:
    """Forgetting removes both halves, and may be repeated."""
    made = record()
    keep(cluster, made)
    for _ in range(2):
        forget(cluster, made)
        assert not keeper.maps
        assert not list(cache.rglob(f"{made.id}*"))


def test_one_half_is_enough(cluster: Cluster, keeper: Keeper, cache: Path) -> None:
    """Without its file or without its ConfigMap a record is still found, and forgotten."""
    only_map, only_file = record("one"), record("two")
    keep(cluster, only_map)
    files.remove(only_map)
    keep(cluster, only_file)
    del keeper.maps[f"/api/v1/namespaces/ns/configmaps/seatrial-undo-{only_file.id}"]
    assert [item.where for item in left(cluster)] == ["cluster", "file"]
    for item in left(cluster):
        forget(cluster, item.record)
    assert left(cluster) == ()
    assert not list(cache.rglob("test-*"))


def test_nothing_is_kept_while_the_api_is_down(
    cluster: Cluster, keeper: Keeper, cache: Path
) -> None:
    """The change may not be made, and the file that stood already is taken back."""
    keeper.down = True
    with pytest.raises(ClusterError, match="HTTP 500"):
        keep(cluster, record())
    assert not list(cache.rglob("test-*"))


def test_the_file_stands_before_the_namespace_is_made(cluster: Cluster, cache: Path) -> None:
    """Killed while it is made, the file is there; if making fails unclearly, it stays there."""

    def prepare() -> None:
        assert len(list(cache.rglob("test-*.json"))) == 1
        raise ClusterError("create Namespace", got="no answer within 10 s")

    with pytest.raises(ClusterError, match="no answer"):
        keep(cluster, record(), prepare=prepare)
    assert [item.where for item in left(cluster)] == ["file"]


def test_a_file_that_can_not_be_written_stops_the_change(
    cluster: Cluster, keeper: Keeper, cache: Path
) -> None:
    """Without a durable file nothing is written to the cluster either."""
    cache.parent.mkdir(parents=True)
    cache.touch()
    with pytest.raises(UndoError, match="nothing is changed without"):
        keep(cluster, record())
    assert not keeper.maps


def test_only_one_namespace_is_looked_into(cluster: Cluster) -> None:
    """Records of other namespaces are not given, wherever they lie."""
    for namespace in ("ns", "elsewhere"):
        keep(cluster, record(namespace, namespace))
    assert [item.record.what for item in left(cluster, "ns")] == ["ns"]
    assert [item.record.what for item in left(cluster)] == ["ns", "elsewhere"]


def test_a_large_record_is_compressed_and_a_larger_one_refused(
    cluster: Cluster, keeper: Keeper, cache: Path
) -> None:
    """What a ConfigMap can't hold even compressed stops the change, and leaves nothing."""
    large = record(text="abc " * 500_000)
    keep(cluster, large)
    files.remove(large)
    assert left(cluster)[0].record == large
    with pytest.raises(UndoError, match="smaller overlay"):
        keep(cluster, record(text=os.urandom(1_500_000).hex()))
    assert len(keeper.maps) == 1
    assert not list(cache.rglob("test-*"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cluster": "c0ffee00-0000-4000-8000-000000000002"}, "was made for the cluster"),
        ({"id": "test-00000000"}, "copied or forged"),
        ({"namespace": "kube-system"}, "copied or forged"),
        ({"id": "../../etc/passwd"}, "is no id"),
        ({"new": "field"}, "unexpected keyword"),
        ({"before": "text"}, "before is str"),
        ({"what": 7}, "something else than text"),
    ],
)
def test_what_does_not_belong_here_is_shown_and_never_replayed(
    cluster: Cluster, keeper: Keeper, change: dict[str, str], reason: str
) -> None:
    """A ConfigMap of another cluster, place or version is listed with the reason."""
    made = record()
    keep(cluster, made)
    files.remove(made)
    (manifest,) = keeper.maps.values()
    text = json.dumps({**json.loads(made.to_json()), **change})
    manifest["data"]["record.json"] = text
    (found,) = left(cluster)
    assert reason in found.problem


def test_a_torn_file_is_shown(cluster: Cluster, cache: Path) -> None:
    """A file that is no record does not hide the others."""
    made = record()
    keep(cluster, made)
    (cache / UID / "test-11111111.json").write_text("{")
    torn, whole = left(cluster)
    assert "JSONDecodeError" in torn.problem
    assert whole.record == made
