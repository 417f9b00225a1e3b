"""The load as a process of its own: real Locust, started, ended and killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest

from seatrial.errors import DeadlineError, SeatrialError
from seatrial.load import LoadDiedError, start
from seatrial.load.launch import REPORT_PART
from seatrial.load.ledger import REQUESTS_FILE
from seatrial.load.process import LOG_FILE
from seatrial.timeline import PARTIAL_FILE, PENDING, REQUEST, Outcome, error_name, send_lag_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.load.conftest import MakeOrder, Reply, Serve

AHEAD_NS = 4_000_000_000
PATIENCE_S = 30.0
HERE = Path(__file__).parent


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Poll until a condition holds; fail with its name at the deadline."""
    deadline = time.monotonic() + seconds
    pause = Event()
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(0.02)


def is_over(process: psutil.Process) -> bool:
    """True once a process runs no more; a zombie only waits for whoever is its parent now."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def ended_so_far(directory: Path) -> int:
    """How many requests the running process has ended, read from its mapped file."""
    file = directory / PARTIAL_FILE
    if not file.exists():
        return 0
    return int((np.fromfile(file, dtype=REQUEST)["outcome"] != PENDING).sum())


@pytest.fixture
def later(order: MakeOrder) -> MakeOrder:
    """Make orders whose epoch leaves Locust the time to start."""
    return lambda port, **changes: order(
        port, epoch_monotonic_ns=time.monotonic_ns() + AHEAD_NS, **changes
    )


def test_locust_sends_the_load_and_reports_it(serve: Serve, later: MakeOrder, reply: Reply) -> None:
    """The process records each planned request; its report and Locust's statistics agree."""
    server = serve(lambda visit: visit.reply(reply(500 if visit.number == 7 else 200)))
    made = later(server.port, rate=200.0, seconds=1.0, arrivals="poisson")
    report = start(made).wait()
    requests = np.load(made.directory / REQUESTS_FILE)
    assert (report.planned, report.recorded, report.exit_code) == (200, 200, 0)
    assert len(server.requests) == 200
    assert (requests["outcome"] == Outcome.ERROR).sum() == 1
    assert report.started_ns == 0
    assert 0 < report.cpu_seconds < 2
    assert json.loads((made.directory / REPORT_PART).read_text(encoding="utf-8"))["recorded"] == 200
    assert "200     1(0.50%)" in (made.directory / LOG_FILE).read_text(encoding="utf-8")
    assert "status (500)" in (made.directory / LOG_FILE).read_text(encoding="utf-8")
    assert np.median(send_lag_ms(requests)) < 5
    assert not (made.directory / PARTIAL_FILE).exists()


