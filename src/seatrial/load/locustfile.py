"""The Locust file: one User that runs the open-loop engine, and Locust's events for each request.

Only this file imports locust and gevent; Locust loads it, ``seatrial.load.launch`` starts Locust.
Locust's own statistics are for watching: they are rounded, and no verdict rests on them.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import gevent
from gevent.hub import get_hub
from gevent.monkey import get_original
from locust import User, task
from locust.exception import StopUser

from seatrial.errors import SeatrialError
from seatrial.load.order import LoadOrder
from seatrial.load.process import (
    EXIT_ENGINE,
    EXIT_PARENT_DIED,
    LIFELINE_VARIABLE,
    ORDER_VARIABLE,
    PRIORITY_VARIABLE,
    REPORT_FILE,
    UNCHANGED,
)
from seatrial.load.run import Run
from seatrial.priority import real_time
from seatrial.timeline import NANOSECONDS, NANOSECONDS_PER_MS, Outcome, error_name, save_part

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment

    from seatrial.load.ending import Record
    from seatrial.load.engine import Engine

READABLE = 1  # libev's READ

log = logging.getLogger("seatrial.load")


class RequestError(Exception):
    """A request that is not ok, as Locust's statistics show it."""


class OpenLoop(User):
    """Sends the planned requests at their instants and never waits for one before the next."""

    fixed_count = 1
    engine: Engine | None = None

    @task
    def run_load(self) -> None:
        """Run the whole load once, write its records and its report, and end Locust."""
        environment = self.environment
        environment.events.test_stopping.add_listener(self._stop_sending)
        try:
            _run(self, LoadOrder.read(Path(os.environ[ORDER_VARIABLE])))
            environment.process_exit_code = 0
        except SeatrialError as cause:
            log.error("%s", cause)  # noqa: TRY400 -- a user's mistake, said without a traceback
            environment.process_exit_code = EXIT_ENGINE
        except Exception:
            log.exception("the load engine failed")
            environment.process_exit_code = EXIT_ENGINE
        gevent.spawn(environment.runner.quit)
        raise StopUser

    def _stop_sending(self, **_: object) -> None:
        """Stopped from outside: send nothing more, let what is in flight end."""
        if self.engine is not None:
            self.engine.stop()


def _run(user: OpenLoop, order: LoadOrder) -> None:
    poller = get_original("select", "epoll")()
    run = Run(order, os.environ, poller=poller, on_end=_Listener(user.environment, order))
    OpenLoop.engine = run.engine
    wanted = os.environ.get(PRIORITY_VARIABLE, UNCHANGED)
    with nullcontext(wanted) if wanted == UNCHANGED else real_time() as priority:
        log.info("the load begins; priority: %s", priority)
        _drive(run.engine)
    OpenLoop.engine = None
    save_part(order.directory, REPORT_FILE, run.finish())


def _drive(engine: Engine) -> None:
    """Turn the engine whenever it has something to do; Locust's other greenlets run in between.

    What start-up made is frozen and the collector paused: a full collection over Locust's
    modules stops the schedule for tens of ms. The engine's own objects hold no cycles.
    """
    hub = get_hub()
    watcher = hub.loop.io(engine.fileno(), READABLE)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        while not engine.finished:
            hub.wait(watcher)
            engine.turn()
    finally:
        gc.enable()
        watcher.close()


class _Listener:
    """Tells Locust of each request that ended."""

    def __init__(self, environment: Environment, order: LoadOrder) -> None:
        self._fire: Callable[..., None] = environment.events.request.fire
        self._method = order.method
        self._path = order.path
        self._url = order.url + order.path
        self._epoch_wall = (
            time.time_ns() - time.monotonic_ns() + order.epoch_monotonic_ns
        ) / NANOSECONDS
        self._errors: dict[tuple[int, int], RequestError] = {}

    def __call__(self, entry: Record, length: int) -> None:
        self._fire(
            request_type=self._method,
            name=self._path,
            response_time=(entry.end - entry.intended) / NANOSECONDS_PER_MS,
            response_length=length,
            exception=None if entry.outcome == Outcome.OK else self._error(entry),
            context={},
            start_time=self._epoch_wall + entry.intended / NANOSECONDS,
            url=self._url,
            response=None,
        )

    def _error(self, entry: Record) -> RequestError:
        key = (entry.error, entry.status)
        if key not in self._errors:
            status = f" ({entry.status})" if entry.status else ""
            self._errors[key] = RequestError(error_name(entry.error) + status)
        return self._errors[key]


def _watch_parent(descriptor: int) -> None:
    """Block in a real thread until the launcher's end of the pipe closes, then end at once.

    A line that comes through it is the instant to cut the load at.

    The pipe closes however the launcher dies, SIGKILL included. PR_SET_PDEATHSIG would not do:
    it fires when the *thread* that started this process ends. The records are in a mapped file.
    """
    read = get_original("os", "read")
    while line := read(descriptor, 64):
        engine = OpenLoop.engine
        if engine is not None:
            engine.cut(int(line))
    os._exit(EXIT_PARENT_DIED)


def _prepare_process() -> None:
    """Take all the descriptors allowed, and tie this process to its launcher."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    lifeline = os.environ.get(LIFELINE_VARIABLE)
    if lifeline is not None:
        get_original("_thread", "start_new_thread")(_watch_parent, (int(lifeline),))


if ORDER_VARIABLE not in os.environ:
    sys.exit(f"{__file__} needs {ORDER_VARIABLE}, the path of a load order; seatrial sets it.")
_prepare_process()
