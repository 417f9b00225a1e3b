"""What pod a hand is, what its making is refused with, and that it is never waited for in vain."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import pytest

from seatrial.cluster import Cluster, connect
from seatrial.errors import DeadlineError
from seatrial.fault import FaultError, hand
from seatrial.fault.aim import Aim
from seatrial.fault.hand import ForbiddenHandError, Hand, Reach, manifest
from seatrial.undo import Record
from tests.cluster.conftest import kubeconfig, loopback
from tests.fault.test_containers import RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.cluster import Pod, Scalable
    from tests.cluster.conftest import LoopbackApi

__all__ = ["kubeconfig", "loopback"]
PODS = "/api/v1/namespaces/ns/pods"
LOG = f"GET {PODS}/h/log?container=hand"


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[Cluster]:
    """Connect to the loopback server."""
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def _pod(reach: Reach) -> dict[str, Any]:
    return manifest.pod(
        *("name", "undo-1", RUNNING), program="pass", arguments=["{}"], reach=reach, seconds=30.5
    )


@pytest.mark.parametrize("reach", list(Reach))
def test_a_hand_is_bounded_and_owned(reach: Reach) -> None:
    """On the replica's node, with an end, no token, no restart, found by its undo record."""
    pod = _pod(reach)
    spec, [container] = pod["spec"], pod["spec"]["containers"]
    assert pod["metadata"]["labels"] == {
        "seatrial.dev/owned": "true",
        "seatrial.dev/undo-id": "undo-1",
    }
    assert (spec["nodeName"], spec["restartPolicy"]) == ("node", "Never")
    assert spec["activeDeadlineSeconds"] == 90
    assert spec["automountServiceAccountToken"] is False
    assert container["image"] == RUNNING.image
    assert container["command"][:2] == ["python3", "-c"]
    assert container["resources"]["limits"].keys() == {"cpu", "memory"}
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert "privileged" not in container["securityContext"]


def test_a_hand_may_do_what_it_is_for_and_no_more() -> None:
    """Signals for processes, packets for the network, nothing at all for burning CPU."""
    specs = {reach: _pod(reach)["spec"] for reach in Reach}
    may = {
        reach: spec["containers"][0]["securityContext"]["capabilities"]["add"]
        for reach, spec in specs.items()
    }
    assert may == {
        Reach.NONE: [],
        Reach.PROCESSES: ["KILL"],
        Reach.NETWORK: ["NET_ADMIN", "SYS_CHROOT"],
    }
    assert [reach for reach, spec in specs.items() if spec.get("hostPID")] == [Reach.PROCESSES]
    assert [reach for reach, spec in specs.items() if spec.get("hostNetwork")] == [Reach.NETWORK]
    assert [item["readOnly"] for item in specs[Reach.NETWORK]["containers"][0]["volumeMounts"]] == [
        True
    ]


def test_a_namespace_that_forbids_hands_is_told(cluster: Cluster, loopback: LoopbackApi) -> None:
    """A Pod Security level that refuses the pod: what it wanted to do, and how to permit it."""
    loopback.answers[f"POST {PODS}?fieldManager=seatrial"] = (
        403,
        b'{"message": "violates PodSecurity \\"baseline:latest\\": host namespaces"}',
    )
    with pytest.raises(FaultError, match=r"signal the processes(.|\n)*enforce=privileged"):
        hand.make(
            *(cluster, "ns", "undo-1", RUNNING),
            program="processes",
            order={},
            reach=Reach.PROCESSES,
            seconds=0.0,
        )


