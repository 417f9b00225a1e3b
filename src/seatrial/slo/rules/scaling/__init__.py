"""The autoscaler as a time series: where it stayed, how it moved, and how long it took.

Each rule reads the watched series; ``told`` adds what every verdict on scaling says.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from seatrial.slo.rules.scaling import kept, lag, movement, writers
from seatrial.slo.rules.scaling.told import told
from seatrial.slo.values import Indicator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seatrial.slo.case import Case, Found

SCALING: Mapping[Indicator, Callable[[Case], Found]] = {
    Indicator.REPLICA_RANGE: partial(told, kept.replica_range),
    Indicator.SCALING_ACTIVE: partial(told, kept.scaling_active),
    Indicator.SCALE_UP_LAG: partial(told, lag.scale_up_lag),
    Indicator.SCALE_DOWN_LAG: partial(told, lag.scale_down_lag),
    Indicator.SCALING_STEPS: partial(told, movement.scaling_steps),
    Indicator.SCALING_REVERSALS: partial(told, movement.scaling_reversals),
    Indicator.EARLY_DOWN_STEPS: partial(told, movement.early_down_steps),
    Indicator.REPLICA_WRITERS: partial(told, writers.replica_writers),
    Indicator.READY_LAG: partial(told, kept.ready_lag),
}

__all__ = ["SCALING"]
