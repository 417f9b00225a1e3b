"""One keep-alive connection and the one request on it at a time: open, send, read, reuse or close.

It picks no request and records nothing: the engine does. A request is never repeated on the
quiet. The one exception is no repetition: an idle connection that the server had closed, found
out before a byte of the request left, is given back, and the request takes another.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from seatrial.load.channel import WOULD_BLOCK
from seatrial.load.message import Answer, ProtocolError
from seatrial.timeline import ERROR_KINDS

if TYPE_CHECKING:
    from seatrial.load.channel import Channel

#: epoll's event bits (linux/eventpoll.h): gevent removes ``select.epoll`` and its constants' use.
EPOLLIN = 0x001
EPOLLOUT = 0x004
EPOLLERR = 0x008
EPOLLHUP = 0x010
EPOLLRDHUP = 0x2000
EPOLLET = 1 << 31
#: Registered once for a connection's life: edges, so that no further epoll_ctl is ever needed.
INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
GONE = EPOLLERR | EPOLLHUP | EPOLLRDHUP

NONE = ERROR_KINDS.index("none")
CONNECT = ERROR_KINDS.index("connect")
RESET = ERROR_KINDS.index("reset")
PROTOCOL = ERROR_KINDS.index("protocol")


class State(Enum):
    """Where a connection is in its life."""

    OPENING = "opening"
    BUSY = "busy"
    IDLE = "idle"
    CLOSED = "closed"


class Ended(NamedTuple):
    """How the request on a connection ended: the error's code, when (monotonic ns), what came."""

    error: int
    at_ns: int
    answer: Answer | None


class Connection:
    """A connection that carries request ``index``; ``fresh`` while that is its first one."""

    __slots__ = ("_answer", "_buffer", "_channel", "_request", "fresh", "index", "sent_ns", "state")

    def __init__(self, channel: Channel, buffer: memoryview, index: int, request: bytes) -> None:
        """Open on ``channel``, then send ``request``. ``buffer`` is shared scratch for reading."""
        self._channel = channel
        self._buffer = buffer
        self._request = request
        self._answer = Answer()
        self.index = index
        self.sent_ns = 0
        self.fresh = True
        self.state = State.OPENING

    def reuse(self, index: int, request: bytes) -> bool:
        """Send the next ``request``. False: the peer had gone and no byte has left."""
        self._look_while_idle()  # an end that has reached this machine, though not yet the poller
        if self.state is State.CLOSED:
            return False
        self._answer = Answer()
        self._request = request
        self.index = index
        self.fresh = False
        self.state = State.BUSY
        try:
            self._channel.send(self._request)
        except OSError:
            if not self._channel.touched:
                self.close()
                return False
            # Part of it left: the next event on the descriptor reports the reset.
        return True

    @property
    def busy(self) -> bool:
        """True while a request is on it."""
        return self.state is State.BUSY or self.state is State.OPENING

    def fileno(self) -> int:
        """Return the descriptor that the poller knows it by."""
        return self._channel.fileno()

    def handle(self, events: int) -> Ended | None:
        """Take epoll's events; return how the request ended, or None while it has not."""
        if self.state is State.IDLE:
            self._look_while_idle()
            return None
        try:
            if self.state is State.OPENING:
                if not self._channel.open():
                    return None
                self.state = State.BUSY
                self._channel.send(self._request)
            elif events & EPOLLOUT:
                self._channel.flush()
            return self._read(events)
        except ProtocolError:
            return self._fail(PROTOCOL)
        except OSError:
            return self._fail(CONNECT if self.state is State.OPENING else RESET)

    def close(self) -> None:
        """Close; the poller forgets the descriptor by itself."""
        self._channel.close()
        self._answer.drop_parser()
        self.state = State.CLOSED

    def _read(self, events: int) -> Ended | None:
        answer, buffer, channel = self._answer, self._buffer, self._channel
        while True:
            count = channel.receive(buffer)
            now = time.monotonic_ns()
            if count == WOULD_BLOCK:
                return None
            if count == 0:
                answer.end_of_stream()
                if not answer.complete:
                    return self._fail(RESET)
                self.close()
                return Ended(NONE, now, answer)
            answer.feed(buffer[:count])
            if answer.complete:
                self._rest_or_close(gone=bool(events & GONE))
                return Ended(NONE, now, answer)
            if count < len(buffer) and channel.short_read_drains and not events & GONE:
                return None

    def _rest_or_close(self, *, gone: bool) -> None:
        """Keep the connection only where both sides left it clean."""
        if gone or not self._answer.reusable or not self._channel.flush():
            self.close()
        else:
            self.state = State.IDLE

    def _fail(self, error: int) -> Ended:
        self.close()
        return Ended(error, time.monotonic_ns(), None)

    def _look_while_idle(self) -> None:
        """The end of the stream, or bytes nobody asked for, end an idle connection."""
        try:
            if self._channel.receive(self._buffer) != WOULD_BLOCK:
                self.close()
        except OSError:
            self.close()
