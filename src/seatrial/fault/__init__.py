"""Faults: Chaos Toolkit experiments run as a process, and the proof that they landed.

`start` runs an experiment, `window` reads what it proves. What breaks stands in `actions`, what
observes in `probes`; both are ordinary Chaos Toolkit activities. Watching the workload for a
trial is `observe`'s part, judging is `slo`'s.
"""

from seatrial.fault.discovery import discover
from seatrial.fault.errors import ExperimentError, FaultError
from seatrial.fault.evidence import in_flight
from seatrial.fault.experiment import check, functions, keeps_records, kinds_of
from seatrial.fault.journal import Activity, Journal, SteadyState
from seatrial.fault.run import FaultProcess, start
from seatrial.fault.window import PUT_BACK, window

__all__ = [
    "PUT_BACK",
    "Activity",
    "ExperimentError",
    "FaultError",
    "FaultProcess",
    "Journal",
    "SteadyState",
    "check",
    "discover",
    "functions",
    "in_flight",
    "keeps_records",
    "kinds_of",
    "start",
    "window",
]
