"""Each planned request ends once, as what really happened to it."""

from __future__ import annotations

import socket
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.timeline import NO_ARM, NO_REPLICA, Outcome, error_name, latency_ms

if TYPE_CHECKING:
    from tests.load.conftest import Load, Records, Reply, Serve, Visit


def ends(requests: Records) -> Counter[tuple[str, str, int]]:
    """Count (outcome, error, status) over records."""
    return Counter(
        (Outcome(item["outcome"]).name, error_name(item["error"]), int(item["status"]))
        for item in requests
    )


def test_answered_requests_are_ok_over_one_connection(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """Predictions in good time are ok, and sequential requests share a kept-alive connection."""
    server = serve(lambda visit: visit.reply(reply()))
    requests, report = load(server.port)
    assert ends(requests) == {("OK", "none", 200): 50}
    assert requests["connection"].sum() == server.connections
    assert server.connections < 10
    assert report.exit_code == 0


def test_the_request_arrives_as_ordered(serve: Serve, load: Load, reply: Reply) -> None:
    """Path, headers and body reach the server byte for byte."""
    server = serve(lambda visit: visit.reply(reply()))
    load(
        server.port, headers={"Host": "a.local", "seldon-model": "x.experiment"}, bodies=(b"{}\n",)
    )
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /v2/models/m/infer HTTP/1.1"
    assert b"Host: a.local" in lines
    assert b"seldon-model: x.experiment" in lines
    assert sum(line.lower().startswith(b"host:") for line in lines) == 1
    assert body == b"{}\n"


@pytest.mark.parametrize(
    "expected",
    [
        ("ERROR", "status", 500),
        ("ERROR", "status", 503),
        ("ERROR", "status", 302),
        ("ERROR", "status", 404),
        ("TIMEOUT", "gateway-timeout", 504),
    ],
)
def test_a_status_that_is_no_success_is_recorded(
    serve: Serve, load: Load, reply: Reply, expected: tuple[str, str, int]
) -> None:
    """An answer that is not 2xx is no success, and the proxy's 504 is a timeout."""
    server = serve(lambda visit: visit.reply(reply(expected[2])))
    assert ends(load(server.port)[0]) == {expected: 50}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b'{"outputs":[]}',
        b'{"outputs":[{"name":"x"}]}',
        b'{"error":"model failed"}',
        b'[{"outputs":[{"data":[1]}]}]',
    ],
)
def test_a_success_without_a_prediction_is_an_error(
    serve: Serve, load: Load, reply: Reply, body: bytes
) -> None:
    """A 200 whose body is no prediction is recorded as 'body'."""
    server = serve(lambda visit: visit.reply(reply(200, body)))
    assert ends(load(server.port)[0]) == {("ERROR", "body", 200): 50}


def test_a_refused_connection_is_recorded(load: Load) -> None:
    """With nobody listening each request ends as 'connect', and was tried."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    requests, _ = load(port)
    assert ends(requests) == {("ERROR", "connect", 0): 50}
    assert (requests["sent"] >= requests["intended"]).all()


def test_a_reset_in_the_middle_of_an_answer_is_recorded(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """A connection that breaks after half an answer is 'reset', though its status was 200."""

    def half(visit: Visit) -> None:
        visit.reply(reply()[:-5])
        visit.reset()

    assert ends(load(serve(half).port)[0]) == {("ERROR", "reset", 0): 50}


def test_an_answer_cut_short_by_a_clean_close_is_recorded(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """Fewer bytes than Content-Length promised is no whole answer."""

    def short(visit: Visit) -> None:
        visit.reply(reply()[:-5])
        visit.end()

    assert ends(load(serve(short).port)[0]) == {("ERROR", "reset", 0): 50}


def test_what_is_not_http_is_recorded(serve: Serve, load: Load) -> None:
    """Bytes that are no HTTP answer end a request as 'protocol'."""
    server = serve(lambda visit: visit.reply(b"SSH-2.0-OpenSSH\r\n\r\n"))
    assert ends(load(server.port)[0]) == {("ERROR", "protocol", 0): 50}


def test_a_hanging_server_times_every_request_out_at_its_deadline(serve: Serve, load: Load) -> None:
    """Requests in flight at the end of the schedule are awaited, and time out at the deadline."""
    server = serve(lambda visit: visit.hold())
    requests, report = load(server.port, deadline_ms=400.0)
    assert ends(requests) == {("TIMEOUT", "deadline", 0): 50}
    assert np.array_equal(latency_ms(requests), np.full(50, 400.0))
    assert report.ended_ns >= requests["end"].max()


def test_an_answer_after_the_deadline_is_a_timeout(serve: Serve, load: Load, reply: Reply) -> None:
    """A whole answer that comes too late is not ok."""

    def late(visit: Visit) -> None:
        visit.hold(0.3)
        visit.reply(reply())

    assert ends(load(serve(late).port, deadline_ms=200.0)[0]) == {("TIMEOUT", "deadline", 0): 50}


def test_chunked_and_close_delimited_answers_are_read(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """Chunks, interim answers and answers that end with the stream are all whole answers."""
    body = reply()[-20:]
    whole = reply().partition(b"\r\n\r\n")[2]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (whole[:7], whole[7:]))
    answers = (
        reply(200, chunked + b"0\r\n\r\n", headers="Transfer-Encoding: chunked\r\n", framed=False),
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + reply(),
        reply(200, whole, framed=False),
    )

    def each_kind(visit: Visit) -> None:
        kind = visit.number % 3
        visit.reply(answers[kind])
        if kind == 2:
            visit.end()

    assert body
    assert ends(load(serve(each_kind).port)[0]) == {("OK", "none", 200): 50}


def test_arm_replica_and_retries_come_from_the_answer(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """The arm is matched as Seldon writes it, replicas are tabled, further attempts are retries."""

    def named(visit: Visit) -> None:
        arm = (":baseline-predictor_1:", "enhanced-predictor", ":someone-else_1:", "")
        route = f"x-seldon-route: {arm[visit.number % 4]}\r\n" if arm[visit.number % 4] else ""
        replica = f"x-seatrial-replica: 10.0.0.{visit.number % 2}:8080\r\n"
        tries = f"x-envoy-attempt-count: {1 + visit.number % 2}\r\n"
        visit.reply(reply(headers=route + (replica if visit.number % 4 else "") + tries))

    requests, report = load(serve(named).port, rate=80.0)
    assert Counter(requests["arm"].tolist()) == {0: 10, 1: 10, NO_ARM: 20}
    assert sorted(report.replicas) == ["10.0.0.0:8080", "10.0.0.1:8080"]
    assert Counter(requests["replica"].tolist())[NO_REPLICA] == 10
    odd = report.replicas.index("10.0.0.1:8080")
    assert (requests["retries"] == (requests["replica"] == odd)).all()
    assert report.untold == 0


def test_good_answers_that_tell_no_attempts_are_counted(
    serve: Serve, load: Load, reply: Reply
) -> None:
    """A proxy that does not say how often it tried may have tried twice; failures do not count."""

    def some(visit: Visit) -> None:
        tries = "" if visit.number % 4 < 2 else "x-envoy-attempt-count: 1\r\n"
        visit.reply(reply(503 if visit.number % 4 == 0 else 200, headers=tries))

    requests, report = load(serve(some).port, rate=80.0)
    assert len(requests) == 40
    assert report.untold == 10
