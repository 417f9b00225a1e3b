"""A cluster of three nodes is one cluster, and a node of it can be lost and come back."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import embedded
from seatrial.cluster.embedded import images, programs, state, store
from seatrial.cluster.embedded.layout import layout
from seatrial.progress import LineProgress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from seatrial.cluster.embedded import EmbeddedCluster
    from seatrial.progress import Progress
    from tests.embedded.conftest import Live

pytestmark = pytest.mark.cluster

NAME = f"t-nodes-{os.getpid()}"
#: One pod a node that answers with its node's name, and a Service before them.
SPEAKERS = f"""
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: speaker, namespace: default}}
spec:
  selector: {{matchLabels: {{app: speaker}}}}
  template:
    metadata: {{labels: {{app: speaker}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: speaker
          image: {images.MLSERVER.name}
          imagePullPolicy: Never
          env: [{{name: NODE, valueFrom: {{fieldRef: {{fieldPath: spec.nodeName}}}}}}]
          readinessProbe: {{tcpSocket: {{port: 8080}}, periodSeconds: 1}}
          command:
            - /usr/bin/python3
            - -c
            - |
              import http.server, os
              class Name(http.server.BaseHTTPRequestHandler):
                  def do_GET(self):
                      self.send_response(200)
                      self.end_headers()
                      self.wfile.write(os.environ["NODE"].encode())
              http.server.ThreadingHTTPServer(("", 8080), Name).serve_forever()
---
apiVersion: v1
kind: Service
metadata: {{name: speaker, namespace: default}}
spec: {{selector: {{app: speaker}}, ports: [{{port: 80, targetPort: 8080}}]}}
"""
ASK = """
import sys, urllib.request
for url in sys.argv[1:]:
    print(urllib.request.urlopen(url, timeout=5).read().decode())
"""


@dataclass(frozen=True, slots=True)
class Several:
    """The cluster, and the seconds it took to come up."""

    cluster: EmbeddedCluster
    took_s: float

    @property
    def names(self) -> list[str]:
        """Its nodes' names, the first one first."""
        return [node.name for node in embedded.nodes(NAME)]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A pod that answers with its node's name."""

    name: str
    uid: str
    node: str
    ip: str


@pytest.fixture(scope="module")
def several() -> Iterator[Several]:
    """Three nodes with the workload's images; they end with this process, if not before."""
    progress = LineProgress()
    embedded.prepare_machine(progress)
    tars = images.build_all(progress)
    _import(tars, progress)
    started = time.monotonic()
    try:
        up = embedded.up(NAME, images=tars, owner_pid=os.getpid(), progress=progress, node_count=3)
        yield Several(up, time.monotonic() - started)
    finally:
        embedded.down(NAME, progress=progress)


def _import(tars: Sequence[Path], progress: Progress) -> None:
    """Import the images: whoever starts first pays for that, and never again."""
    cache = layout(NAME).cache
    built = programs.build(cache, progress)
    with store.prepared(cache, (*tars, built.node_image, built.pause_image), progress):
        pass


@pytest.fixture(scope="module")
def speakers(live: Live, several: Several) -> list[Speaker]:
    """A speaker on each node, all of them Ready."""
    live.kubectl(several.cluster, "apply", "--filename", "-", stdin=SPEAKERS)
    live.wait_until(lambda: len(ready_speakers(live, several)) == 3, "three speakers", 30)
    return ready_speakers(live, several)


def ready_speakers(live: Live, several: Several) -> list[Speaker]:
    """List the speakers that are Ready and are to stay."""
    listed = json.loads(
        live.kubectl(several.cluster, "get", "pods", "--selector=app=speaker", "-o", "json")
    )
    return [
        Speaker(meta["name"], meta["uid"], item["spec"]["nodeName"], item["status"]["podIP"])
        for item in listed["items"]
        if "deletionTimestamp" not in (meta := item["metadata"])
        and {"type": "Ready", "status": "True"}.items()
        <= next(
            (c for c in item["status"].get("conditions", []) if c["type"] == "Ready"), {}
        ).items()
    ]


def ask(live: Live, several: Several, speaker: Speaker, *urls: str) -> list[str]:
    """Let one speaker ask others; give what they answered."""
    inside = ("exec", speaker.name, "--", "/usr/bin/python3", "-c", ASK)
    return live.kubectl(several.cluster, *inside, *urls).split()


def test_three_nodes_are_ready_within_twenty_seconds(live: Live, several: Several) -> None:
    """With images and binary at hand, all three are Ready 20 s after the start."""
    shown = live.kubectl(several.cluster, "get", "nodes", "--no-headers")
    assert [line.split()[:2] for line in shown.splitlines()] == [
        [name, "Ready"] for name in several.names
    ]
    assert len(several.names) == 3
    assert several.took_s <= 20


def test_pods_of_different_nodes_reach_each_other(
    live: Live, several: Several, speakers: list[Speaker]
) -> None:
    """Each pod reaches each other one by its address: every node has a way to every other."""
    assert {speaker.node for speaker in speakers} == set(several.names)
    urls = [f"http://{speaker.ip}:8080" for speaker in speakers]
    for speaker in speakers:
        assert ask(live, several, speaker, *urls) == [other.node for other in speakers]


def test_services_and_names_work_on_every_node(
    live: Live, several: Several, speakers: list[Speaker]
) -> None:
    """DNS and the Service's address lead from each node to the pods on all of them."""
    urls = ["http://speaker.default.svc.cluster.local"] * 40
    for speaker in speakers:

        def answered(speaker: Speaker = speaker) -> set[str]:
            return set(ask(live, several, speaker, *urls))

        # A pod is Ready before each node's kube-proxy knows of it.
        what = f"answers of all nodes for {speaker.node}"
        live.wait_until(lambda: answered() == set(several.names), what, 10, answered)


def test_dns_and_metrics_stay_on_the_first_node(live: Live, several: Several) -> None:
    """A further node that is lost takes neither with it."""
    where = live.kubectl(
        several.cluster, "get", "pods", "--namespace=kube-system", "-o=jsonpath={..nodeName}"
    )
    assert where.split() == [several.names[0]] * 2


def test_top_knows_every_node(live: Live, several: Several) -> None:
    """metrics-server reaches each kubelet."""

    def known() -> list[str]:
        shown = live.kubectl(several.cluster, "top", "nodes", "--no-headers").splitlines()
        return [line.split()[0] for line in shown if "%" in line and "unknown" not in line]

    live.wait_until(lambda: known() == several.names, "top nodes knows all three", 30, known)


def test_a_lost_node_is_missed_and_comes_back(
    live: Live, several: Several, speakers: list[Speaker]
) -> None:
    """It ends whole and alone, is NotReady within 20 s, and returns Ready with new pods."""
    lost = several.names[1]
    traces = live.traces(NAME, 2)
    known = state.read(layout(NAME).node(2))
    assert known is not None
    assert len(traces.pids) > 5
    assert embedded.lose_node(NAME, lost) == known.outer
    traces.assert_gone()
    assert [node.name for node in embedded.nodes(NAME) if node.pid is None] == [lost]
    live.wait_until(lambda: "NotReady" in node_row(live, several, lost), "it is NotReady", 20)
    stayed = {speaker.uid for speaker in speakers if speaker.node != lost}
    live.wait_until(
        lambda: {speaker.uid for speaker in ready_speakers(live, several)} == stayed,
        "the others' pods alone are Ready",
        5,
        lambda: ready_speakers(live, several),
    )
    assert embedded.return_node(NAME, lost, progress=LineProgress()) is True
    assert node_row(live, several, lost).split()[1] == "Ready"
    live.wait_until(
        lambda: lost in {speaker.node for speaker in ready_speakers(live, several)},
        "its pod speaks again",
        20,
    )
    back = next(speaker for speaker in ready_speakers(live, several) if speaker.node == lost)
    other = next(speaker for speaker in speakers if speaker.node == several.names[2])
    assert ask(live, several, other, f"http://{back.ip}:8080") == [lost]


def node_row(live: Live, several: Several, name: str) -> str:
    """Give what `kubectl get nodes` says of one node."""
    return live.kubectl(several.cluster, "get", "node", name, "--no-headers")
