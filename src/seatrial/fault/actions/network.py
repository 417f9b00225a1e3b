"""Actions on a replica's network: cut it off from everything but its node."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from seatrial.errors import UsageError
from seatrial.fault import hand, policies
from seatrial.fault.hand import BEYOND_S, Reach
from seatrial.fault.on_container import on_container
from seatrial.fault.told import Told, proof
from seatrial.fault.undoing.network import CUT_OFF, CUT_OFF_BY_POLICY, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seatrial.fault.aim import Aim

logger = logging.getLogger("chaostoolkit")

CUT_OFF_REPLICA = "cut-off-replica"
Method = Literal["packets", "network-policy"]


@on_container
def cut_off_replica(
    aimed: Aim, *, seconds: float = 20.0, method: Method = "packets", port: int = 8080
) -> Told:
    """Let no packet through to one Ready replica, nor from it.

    The replica is chosen as `kill_replica` does. With the ``method`` ``packets`` a pod in its
    node's network namespace drops what is forwarded to it and from it, with the node's own
    ``nft``; if nothing ever undoes that, the kernel does ``seconds`` and 30 s later. With
    ``network-policy`` a NetworkPolicy is made about it, and a pod tries all the time to connect to
    its ``port``; that stays until it is undone. Either pod's image is that of ``container`` (by
    name, else the pod's only or default one) and needs python3. The node itself still reaches the
    replica, so it stays Ready. Returns once rules or policy stand; `undo_all` removes them and
    tells what they kept from it.

    Raises, and so fails, when nothing can be chosen or the node has no nftables.
    """
    if method not in METHODS:
        raise UsageError(
            f"cut {aimed.pod.name} off",
            got=f"the method {method!r}",
            expected=f"one of {', '.join(METHODS)}",
            mend="correct SEATRIAL_FAULT_METHOD",
        )
    return METHODS[method](aimed, seconds, port)


def _by_policy(aimed: Aim, seconds: float, port: int) -> Told:
    name = f"seatrial-cut-off-{aimed.pod.name}"[:63].rstrip("-.")
    what = f"the NetworkPolicy {name} about {aimed.pod.name}"
    record = aimed.keep(CUT_OFF_BY_POLICY, what, {"policy": name})
    hit, stands = policies.cut(aimed, record, port=port, seconds=seconds)
    return Told(hit=hit, proofs=[stands], changes=["NetworkPolicy", "Pod"])


def _by_packets(aimed: Aim, seconds: float, port: int) -> Told:
    del port  # every port's packets are dropped
    record = aimed.keep(CUT_OFF, f"the packets dropped of {aimed.pod.name}", {})
    order = {
        "act": "cut",
        "table": table(record),
        "address": aimed.instance.ip,
        "hold_s": seconds + BEYOND_S,
        "at_wall_ns": aimed.at_wall_ns(),
    }
    logger.info("Cutting off %s, %s", aimed.pod.name, aimed.instance.ip)
    ahead = aimed.seconds_ahead()
    lasts_s = ahead + seconds + BEYOND_S
    made = aimed.send(record, "network", order, reach=Reach.NETWORK, seconds=lasts_s)
    acted = made.awaited("acted", seconds=ahead + hand.STARTS_WITHIN_S)
    hit, clocks = aimed.hit(CUT_OFF_REPLICA, acted.facts["wall_ns"])
    hit["silences"] = True
    counters = acted.facts["dropped"]
    stands = proof("the rules that drop stand", counters is not None, f"counters {counters}")
    return Told(hit=hit, proofs=[stands, clocks])


METHODS: Mapping[Method, Callable[[Aim, float, int], Told]] = {
    "packets": _by_packets,
    "network-policy": _by_policy,
}