def test_what_no_hand_did_needs_no_undo(cluster: Cluster, loopback: LoopbackApi) -> None:
    """Undoing would take a hand, too: where none may be made the record is forgotten at once."""
    loopback.answers[f"POST {PODS}?fieldManager=seatrial"] = (403, b'{"message": "PodSecurity"}')
    record = Record("x-1", "2026", "c", "here", "ns", "hang-replica", "what", "me/1")
    pod, workload = cast("Pod", None), cast("Scalable", None)
    aimed = Aim(cluster, "ns", workload, (), pod, RUNNING, at_monotonic_ns=0, taken_ns=0)
    with pytest.raises(ForbiddenHandError):
        aimed.send(record, "processes", {}, reach=Reach.PROCESSES, seconds=0.0)
    written = [call for call, _, _ in loopback.requests if call.startswith("DELETE")]
    assert len(written) == 1


def _answers(loopback: LoopbackApi, status: dict[str, Any], log: str) -> None:
    loopback.answers[f"GET {PODS}/h"] = (200, json.dumps({"status": status}).encode())
    loopback.answers[LOG] = (200, log.encode())


STARTED: dict[str, Any] = {"containerStatuses": [{"state": {"running": {}}}]}


def test_an_event_is_awaited(cluster: Cluster, loopback: LoopbackApi) -> None:
    """The last line of that name counts; what is no JSON does not disturb."""
    _answers(loopback, STARTED, '{"event": "acted", "n": 1}\nnoise\n{"event": "acted", "n": 2}\n')
    assert Hand(cluster, "ns", "h").awaited("acted").facts == {"n": 2}


def test_a_hand_that_failed_is_not_waited_for(cluster: Cluster, loopback: LoopbackApi) -> None:
    """It ended without the event: an error at once, with its own last words."""
    ended = {"phase": "Failed", "containerStatuses": [{"state": {"terminated": {}}}]}
    _answers(loopback, ended, '{"event": "failed", "why": "no process of container a"}\n')
    with pytest.raises(FaultError, match="no process of container a"):
        Hand(cluster, "ns", "h").awaited("acted")


def test_a_hand_without_python_is_told(cluster: Cluster, loopback: LoopbackApi) -> None:
    """An image that can't run the program never starts: the kubelet's reason is shown."""
    waiting = {"reason": "RunContainerError", "message": 'exec: "python3": not found'}
    _answers(loopback, {"containerStatuses": [{"state": {"waiting": waiting}}]}, "")
    with pytest.raises(FaultError, match="python3"):
        Hand(cluster, "ns", "h").awaited("acted")


def test_a_silent_hand_is_waited_for_until_the_deadline(
    cluster: Cluster, loopback: LoopbackApi
) -> None:
    """It runs and says nothing of the kind: an error with what it did say."""
    _answers(loopback, STARTED, '{"event": "ready"}\n')
    with pytest.raises(DeadlineError, match="ready"):
        Hand(cluster, "ns", "h").awaited("acted", seconds=0.3)


def _run(program: str, **order: object) -> subprocess.Popen[str]:
    text = files("seatrial.fault.hand.programs").joinpath(f"{program}.py").read_text()
    command = [sys.executable, "-c", text, json.dumps(order)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_burner_counts_what_it_burns_and_ends_when_asked() -> None:
    """CPU time is used and told each second; SIGTERM ends its processes long before the time."""
    burner = _run("burner", processes=1, seconds=60.0)
    assert burner.stdout is not None
    acted = json.loads(burner.stdout.readline())
    burnt = json.loads(burner.stdout.readline())
    assert (acted["event"], burnt["event"]) == ("acted", "burnt")
    assert 0 < burnt["used_s"] <= burnt["elapsed_s"] + 0.1
    assert burnt["node_busy_s"] > 0
    burner.send_signal(signal.SIGTERM)
    out, _ = burner.communicate(timeout=20)
    assert json.loads(out.splitlines()[-1])["why"] == "asked to"


@pytest.mark.parametrize("table", ["filter", "seatrial-a; flush ruleset", "seatrial-", ""])
def test_only_tables_of_ours_are_touched(table: str) -> None:
    """A name that is not of our form never reaches nft."""
    network = _run("network", act="mend", table=table, root="/nowhere")
    out, _ = network.communicate(timeout=20)
    assert "no name of a table of ours" in json.loads(out)["why"]
    assert network.returncode == 1
