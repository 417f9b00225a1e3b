"""How each indicator is measured and decided: one function from a Case to what it Found.

A rule sees only its own measurement. What keeps a whole trial from deciding is ``slo.guards``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.rules.latency import mean_latency
from seatrial.slo.rules.origin import NARROW, by_origin
from seatrial.slo.rules.parity import parity
from seatrial.slo.rules.proxy import ejections, proxy_overflows, proxy_retries
from seatrial.slo.rules.ratios import good_ratio
from seatrial.slo.rules.recovery import replica_replaced, served_again
from seatrial.slo.rules.replicas import ready_replicas
from seatrial.slo.rules.scaling import SCALING
from seatrial.slo.rules.shares import arm_split
from seatrial.slo.rules.spread import replica_spread
from seatrial.slo.rules.traffic import throughput, timeouts
from seatrial.slo.rules.undo import UNDONE, undo
from seatrial.slo.values import Indicator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seatrial.slo.case import Case, Found

#: Each indicator that a document may name, with its rule.
RULES: Mapping[Indicator, Callable[[Case], Found]] = {
    Indicator.SUCCESS: good_ratio,
    Indicator.LATENCY: good_ratio,
    Indicator.FIRST_ATTEMPT: good_ratio,
    Indicator.MEAN_LATENCY: mean_latency,
    Indicator.TIMEOUTS: timeouts,
    Indicator.THROUGHPUT: throughput,
    Indicator.READY_REPLICAS: ready_replicas,
    Indicator.REPLICA_SPREAD: replica_spread,
    Indicator.ARM_SPLIT: arm_split,
    Indicator.SERVED_AGAIN: served_again,
    Indicator.REPLICA_REPLACED: replica_replaced,
    Indicator.PARITY: parity,
    Indicator.PROXY_RETRIES: proxy_retries,
    Indicator.EJECTIONS: ejections,
    Indicator.PROXY_OVERFLOWS: proxy_overflows,
    Indicator.UNDO: undo,
    **SCALING,
}

__all__ = ["NARROW", "RULES", "UNDONE", "by_origin"]
