"""One load put together from its order: engine, ledger and labels; and its report at the end.

Whoever owns the loop (the Locust file, a test) turns ``Run.engine`` until it has finished.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from seatrial import golden
from seatrial.errors import UsageError
from seatrial.load.address import resolve
from seatrial.load.engine import Engine, Job
from seatrial.load.labels import Labels
from seatrial.load.ledger import Ledger
from seatrial.load.message import request_bytes
from seatrial.load.parity import Parity
from seatrial.load.process import read_token
from seatrial.load.schedule import schedule
from seatrial.timeline import NANOSECONDS_PER_MS, LoadReport

if TYPE_CHECKING:
    import select
    from collections.abc import Callable, Mapping

    from seatrial.load.ending import Record
    from seatrial.load.order import LoadOrder


class Run:
    """A load from its order to its report. Raises SeatrialError where the order can't be met."""

    def __init__(
        self,
        order: LoadOrder,
        environment: Mapping[str, str],
        *,
        poller: select.epoll,
        on_end: Callable[[Record, int], None],
    ) -> None:
        """Resolve the address, lay out the ledger, set the engine's timer to the epoch."""
        token = read_token(order, environment)
        intended = schedule(order.stages, order.arrivals, order.seed)
        job = Job(
            address=resolve(order),
            requests=tuple(request_bytes(order, token, body) for body in order.bodies),
            intended=intended.tolist(),
            epoch_ns=order.epoch_monotonic_ns,
            deadline_ns=round(order.deadline_ms * NANOSECONDS_PER_MS),
        )
        self._order = order
        self._labels = Labels(
            order.arms, order.arm_header, order.replica_header, order.attempts_header
        )
        self._parity = _parity(order)
        self._ledger = Ledger(order.directory, intended)
        self.engine = Engine(
            job, self._labels, self._ledger, poller=poller, on_end=on_end, parity=self._parity
        )
        self._started_ns = time.monotonic_ns() - order.epoch_monotonic_ns
        self._cpu_s = time.process_time()

    def finish(self) -> LoadReport:
        """Close the engine and write ``requests.npy``; return what the load says of itself.

        CPU seconds are this process's from the start of ``Run`` on: Locust's start-up is left
        out. ``started_ns`` is above 0 where the process was ready only after the epoch.
        """
        ended_ns = time.monotonic_ns() - self._order.epoch_monotonic_ns
        cpu_s = time.process_time() - self._cpu_s
        self.engine.close()
        return LoadReport(
            planned=self.engine.planned,
            recorded=self._ledger.finish(),
            replicas=self._labels.replicas,
            started_ns=max(self._started_ns, 0),
            ended_ns=ended_ns,
            cpu_seconds=cpu_s,
            exit_code=0,
            clock_jump_ns=self.engine.clocks.jump_ns,
            untold=self._labels.untold,
            cut_ns=self.engine.cut_ns,
            golden=self._parity.inputs if self._parity else 0,
            differences=self._parity.differences if self._parity else (),
        )


def _parity(order: LoadOrder) -> Parity | None:
    """Return what compares the answers, None where nothing is to be compared."""
    if order.golden is None:
        return None
    found = golden.read(order.golden)
    if found.bodies != order.bodies:
        raise UsageError(
            f"compare answers with the golden set {order.golden}",
            got="an order with other bodies than its inputs",
            expected="the same ones in the same order",
        )
    return Parity(found, order.arms)
