"""Cuts a replica off by a NetworkPolicy, for clusters whose network keeps to them.

A policy that nobody enforces is accepted all the same: so a hand tries to connect all the time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from seatrial.cluster import ConflictError, NotFoundError, writing
from seatrial.fault import hand
from seatrial.fault.aim import LEAD_S
from seatrial.fault.beginning import Began
from seatrial.fault.errors import FaultError
from seatrial.fault.hand import OWNED, UNDO_ID, Reach
from seatrial.fault.told import Proof, proof
from seatrial.fault.waiting import look_until, wait_for_instant
from seatrial.timeline import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster
    from seatrial.fault.aim import Aim
    from seatrial.fault.told import Hit
    from seatrial.undo import Record

#: The label that the policy selects its one pod by.
CUT_OFF_LABEL = "seatrial.dev/cut-off"
#: s until a network has put a policy into effect; most need less than one.
EFFECT_NS = 3 * NANOSECONDS
#: Tries that must have gone before the policy: else their failing proves nothing.
LEAST_TRIES = 2
FIRST_TRIES_S = hand.STARTS_WITHIN_S + 5.0


def policy(name: str, undo_id: str) -> dict[str, Any]:
    """Return the policy that lets nothing in and nothing out of the labelled pod."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "labels": {OWNED: "true", UNDO_ID: undo_id}},
        "spec": {
            "podSelector": {"matchLabels": {CUT_OFF_LABEL: undo_id}},
            "policyTypes": ["Ingress", "Egress"],
        },
    }


def cut(aimed: Aim, record: Record, *, port: int, seconds: float) -> tuple[Hit, Proof]:
    """Let a hand connect, then cut the pod off. Raises SeatrialError if it can't connect at all."""
    lasts_s = 2 * seconds + FIRST_TRIES_S + LEAD_S
    order = {"address": aimed.instance.ip, "port": port, "seconds": lasts_s}
    made = aimed.send(record, "connector", order, reach=Reach.NONE, seconds=lasts_s)
    went = look_until(
        made.events,
        lambda said: sum(item.facts.get("connected", False) for item in said) >= LEAST_TRIES,
        deadline_s=FIRST_TRIES_S,
    )
    if not any(item.facts.get("connected") for item in went):
        raise FaultError(
            f"connect to port {port} of {aimed.pod.name} before cutting it off",
            got=str(went[-1].facts if went else "no try at all"),
            expected="connections: else their end proves nothing",
            mend="set SEATRIAL_FAULT_PORT to the port that the replica serves at",
        )
    wait_for_instant(aimed.at_monotonic_ns)
    began = Began("cut-off-replica")
    label(aimed.cluster, aimed.namespace, aimed.pod.name, aimed.pod.uid, record.id)
    manifest = policy(record.before["policy"], record.id)
    writing.create(aimed.cluster, "NetworkPolicy", aimed.namespace, manifest)
    hit = began.hit([aimed.target()])
    hit["silences"] = True
    return hit, proof("the policy stands", held=True, detail=record.before["policy"])


def label(cluster: Cluster, namespace: str, pod: str, uid: str, value: str | None) -> None:
    """Set the label that the policy selects by, of that very pod; None removes it."""
    body = {"metadata": {"uid": uid, "labels": {CUT_OFF_LABEL: value}}}
    writing.patch(cluster, "Pod", namespace, pod, body)


def remove(cluster: Cluster, record: Record) -> None:
    """Delete the policy and the label, if they are there. Raises ClusterError."""
    name, before = record.before["policy"], record.before
    # It was never made, or is gone already; and with the pod its label.
    with suppress(NotFoundError):
        writing.delete(cluster, "NetworkPolicy", record.namespace, name)
    with suppress(NotFoundError, ConflictError):
        label(cluster, record.namespace, before["pod"], before["pod_uid"], None)


def proven(events: Sequence[hand.Event], from_wall_ns: int, until_wall_ns: int) -> Proof:
    """Tell whether every try between the policy's effect and its end failed. Pure."""
    span = range(from_wall_ns + EFFECT_NS, until_wall_ns)
    tries = [item for item in events if item.facts.get("wall_ns", 0) in span]
    went = sum(item.facts["connected"] for item in tries)
    words = f"{went} of {len(tries)} connections were made while the policy stood"
    if went:
        words += ": this cluster's network does not enforce policies"
    return proof("connections failed", bool(tries) and not went, words)
