"""What the end of one request is recorded as: the rules from an answer to outcome and error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from seatrial.load.message import FIRST_FINAL_STATUS, FIRST_REDIRECT_STATUS, is_prediction
from seatrial.timeline import ERROR_KINDS, NO_ARM, NO_REPLICA, Outcome

if TYPE_CHECKING:
    from seatrial.load.connection import Ended
    from seatrial.load.labels import Labels

GATEWAY_TIMEOUT_STATUS = 504

NONE = ERROR_KINDS.index("none")
STATUS = ERROR_KINDS.index("status")
BODY = ERROR_KINDS.index("body")
DEADLINE = ERROR_KINDS.index("deadline")
GATEWAY_TIMEOUT = ERROR_KINDS.index("gateway-timeout")
ABORTED = ERROR_KINDS.index("aborted")
DESCRIPTORS = ERROR_KINDS.index("descriptors")


class Record(NamedTuple):
    """One request's record, the fields of ``timeline.REQUEST`` in their order."""

    intended: int
    sent: int
    end: int
    status: int
    outcome: int
    error: int
    arm: int = NO_ARM
    replica: int = NO_REPLICA
    retries: int = 0
    connection: int = 0


def deadline_record(intended: int, sent: int, deadline_ns: int, *, fresh: bool) -> Record:
    """Record a request without a whole answer by its deadline; it ends at the deadline itself."""
    end = intended + deadline_ns
    return Record(intended, sent, end, 0, Outcome.TIMEOUT, DEADLINE, connection=fresh)


def unsent_record(intended: int, now: int, error: int) -> Record:
    """Record a request that never left, with the reason."""
    return Record(intended, -1, max(intended, now), 0, Outcome.UNSENT, error)


def record(
    intended: int, sent: int, end: int, ended: Ended, labels: Labels, *, fresh: bool
) -> Record:
    """Record a request that ended before its deadline, by an answer or by an error."""
    answer = ended.answer
    if answer is None:
        return Record(intended, sent, end, 0, Outcome.ERROR, ended.error, connection=fresh)
    outcome, error = _judge(answer.status, answer.body)
    return Record(
        intended, sent, end, answer.status, outcome, error, *labels.read(answer.headers), fresh
    )


def _judge(status: int, body: bytes) -> tuple[Outcome, int]:
    """2xx with a prediction is ok; 504 is the proxy's timeout; all else an error."""
    if status == GATEWAY_TIMEOUT_STATUS:
        return Outcome.TIMEOUT, GATEWAY_TIMEOUT
    if not FIRST_FINAL_STATUS <= status < FIRST_REDIRECT_STATUS:
        return Outcome.ERROR, STATUS
    return (Outcome.OK, NONE) if is_prediction(body) else (Outcome.ERROR, BODY)
