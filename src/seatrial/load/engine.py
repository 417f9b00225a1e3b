"""The open-loop engine: each planned request leaves at its instant, whatever the others do.

It drives sockets with epoll and one timerfd and never blocks; whoever owns the loop (the Locust
file) calls ``turn`` when ``fileno`` is readable. It knows no Locust, no gevent and no files but
the ledger it is given.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.load.address import Address, ExhaustedError
from seatrial.load.clocks import ClockWatch
from seatrial.load.connection import CONNECT, EPOLLIN, INTEREST, Connection, Ended, State
from seatrial.load.ending import (
    ABORTED,
    DEADLINE,
    DESCRIPTORS,
    Asked,
    Record,
    deadline_record,
    record,
    unsent_record,
)
from seatrial.load.timer import Timer

if TYPE_CHECKING:
    import select
    from collections.abc import Callable, Sequence

    from seatrial.load.labels import Labels
    from seatrial.load.ledger import Ledger
    from seatrial.load.parity import Parity

READ_BUFFER = 262_144
#: Work per turn is bounded, so that neither answers hold up sends nor sends the answers.
EVENTS_PER_TURN = 16
SENDS_PER_TURN = 64


@dataclass(frozen=True, slots=True)
class Job:
    """What the engine sends: ``requests`` in turn to ``address``, one at each of ``intended``.

    ``intended``: ns after ``epoch_ns`` (CLOCK_MONOTONIC), ascending; ``deadline_ns`` after it.
    """

    address: Address
    requests: Sequence[bytes]
    intended: Sequence[int]
    epoch_ns: int
    deadline_ns: int


class Engine:
    """One load, from the first planned request to the last one's end.

    ``on_end`` is told each record and the answer's size in bytes, and must not block.
    ``poller`` is a fresh epoll object, handed in because gevent hides its constructor.
    """

    def __init__(
        self,
        job: Job,
        labels: Labels,
        ledger: Ledger,
        *,
        poller: select.epoll,
        on_end: Callable[[Record, int], None],
        parity: Parity | None = None,
    ) -> None:
        """Prepare; nothing is sent before the first ``turn`` at or after the epoch."""
        self._job = job
        self._requests = job.requests
        self._intended = job.intended
        self._epoch, self._deadline = job.epoch_ns, job.deadline_ns
        self._labels = labels
        self._ledger = ledger
        self._poller = poller
        self._on_end = on_end
        self._parity = parity
        self._buffer = memoryview(bytearray(READ_BUFFER))
        self._connections: dict[int, Connection] = {}
        self._idle: list[Connection] = []
        self._waiting: deque[tuple[int, Connection]] = deque()
        self._next = 0
        self._in_flight = 0
        self._stopping = False
        self._cut_wanted_ns = self.cut_ns = 0
        self.planned = len(job.intended)
        self.clocks = ClockWatch()
        self._timer = Timer()
        self._poller.register(self._timer.fileno(), EPOLLIN)
        self._arm()

    def fileno(self) -> int:
        """Return the descriptor that is readable when there is something to do."""
        return self._poller.fileno()

    @property
    def finished(self) -> bool:
        """True once every planned request has ended."""
        return self._next == len(self._intended) and not self._in_flight

    def stop(self) -> None:
        """Send nothing more. What is in flight still ends, at its deadline at the latest."""
        self._stopping = True
        self._timer.set(1)

    def cut(self, at_ns: int) -> None:
        """Have the next ``turn`` plan nothing from ``at_ns`` after the epoch on; any thread may."""
        self._cut_wanted_ns = at_ns

    def turn(self) -> None:
        """Do what is due: take answers, send, end what is past its deadline, set the timer."""
        for descriptor, events in self._poller.poll(0, EVENTS_PER_TURN):
            connection = self._connections.get(descriptor)
            if connection is not None:  # else the timer
                self._take(descriptor, connection, events)
        if self._cut_wanted_ns:
            self._take_back()
        if self._stopping:
            self._leave_unsent()
        self._send_due()
        self._expire()
        self.clocks.look()
        self._arm()

    def close(self) -> None:
        """Close every connection, the timer and the poller."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        self._timer.close()
        self._poller.close()

    def _take(self, descriptor: int, connection: Connection, events: int) -> None:
        ended = connection.handle(events)
        if connection.state is State.CLOSED:
            del self._connections[descriptor]
        if ended is None:
            return
        if connection.state is State.IDLE:
            self._idle.append(connection)
        self._end(connection, ended)

    def _send_due(self) -> None:
        for _ in range(SENDS_PER_TURN):
            if self._next == len(self._intended):
                return
            now = time.monotonic_ns() - self._epoch
            intended = self._intended[self._next]
            if intended > now:
                return
            index = self._next
            self._next += 1
            if now >= intended + self._deadline:
                self._write(index, unsent_record(intended, now, DEADLINE))
            else:
                self._send(index, intended, now)

    def _send(self, index: int, intended: int, now: int) -> None:
        """Send on the connection used last, or on a new one: the pool grows on demand."""
        request = self._requests[index % len(self._requests)]
        while self._idle:
            connection = self._idle.pop()
            if connection.state is State.IDLE:
                descriptor = connection.fileno()
                if connection.reuse(index, request):
                    self._track(index, connection, now)
                    return
                del self._connections[descriptor]
        try:
            channel = self._job.address.open()
        except ExhaustedError:
            self._write(index, unsent_record(intended, now, DESCRIPTORS))
            return
        except OSError:
            ended = Ended(CONNECT, time.monotonic_ns(), None)
            self._conclude(index, now, ended, fresh=True)
            return
        connection = Connection(channel, self._buffer, index, request)
        self._connections[channel.fileno()] = connection
        self._poller.register(channel.fileno(), INTEREST)
        self._track(index, connection, now)

    def _track(self, index: int, connection: Connection, sent: int) -> None:
        connection.sent_ns = sent
        self._waiting.append((index, connection))
        self._in_flight += 1

    def _expire(self) -> None:
        """End what has no whole answer by its deadline; deadlines ascend as the schedule does."""
        waiting = self._waiting
        while waiting:
            index, connection = waiting[0]
            if connection.index == index and connection.busy:
                if self._deadline_at(index) > time.monotonic_ns():
                    return
                del self._connections[connection.fileno()]
                connection.close()
                self._end(connection, Ended(DEADLINE, time.monotonic_ns(), None))
            waiting.popleft()

    def _take_back(self) -> None:
        index = bisect_left(self._intended, self._cut_wanted_ns)
        if self._next <= index < len(self._intended):
            self._intended, self.planned = self._intended[:index], index
            self.cut_ns = self._cut_wanted_ns

    def _leave_unsent(self) -> None:
        now = time.monotonic_ns() - self._epoch
        for index in range(self._next, len(self._intended)):
            self._write(index, unsent_record(self._intended[index], now, ABORTED))
        self._next = len(self._intended)

    def _end(self, connection: Connection, ended: Ended) -> None:
        self._in_flight -= 1
        self._conclude(connection.index, connection.sent_ns, ended, fresh=connection.fresh)

    def _conclude(self, index: int, sent: int, ended: Ended, *, fresh: bool) -> None:
        intended = self._intended[index]
        end = ended.at_ns - self._epoch
        if end >= intended + self._deadline:
            entry = deadline_record(intended, sent, self._deadline, fresh=fresh)
        else:
            ask = Asked(index, intended, sent, fresh)
            entry = record(ask, end, ended, self._labels, self._parity)
        self._write(index, entry, len(ended.answer.body) if ended.answer else 0)

    def _write(self, index: int, entry: Record, length: int = 0) -> None:
        self._ledger.end(index, *entry)
        self._on_end(entry, length)

    def _deadline_at(self, index: int) -> int:
        return self._epoch + self._intended[index] + self._deadline

    def _arm(self) -> None:
        """Wake at the next send or the next deadline, whichever comes first."""
        instants = []
        if self._next < len(self._intended):
            instants.append(self._epoch + self._intended[self._next])
        if self._waiting:
            instants.append(self._deadline_at(self._waiting[0][0]))
        if instants:
            self._timer.set(max(1, min(instants)))
