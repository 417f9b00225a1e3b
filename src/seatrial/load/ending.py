"""What the end of one request is recorded as: the rules from an answer to outcome and error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from seatrial.load.message import FIRST_FINAL_STATUS, FIRST_REDIRECT_STATUS, outputs_of
from seatrial.timeline import ERROR_KINDS, NO_ARM, NO_REPLICA, Outcome

if TYPE_CHECKING:
    from seatrial.load.connection import Ended
    from seatrial.load.labels import Labels
    from seatrial.load.parity import Parity

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


class Asked(NamedTuple):
    """One request that was sent: its position in the schedule, and when (ns after the epoch)."""

    number: int
    intended: int
    sent: int
    fresh: bool


def deadline_record(intended: int, sent: int, deadline_ns: int, *, fresh: bool) -> Record:
    """Record a request without a whole answer by its deadline; it ends at the deadline itself."""
    end = intended + deadline_ns
    return Record(intended, sent, end, 0, Outcome.TIMEOUT, DEADLINE, connection=fresh)


def unsent_record(intended: int, now: int, error: int) -> Record:
    """Record a request that never left, with the reason."""
    return Record(intended, -1, max(intended, now), 0, Outcome.UNSENT, error)


def record(
    asked: Asked, end: int, ended: Ended, labels: Labels, parity: Parity | None = None
) -> Record:
    """Record a request that ended before its deadline, by an answer or by an error."""
    number, intended, sent, fresh = asked
    answer = ended.answer
    if answer is None:
        return Record(intended, sent, end, 0, Outcome.ERROR, ended.error, connection=fresh)
    outcome, error, outputs = _judge(answer.status, answer.body)
    arm, replica, retries = labels.read(answer.headers)
    if outcome is Outcome.OK:
        labels.note_good(answer.headers)
        if parity is not None:
            error = parity.look(number, intended, arm, outputs)
    status = answer.status
    return Record(intended, sent, end, status, outcome, error, arm, replica, retries, fresh)


def _judge(status: int, body: bytes) -> tuple[Outcome, int, object]:
    """2xx with a prediction is ok, its outputs last; 504 the proxy's timeout; all else an error."""
    if status == GATEWAY_TIMEOUT_STATUS:
        return Outcome.TIMEOUT, GATEWAY_TIMEOUT, None
    if not FIRST_FINAL_STATUS <= status < FIRST_REDIRECT_STATUS:
        return Outcome.ERROR, STATUS, None
    outputs = outputs_of(body)
    return (Outcome.ERROR, BODY, None) if outputs is None else (Outcome.OK, NONE, outputs)
