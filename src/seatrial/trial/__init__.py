"""The trial itself: from configuration and scenario to a Timeline on disk, and its verdicts."""

from seatrial.trial.attested import Attested, attested
from seatrial.trial.fault_call import FaultCall, LoadCall
from seatrial.trial.guard import check
from seatrial.trial.permitted import check_rights_ahead
from seatrial.trial.record import record
from seatrial.trial.scenario import BY_NAME, Scenario, autoscaling, nightly, production
from seatrial.trial.share import TrialFailedError, recorded_once
from seatrial.trial.verdicts import Judged, judged

__all__ = [
    "BY_NAME",
    "Attested",
    "FaultCall",
    "Judged",
    "LoadCall",
    "Scenario",
    "TrialFailedError",
    "attested",
    "autoscaling",
    "check",
    "check_rights_ahead",
    "judged",
    "nightly",
    "production",
    "record",
    "recorded_once",
]
