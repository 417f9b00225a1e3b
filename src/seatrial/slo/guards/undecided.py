"""The guards that a rule raises itself, by name with their mend: what it had can't decide."""

from __future__ import annotations

from seatrial.slo.guards.guard import Guard

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


def unable(name: str, why: str) -> Guard:
    """Return the guard of that name. Raises KeyError for one that ``MENDS`` does not have."""
    return Guard(name, why, MENDS[name], void=False)
