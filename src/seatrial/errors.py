"""The errors a user may see: each names the attempt, what was seen, what was expected and the mend.

Everything in seatrial may import this module; it imports nothing of seatrial.
"""

from __future__ import annotations

#: Exit codes of every seatrial command. One meaning each; pytest's own codes 2 to 5 stay free.
EXIT_PASS = 0
EXIT_FAIL = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
EXIT_INCONCLUSIVE = 10


class SeatrialError(Exception):
    """Something outside seatrial's code went wrong, said so that its reader can mend it.

    ``attempt`` is what seatrial tried, with the object's name; ``got`` what it saw;
    ``expected`` what it needed; ``mend`` the next step for the reader.
    """

    exit_code = EXIT_ENVIRONMENT

    def __init__(self, attempt: str, *, got: str, expected: str = "", mend: str = "") -> None:
        """Keep the four parts apart, so that terminal, JSON and Allure can each lay them out."""
        self.attempt = attempt
        self.got = got
        self.expected = expected
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        """All parts, one a line, the empty ones left out."""
        parts = [self.attempt, f"  saw: {self.got}"]
        if self.expected:
            parts.append(f"  expected: {self.expected}")
        if self.mend:
            parts.append(f"  to mend: {self.mend}")
        return "\n".join(parts)


class UsageError(SeatrialError):
    """The user's own input (a flag, a file, a name) can't be used as it is."""

    exit_code = EXIT_USAGE


class DeadlineError(SeatrialError):
    """A bounded wait ran out: ``got`` is what was seen last."""
