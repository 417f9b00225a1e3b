"""The workload: applied, seen to serve, read back, made bad on purpose, and put back as it was.

Works through the ``cluster`` façade alone and contacts nothing else but a configured URL. Load,
faults and observation do not belong here.
"""

from seatrial.workload.answers import Recorded, record_golden
from seatrial.workload.apply import apply
from seatrial.workload.declared import undeclared
from seatrial.workload.effect import Shortfall, shortfalls
from seatrial.workload.namespace import exists, is_fresh, make_namespace, remove_if_fresh
from seatrial.workload.record import AppliedWorkload, Snapshot, WorkloadError
from seatrial.workload.roll_back import roll_back
from seatrial.workload.sabotage import SABOTAGES, Sabotage, sabotage, undo_sabotage
from seatrial.workload.secrets import redacted
from seatrial.workload.serving import Replica, Serving, wait_serving

__all__ = [
    "SABOTAGES",
    "AppliedWorkload",
    "Recorded",
    "Replica",
    "Sabotage",
    "Serving",
    "Shortfall",
    "Snapshot",
    "WorkloadError",
    "apply",
    "exists",
    "is_fresh",
    "make_namespace",
    "record_golden",
    "redacted",
    "remove_if_fresh",
    "roll_back",
    "sabotage",
    "shortfalls",
    "undeclared",
    "undo_sabotage",
    "wait_serving",
]
