"""One absolute CLOCK_MONOTONIC timer as a file descriptor (Linux timerfd).

``os.timerfd_create`` exists from Python 3.13 on; seatrial supports 3.11, hence libc.
"""

from __future__ import annotations

import ctypes
import os
import time

from seatrial.timeline import NANOSECONDS

TFD_NONBLOCK = os.O_NONBLOCK
TFD_CLOEXEC = os.O_CLOEXEC
TFD_TIMER_ABSTIME = 1


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class Timer:
    """A descriptor that is readable from the instant it was last set to."""

    def __init__(self) -> None:
        """Create it, unset. Raises OSError."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._spec = _Itimerspec()
        self._pointer = ctypes.byref(self._spec)
        self._fd = self._libc.timerfd_create(time.CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)
        if self._fd < 0:
            self._fail("timerfd_create")

    def fileno(self) -> int:
        """Return the descriptor to poll. It needs no reading: ``set`` clears what has expired."""
        return int(self._fd)

    def set(self, at_ns: int) -> None:
        """Expire at that CLOCK_MONOTONIC instant, at once if it has passed; ns, above 0."""
        self._spec.value.seconds, self._spec.value.nanoseconds = divmod(at_ns, NANOSECONDS)
        if self._libc.timerfd_settime(self._fd, TFD_TIMER_ABSTIME, self._pointer, None) < 0:
            self._fail("timerfd_settime")

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)

    @staticmethod
    def _fail(call: str) -> None:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")
