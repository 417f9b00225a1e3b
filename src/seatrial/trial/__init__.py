"""The trial itself: from configuration and scenario to a Timeline on disk, and its verdicts."""

from seatrial.trial.attested import Attested, attested
from seatrial.trial.guard import check
from seatrial.trial.permitted import check_rights_ahead
from seatrial.trial.record import record
from seatrial.trial.scenario import BY_NAME, Scenario, autoscaling, production
from seatrial.trial.share import TrialFailedError, recorded_once
from seatrial.trial.verdicts import Judged, judged

__all__ = [
    "BY_NAME",
    "Attested",
    "Judged",
    "Scenario",
    "TrialFailedError",
    "attested",
    "autoscaling",
    "check",
    "check_rights_ahead",
    "judged",
    "production",
    "record",
    "recorded_once",
]
