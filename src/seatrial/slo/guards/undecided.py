"""The guards that a rule raises itself, by name with their mend: what it had can't decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo.guards.guard import Guard
from seatrial.slo.values import Each, Indicator

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from seatrial.slo.values import Objective

#: Each name that a rule or the judge may give as the reason for INCONCLUSIVE, with its mend.
MENDS = {
    "sample-too-small": "give the phase more seconds, or the load a higher rate",
    "phase-too-short": "give the phase more seconds",
    "load-too-low": "raise the rate, or promise less of this phase",
    "no-such-phase": "hold a trial that has the phase, or promise something of another",
    "no-such-arm": "name an arm of request.arms",
    "not-measured": "see that the trial records what this promise is measured by",
    "proxy-lost": "read observe.log, and see why the proxy ended or did not answer",
    "between-samples": "hold another trial, or promise it of a phase that holds this one whole",
    "not-a-number": "keep the trial's directory and report this, it is a defect of seatrial",
    "judge-crashed": "keep the trial's directory and report this, it is a defect of seatrial",
}

#: What the judge itself may say, of any objective.
ANY = ("no-such-phase", "not-a-number", "judge-crashed")
_PROXIES = (Indicator.PROXY_RETRIES, Indicator.EJECTIONS, Indicator.PROXY_OVERFLOWS)
#: What only some indicators' rules may say.
ONLY: Mapping[str, Collection[Indicator]] = {
    "sample-too-small": (
        Indicator.SUCCESS,
        Indicator.LATENCY,
        Indicator.FIRST_ATTEMPT,
        Indicator.MEAN_LATENCY,
        Indicator.TIMEOUTS,
        Indicator.REPLICA_SPREAD,
        Indicator.ARM_SPLIT,
        Indicator.SERVED_AGAIN,
        Indicator.PARITY,
    ),
    "phase-too-short": (
        Indicator.THROUGHPUT,
        Indicator.SERVED_AGAIN,
        Indicator.SCALE_UP_LAG,
        Indicator.SCALE_DOWN_LAG,
    ),
    "load-too-low": (Indicator.THROUGHPUT, Indicator.SCALE_UP_LAG),
    "not-measured": set(Indicator) - {Indicator.THROUGHPUT, Indicator.REPLICA_SPREAD},
    "proxy-lost": _PROXIES,
    "between-samples": _PROXIES,
}


def own(objective: Objective) -> tuple[str, ...]:
    """Return the names that the objective's rule or the judge may give, in the order of MENDS."""
    whose = ("no-such-arm",) if objective.arm or objective.each is Each.ARM else ()
    if objective.each is Each.REPLICA:
        whose = ("not-measured",)
    mine = (name for name, which in ONLY.items() if objective.indicator in which)
    found = {*ANY, *whose, *mine}
    return tuple(name for name in MENDS if name in found)


def unable(name: str, why: str) -> Guard:
    """Return the guard of that name. Raises KeyError for one that ``MENDS`` does not have."""
    return Guard(name, why, MENDS[name], void=False)
