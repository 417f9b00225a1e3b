"""The dtype of one request's record, 32 bytes, and the arithmetic every reader shares.

Files hold a one-dimensional array of ``REQUEST`` (``requests.npy``), ordered by intended start.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Written where the answer named no arm, or one that the plan does not list.
NO_ARM = 255
#: Written where the answer named no replica.
NO_REPLICA = 255


class Outcome(IntEnum):
    """How a planned request ended; every planned request ends as exactly one of these."""

    OK = 0
    ERROR = 1
    TIMEOUT = 2
    UNSENT = 3


#: What the byte ``error`` means: position is code. Append only, saved records rely on it.
ERROR_KINDS: tuple[str, ...] = (
    "none",
    "status",  # an answer came, its HTTP status is not 2xx
    "connect",  # no connection: refused, unreachable
    "reset",  # the connection ended before the whole answer came
    "protocol",  # what came is not HTTP
    "body",  # 2xx, but the body is not a prediction
    "deadline",  # no whole answer by the request's deadline
    "gateway-timeout",  # the proxy answered 504
    "aborted",  # the generator was stopped before it could send
    "descriptors",  # no file descriptor or port left to send with
    "differs",  # ok, but the answer is not the golden set's for this input and arm
    "not-compared",  # ok, but nobody knows what to compare it with: of no arm of the golden set
)

#: One request. Times are ns since the trial's epoch; ``sent`` is -1 where nothing was sent.
#: ``end`` is the instant the answer was whole, the failure was seen, or the deadline passed.
#: ``arm`` indexes ``Plan.arms``; ``replica`` indexes ``LoadReport.replicas``.
#: ``retries`` are the proxy's further attempts, as it reports them in its answer.
REQUEST = np.dtype(
    [
        ("intended", "<i8"),
        ("sent", "<i8"),
        ("end", "<i8"),
        ("status", "<u2"),
        ("outcome", "u1"),
        ("error", "u1"),
        ("arm", "u1"),
        ("replica", "u1"),
        ("retries", "u1"),
        ("connection", "u1"),  # 1 where the request opened a connection of its own
    ]
)

if REQUEST.itemsize != 32:  # noqa: PLR2004 -- the documented size of a record
    raise AssertionError(REQUEST.itemsize)

NANOSECONDS_PER_MS = 1_000_000


def latency_ms(requests: NDArray[Any]) -> NDArray[np.float64]:
    """Milliseconds from each request's intended start to its end; float64, shape of the input."""
    return np.asarray((requests["end"] - requests["intended"]) / NANOSECONDS_PER_MS)


def send_lag_ms(requests: NDArray[Any]) -> NDArray[np.float64]:
    """Milliseconds by which each *sent* request left late; float64, one item a sent request."""
    sent = requests[requests["sent"] >= 0]
    return np.asarray((sent["sent"] - sent["intended"]) / NANOSECONDS_PER_MS)


def error_name(code: int) -> str:
    """Return the name of an ``error`` byte; an unknown one is named by its number."""
    return ERROR_KINDS[code] if code < len(ERROR_KINDS) else f"error {code}"
