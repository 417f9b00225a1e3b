"""Whether good answers are the golden set's: compared one by one, as they come.

An answer that equals one which agreed before, bit by bit, agrees: only new ones are looked at
closely, so that parity costs the engine next to nothing. It records nothing but examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.golden import DecodeError, decode, difference
from seatrial.timeline import ERROR_KINDS, NANOSECONDS, NO_ARM, Difference

if TYPE_CHECKING:
    from seatrial.golden import Golden

NONE = ERROR_KINDS.index("none")
DIFFERS = ERROR_KINDS.index("differs")
NOT_COMPARED = ERROR_KINDS.index("not-compared")


class Parity:
    """The comparison of one load; request i carries the golden set's input i modulo its size."""

    def __init__(self, golden: Golden, arms: tuple[str, ...]) -> None:
        """Take the golden set, and the plan's arms in the order that records number them."""
        self._golden = golden
        self._size = len(golden.inputs)
        self._arms = {**dict(enumerate(arms)), NO_ARM: ""}
        self._agreed: dict[tuple[int, int], object] = {}
        self._differences: list[Difference] = []
        self._next_ns = 0

    @property
    def inputs(self) -> int:
        """How many inputs the golden set has."""
        return self._size

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differed, one example a second at the most."""
        return tuple(self._differences)

    def look(self, index: int, intended: int, arm: int, outputs: object) -> int:
        """Return the error code of request ``index``'s good answer: none, differs, not-compared."""
        number = index % self._size
        if self._agreed.get((number, arm)) == outputs:
            return NONE
        expected = self._golden.expected(number, self._arms[arm])
        if expected is None:
            return NOT_COMPARED
        try:
            what = difference(expected, decode(outputs), self._golden.tolerance)
        except DecodeError as cause:
            what = str(cause)
        if not what:
            self._agreed[number, arm] = outputs
            return NONE
        if intended >= self._next_ns:
            self._differences.append(Difference(intended, number, what))
            self._next_ns = (intended // NANOSECONDS + 1) * NANOSECONDS
        return DIFFERS