def test_the_users_own_locust_settings_change_nothing(
    serve: Serve, later: MakeOrder, reply: Reply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOCUST_* variables and configuration files in HOME or the working directory are ignored."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("locust.conf", ".locust.conf"):
        (elsewhere / name).write_text("run-time = 1s\nusers = 9\n", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    environment = os.environ | {
        "HOME": str(elsewhere),
        "LOCUST_RUN_TIME": "1s",
        "LOCUST_MODE_MASTER": "true",
        "LOCUST_LOCUSTFILE": "none.py",
    }
    server = serve(lambda visit: visit.reply(reply()))
    report = start(later(server.port), env=environment).wait()
    assert report.recorded == report.planned == len(server.requests)


def test_a_killed_load_leaves_its_records_and_no_report(
    serve: Serve, later: MakeOrder, reply: Reply
) -> None:
    """SIGKILL in the middle is told with the signal; the requests that had ended are readable."""
    server = serve(lambda visit: visit.reply(reply()))
    made = later(server.port, seconds=30.0)
    process = start(made)
    until(lambda: ended_so_far(made.directory) >= 30, "30 requests ended")
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(LoadDiedError, match="SIGKILL"):
        process.wait()
    requests = np.load(made.directory / REQUESTS_FILE)
    assert 30 <= len(requests) < made.planned
    assert (requests["outcome"] == Outcome.OK).all()
    assert not (made.directory / REPORT_PART).exists()


def test_the_death_of_its_launcher_ends_the_load(
    serve: Serve, order: MakeOrder, reply: Reply, tmp_path: Path
) -> None:
    """SIGKILL of the process that started the load ends the load within a second."""
    server = serve(lambda visit: visit.reply(reply()))
    made = order(server.port, seconds=60.0, epoch_monotonic_ns=time.monotonic_ns() + AHEAD_NS)
    script = (
        "import sys, pathlib, signal\n"
        "from seatrial.load import LoadOrder, start\n"
        "process = start(LoadOrder.read(pathlib.Path(sys.argv[1])))\n"
        "print(process.pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(made.save())], stdout=subprocess.PIPE
    ) as launcher:
        assert launcher.stdout is not None
        load = psutil.Process(int(launcher.stdout.readline()))
        until(lambda: ended_so_far(tmp_path) >= 10, "10 requests ended")
        launcher.kill()
        until(lambda: is_over(load), "the load process ended", seconds=1.0)


def test_a_stopped_load_ends_every_request_it_planned(
    serve: Serve, later: MakeOrder, reply: Reply
) -> None:
    """``stop`` lets what is in flight end, marks the rest unsent, and leaves no process."""
    server = serve(lambda visit: visit.reply(reply()))
    made = later(server.port, seconds=30.0, deadline_ms=500.0)
    process = start(made)
    until(lambda: ended_so_far(made.directory) >= 30, "30 requests ended")
    process.stop()
    assert not process.running
    report = process.wait()
    requests = np.load(made.directory / REQUESTS_FILE)
    assert report.recorded == len(requests) == made.planned
    unsent = requests["outcome"] == Outcome.UNSENT
    assert {error_name(item) for item in requests["error"][unsent]} == {"aborted"}
    assert (requests["outcome"][~unsent] == Outcome.OK).all()
    process.stop()  # again: no error


def test_a_frozen_load_is_killed(serve: Serve, later: MakeOrder, reply: Reply) -> None:
    """A process that doesn't heed SIGTERM is killed, within a bound."""
    server = serve(lambda visit: visit.reply(reply()))
    process = start(later(server.port, seconds=30.0, deadline_ms=100.0))
    os.kill(process.pid, signal.SIGSTOP)
    before = time.monotonic()
    with pytest.raises(DeadlineError, match="still running"):
        process.wait(0.1)
    assert not process.running
    assert time.monotonic() - before < 12


def test_an_early_death_is_told_with_code_and_log(later: MakeOrder, tmp_path: Path) -> None:
    """A load that can't begin says why: the exit code and the log's last lines."""
    made = later(80, url="http://no-such-host.invalid")
    with pytest.raises(LoadDiedError) as caught:
        start(made).wait()
    assert "exit code 4" in caught.value.got
    assert "find the address of 'no-such-host.invalid'" in caught.value.got
    assert "Traceback" not in (tmp_path / LOG_FILE).read_text(encoding="utf-8")


def test_a_directory_is_used_once(later: MakeOrder, tmp_path: Path) -> None:
    """Records of another load are never overwritten or mixed in."""
    (tmp_path / REQUESTS_FILE).write_bytes(b"records")
    with pytest.raises(SeatrialError, match="of another load"):
        start(later(80))
    assert (tmp_path / REQUESTS_FILE).read_bytes() == b"records"


def test_a_namespace_that_is_gone_is_named(later: MakeOrder) -> None:
    """A missing network namespace is an error before any process."""
    with pytest.raises(SeatrialError, match="/proc/0/ns/net"):
        start(later(80), network_namespace=Path("/proc/0/ns/net"))


@pytest.mark.cluster
def test_the_load_runs_inside_a_network_namespace(later: MakeOrder) -> None:
    """Requests reach a server that only the namespace's own loopback has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = f"ip link set lo up && exec {sys.executable} -u {HERE / 'tiny_server.py'} {port}"
    with subprocess.Popen(
        ["/usr/bin/unshare", "--net", "--", "sh", "-c", command], stdout=subprocess.PIPE
    ) as node:
        assert node.stdout is not None
        assert node.stdout.readline() == b"ready\n"
        try:
            namespace = Path(f"/proc/{node.pid}/ns/net")
            made = later(port)
            report = start(made, network_namespace=namespace).wait()
        finally:
            node.kill()
    assert report.recorded == 50
    assert (np.load(made.directory / REQUESTS_FILE)["outcome"] == Outcome.OK).all()
