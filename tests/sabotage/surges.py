"""How everything is broken for real in the autoscaling scenario's trial, and what must be said.

Both trials deploy a workload of their own: each begins with three replicas, whatever came before.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.slo import Outcome

from .sabotage import Sabotage
from .targets import CALL_S, quick_503s

if TYPE_CHECKING:
    from seatrial.config import Config

    from .stage import Stage

AUTOSCALING = "autoscaling"
OVERLAYS = Path(__file__).parent / "overlays"
#: Four replicas of 165m carry 242 requests/s of 2.1 ms CPU within target and tolerance; costlier
#: requests only make it fewer. 320 are too many on any machine. Of them, without the 30 in 100
#: that no replica sees, 224 are left: three replicas carry 181.
TOO_MANY = 320.0
SETTLE_S, BASELINE_S = 5.0, 15.0
#: Longer than the 80 s in which the autoscaler has to come down, by what the undo may take.
CALM_S, SPOILT_CALM_S = 88.0, 81.0


def without_room(config: Config, _: Path) -> Config:
    """Deploy an autoscaler with a maximum of 4; the plan knows it, so all is in range."""
    return _with(config, overlay="low-maximum", replicas_max=4, surge_s=110.0, calm_s=10.0)


def without_way_down(config: Config, _: Path) -> Config:
    """Deploy an autoscaler that may not scale down."""
    return _with(config, overlay="no-way-down", surge_s=75.0, calm_s=CALM_S)


def _with(config: Config, *, overlay: str, **changes: float) -> Config:
    """Return a short trial of one of the overlays here, with more load than its replicas carry."""
    same = {"settle_s": SETTLE_S, "baseline_s": BASELINE_S, "surge_rate": TOO_MANY}
    update = same | changes | {"overlay": OVERLAYS / overlay}
    return config.model_copy(update={"autoscaling": config.autoscaling.model_copy(update=update)})


def no_room_and_503s(stage: Stage, undo: ExitStack) -> None:
    """Let no further replica find a node, and the proxies answer 503 for 30 in 100.

    Both are put back before the trial ends: it takes its workload with it.
    """
    own = undo.enter_context(ExitStack())
    quick_503s(stage, own)
    node = f"seatrial-{stage.cluster.name}"
    stage.until("baseline", 5.0)
    own.callback(stage.cluster.kubectl, "uncordon", node, timeout_s=CALL_S)
    stage.cluster.kubectl("cordon", node, timeout_s=CALL_S)
    stage.until("calm", SPOILT_CALM_S)
    own.close()


SURGES = (
    Sabotage(
        "low-maximum",
        "the load needs five replicas, and the autoscaler has room for four",
        {"scale-up-lag": Outcome.FAIL, "replica-range": Outcome.PASS},
        prepare=without_room,
        alone=True,
        scenario=AUTOSCALING,
        says={"scale-up-lag": "at the maximum of 4 and saturated"},
    ),
    Sabotage(
        "no-way-up-or-down",
        "no further replica finds a node, none is given back, and proxies answer 503 for 30 in 100",
        {
            "ready-lag": Outcome.FAIL,
            "scale-down-lag": Outcome.FAIL,
            "autoscaling-success-*": Outcome.FAIL,
            "replica-range": Outcome.PASS,
        },
        act=no_room_and_503s,
        prepare=without_way_down,
        declared=True,
        alone=True,
        scenario=AUTOSCALING,
    ),
)
