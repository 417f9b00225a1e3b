"""By what an answer shows that a sabotage is in effect: bad, slow, or other than the golden one.

Each sign is a pure function of an answer and the trial's golden set, None where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.golden import DecodeError, decode, difference, outputs_in
from seatrial.workload.record import WorkloadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.golden import Golden
    from seatrial.workload.asking import Answer

    Sign = Callable[[Answer, Golden | None], bool]

#: Below the deadline of a client and above any promise: an answer this slow is a bad one.
SLOW_S = 0.3


def bad_or_slow(answer: Answer, golden: Golden | None) -> bool:
    """Tell whether the answer is an error, or slower than any promise."""
    del golden
    return not answer.ok or answer.seconds > SLOW_S


def differs(answer: Answer, golden: Golden | None) -> bool:
    """Tell whether a good answer to the golden set's first input is not the expected one.

    Raises WorkloadError without a golden set: nobody knows then what is right.
    """
    if golden is None:
        raise WorkloadError(
            "see a sabotage by its answers",
            got="no golden set",
            expected="the answers that are right",
            mend="set request.golden in seatrial.toml",
        )
    expected = golden.expected(0, answer.arm)
    if not answer.ok or expected is None:
        return False
    try:
        outputs = decode(outputs_in(answer.body))
    except DecodeError:
        return True
    return bool(difference(expected, outputs, golden.tolerance))
