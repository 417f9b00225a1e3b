"""What is loaded into a cluster of several nodes is on all of them, also on one that returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import embedded
from seatrial.progress import LineProgress
from tests.embedded.test_live_cluster import POD, docker_save

if TYPE_CHECKING:
    from pathlib import Path

    from tests.embedded.conftest import Live

pytestmark = [pytest.mark.nodes, pytest.mark.kills]


def test_a_loaded_image_runs_on_every_node(live: Live, name: str, tmp_path: Path) -> None:
    """Loaded once, it runs on a node that lived then and on one that came back later."""
    cluster = live.bring_up(name, node_count=3)
    _, second, third = (node.name for node in embedded.nodes(name))
    embedded.lose_node(name, second)
    file = docker_save(tmp_path / "model.tar", "example-model:7")
    embedded.load_image(name, file, progress=LineProgress())
    embedded.return_node(name, second, progress=LineProgress())
    for node in (second, third):
        pinned = POD.replace("name: loaded", f"name: on-{node}").replace(
            "spec:", f"spec:\n  nodeName: {node}"
        )
        live.kubectl(cluster, "apply", "--filename", "-", stdin=pinned)
    live.wait_until(
        lambda: live.kubectl(cluster, "get", "pods").count("Running") == 2,
        "the image runs on both",
        30,
        lambda: live.kubectl(cluster, "get", "pods", "-o", "wide"),
    )
