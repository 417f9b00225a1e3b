"""The schedule rules: nothing the service does delays, drops or repeats a planned request."""

from __future__ import annotations

import gc
import os
import resource
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.load.connection import Connection
from seatrial.load.message import Answer
from seatrial.timeline import Outcome, error_name, latency_ms, send_lag_ms

if TYPE_CHECKING:
    from seatrial.load.run import Run
    from tests.load.conftest import Load, Records, Reply, Serve, Visit


def test_a_slow_service_does_not_slow_the_schedule(serve: Serve, load: Load, reply: Reply) -> None:
    """Requests leave while others wait: the pool grows, and sends stay on time."""

    def slow(visit: Visit) -> None:
        visit.hold(0.2)
        visit.reply(reply())

    server = serve(slow)
    requests, _ = load(server.port)
    assert (requests["outcome"] == Outcome.OK).all()
    assert server.connections >= 15  # 100/s for 0.2 s each: about 20 in flight
    assert np.median(send_lag_ms(requests)) < 20
    assert (latency_ms(requests) >= 200).all()


def test_a_stall_counts_against_each_request_planned_in_it(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """A 2 s stall at 200/s shows in P95 as long as it was, not as one slow request."""
    over = threading.Event()
    lock = threading.Lock()
    edges: list[int] = []

    def end_stall() -> None:
        edges.append(time.monotonic_ns())
        over.set()

    def stalls_once(visit: Visit) -> None:
        with lock:
            if visit.number == 200:
                edges.append(time.monotonic_ns())
                threading.Timer(2.0, end_stall).start()
        if edges:
            over.wait(10)
        visit.reply(reply())

    epoch = time.monotonic_ns() + 100_000_000
    requests, _ = load(serve(stalls_once).port, rate=200.0, seconds=4.0, epoch_monotonic_ns=epoch)
    assert (requests["outcome"] == Outcome.OK).all()
    began, ended = (edge - epoch for edge in edges)
    waits = (ended - requests["intended"]) / 1e6
    truth = np.where((requests["intended"] >= began) & (waits > 0), waits, 0)
    seen = latency_ms(requests)
    assert _p95(seen) == pytest.approx(_p95(truth), abs=150)
    assert _p95(truth) > 1600  # a closed loop would have one request to show for it
    assert (seen > 200).sum() == pytest.approx((truth > 200).sum(), abs=30)


def _p95(milliseconds: Records) -> float:
    return float(np.percentile(milliseconds, 95, method="inverted_cdf"))


def test_a_server_that_hangs_at_the_end_loses_no_record(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """The last requests, never answered, are timeouts: not forgotten when the schedule ends."""

    def dies_late(visit: Visit) -> None:
        if visit.number > 60:
            visit.hold()
        visit.reply(reply())

    requests, _ = load(serve(dies_late).port, rate=100.0, seconds=1.0, deadline_ms=300.0)
    assert (requests["outcome"] == Outcome.OK).sum() == 60
    assert (requests["outcome"][-40:] == Outcome.TIMEOUT).all()


def test_connections_that_the_server_closes_are_replaced(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """Closing after each answer, announced or silently, costs a new connection and no error."""

    def closes(visit: Visit) -> None:
        announced = "Connection: close\r\n" if visit.number % 2 else ""
        visit.reply(reply(headers=announced))
        visit.end()

    server = serve(closes)
    requests, _ = load(server.port)
    assert (requests["outcome"] == Outcome.OK).all()
    assert requests["connection"].sum() == 50
    assert server.connections == 50


def test_a_request_is_never_repeated_on_the_quiet(serve: Serve, load: Load, reply: Reply) -> None:
    """A kept-alive connection that breaks under a request is an error; the server saw it once."""

    def breaks_second(visit: Visit) -> None:
        if visit.on_connection == 2:
            visit.reset()
        else:
            visit.reply(reply())

    server = serve(breaks_second)
    requests, _ = load(server.port)
    reset = np.array([error_name(item) == "reset" for item in requests["error"]])
    assert np.array_equal(reset, requests["connection"] == 0)
    assert 0 < reset.sum() <= 25
    assert len(server.requests) == 50


def test_bytes_nobody_asked_for_end_the_connection(serve: Serve, load: Load, reply: Reply) -> None:
    """An answer followed by a second one is ok, but its connection is not used again."""
    server = serve(lambda visit: visit.reply(reply() + reply(500)))
    requests, _ = load(server.port)
    assert (requests["outcome"] == Outcome.OK).all()
    assert server.connections == 50


def test_without_descriptors_requests_are_unsent(load: Load) -> None:
    """A generator out of descriptors blames itself, not the service."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path(os.devnull).open("rb") as lowest_free:
        few = lowest_free.fileno() + 20
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, limits[1]))
        try:
            requests, _ = load(silent.getsockname()[1], deadline_ms=1000.0)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    unsent = requests[requests["outcome"] == Outcome.UNSENT]
    assert {error_name(item) for item in unsent["error"]} == {"descriptors"}
    assert (unsent["sent"] == -1).all()
    assert 0 < len(unsent) < 50


def test_a_late_generator_leaves_unsent_what_can_no_longer_succeed(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """Requests whose deadline passed before the generator was ready are unsent, later ones late."""
    server = serve(lambda visit: visit.reply(reply()))
    late = time.monotonic_ns() - 300_000_000
    requests, report = load(server.port, epoch_monotonic_ns=late, deadline_ms=100.0, seconds=2.0)
    unsent = requests["outcome"] == Outcome.UNSENT
    assert 15 <= unsent.sum() < 200
    assert {error_name(item) for item in requests["error"][unsent]} == {"deadline"}
    assert (latency_ms(requests)[unsent] >= 100).all()
    assert 0 < len(server.requests) <= 200 - unsent.sum()
    assert 50 < send_lag_ms(requests).max() < 100
    assert report.started_ns >= 300_000_000


def test_a_stopped_load_still_ends_every_request(serve: Serve, load: Load, reply: Reply) -> None:
    """Stopped in the middle, the rest is unsent as 'aborted' and what is in flight still ends."""
    server = serve(lambda visit: visit.hold(0.1) or visit.reply(reply()))

    def stop_midway(run: Run) -> None:
        if len(server.requests) >= 20:
            run.engine.stop()

    requests, _ = load(server.port, each_turn=stop_midway)
    names = [error_name(item) for item in requests["error"]]
    aborted = names.count("aborted")
    assert 20 <= aborted <= 30
    assert names == ["none"] * (50 - aborted) + ["aborted"] * aborted
    assert (requests["end"] >= requests["intended"]).all()


def test_nothing_of_an_ended_request_is_kept(serve: Serve, load: Load, reply: Reply) -> None:
    """Without the collector, which is paused during a load, memory does not grow by the request."""

    def mixed(visit: Visit) -> None:
        match visit.number % 4:
            case 0:
                visit.reply(b"garbage\r\n\r\n")
            case 1:
                visit.reset()
            case 2:
                visit.hold(0.3)
            case 3:
                visit.reply(reply())

    gc.collect()
    gc.disable()
    try:
        requests, _ = load(serve(mixed).port, rate=200.0, seconds=1.0, deadline_ms=200.0)
        left = [item for item in gc.get_objects() if isinstance(item, (Answer, Connection))]
    finally:
        gc.enable()
    assert len(set(requests["error"])) == 4
    assert len(left) == 0
