"""The load engine beside Locust's own users, at the same rate against the same server, in one run.

    python benchmarks/load.py --rate 1000 --seconds 20

It needs nginx (Debian: ``apt-get install nginx-light``), which answers with a prediction, on
loopback. With two cores or more, nginx and the generator get one core each. Send
lag is the delay after the planned instant; CPU is the generator's, without its start-up. On a
busy machine add ``--real-time`` (root): then the server and all four generators run above the
rest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from server import ANSWERS, START_S, nginx, place

from seatrial import golden
from seatrial.load import LoadOrder, Stage, start
from seatrial.timeline import Outcome, latency_ms, send_lag_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.golden import Golden

AHEAD_NS = 8_000_000_000
CONTENDER_USERS = 50
GOLDEN_INPUTS = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One contender's figures; lags and latencies in ms, CPU in µs a request."""

    name: str
    rate: float
    sent: int
    errors: int
    lag_p50: float
    lag_p99: float
    latency_p95: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What each contender is given."""

    port: int
    rate: float
    seconds: float
    body: int
    directory: Path
    real_time: bool


def ours(trial: Trial, *, compared: bool) -> Row:
    """Measure seatrial's engine from its own records; ``compared``: with a golden set."""
    name = "seatrial, golden set" if compared else "seatrial"
    directory = trial.directory / ("compared" if compared else "plain")
    directory.mkdir()
    file = directory / "golden.json"
    bodies: tuple[bytes, ...] = (b"x" * trial.body,)
    if compared:
        golden.write(_golden(trial.body), file)
        bodies = golden.read(file).bodies
    order = LoadOrder(
        url=f"http://127.0.0.1:{trial.port}",
        path="/v2/models/baseline-predictor/infer",
        headers={},
        bodies=bodies,
        token_env=None,
        deadline_ms=1000.0,
        arms=(),
        arm_header="x-seldon-route",
        replica_header="x-seatrial-replica",
        attempts_header="x-envoy-attempt-count",
        stages=(Stage(trial.seconds, trial.rate),),
        arrivals="poisson",
        seed=42,
        epoch_monotonic_ns=time.monotonic_ns() + AHEAD_NS,
        directory=directory,
        golden=file if compared else None,
    )
    process = start(order, raise_priority=trial.real_time)
    try:
        place(process.pid, 1, real_time=trial.real_time)
        report = process.wait()
    finally:
        process.stop()
    requests = np.load(directory / "requests.npy")
    errors = int(((requests["outcome"] != Outcome.OK) | (requests["error"] != 0)).sum())
    lags, latencies = send_lag_ms(requests), latency_ms(requests)
    return _row(name, trial, errors, (report.cpu_seconds, lags, latencies))


def _golden(size: int) -> Golden:
    """Return a golden set of bodies of ``size`` bytes or one more, as the server answers them."""
    empty = len(json.dumps({"pad": ""}, separators=(",", ":")))
    inputs = []
    for number in range(GOLDEN_INPUTS):
        length = size + number % 2
        body = json.dumps({"pad": "x" * (length - empty)}, separators=(",", ":")).encode()
        output = golden.Output("predict", "FP64", (1, 1), (ANSWERS[length % 2],))
        inputs.append(golden.Input(body, {golden.ANY_ARM: (output,)}))
    return golden.Golden(golden.Tolerance(), tuple(inputs))


def contender(name: str, user: str, trial: Trial) -> Row:
    """Measure one of Locust's users by Locust's own request events."""
    result = trial.directory / f"{user}.json"
    environment = os.environ | {
        "BENCHMARK_BODY": str(trial.body),
        "BENCHMARK_THROUGHPUT": str(trial.rate / CONTENDER_USERS),
        "BENCHMARK_RESULT": str(result),
    }
    with (trial.directory / f"{user}.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "locust", "-f", Path(__file__).with_name("contenders.py")),
                *("--headless", "--only-summary", "-u", str(CONTENDER_USERS)),
                *("-r", str(CONTENDER_USERS), "-t", f"{trial.seconds:.0f}s"),
                *("-H", f"http://127.0.0.1:{trial.port}", user),
            ],
            env=environment,
            cwd=trial.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        place(process.pid, 1, real_time=trial.real_time)
        process.wait(trial.seconds + 6 * START_S)
    figures = json.loads(result.read_text(encoding="utf-8"))
    measured = (figures["cpu_s"], figures["lags_ms"], figures["latencies_ms"])
    return _row(name, trial, figures["errors"], measured)


def _row(
    name: str, trial: Trial, errors: int, measured: tuple[float, Sequence[float], Sequence[float]]
) -> Row:
    """Sum up CPU seconds, lags and latencies in ms."""
    cpu_s, lags_ms, latencies_ms = measured
    sent = len(latencies_ms)
    lag_p50, lag_p99 = np.percentile(lags_ms, [50, 99], method="inverted_cdf")
    p95 = float(np.percentile(latencies_ms, 95, method="inverted_cdf"))
    cpu_us = 1e6 * cpu_s / sent
    return Row(name, sent / trial.seconds, sent, errors, lag_p50, lag_p99, p95, cpu_us)


def table(rows: Sequence[Row], rate: float) -> Table:
    """Lay the figures out."""
    made = Table(title=f"{rate:.0f} requests/s planned", title_justify="left")
    heads = ("rate /s", "sent", "errors", "lag P50 ms", "lag P99 ms", "P95 ms", "CPU µs/request")
    made.add_column("load")
    for head in heads:
        made.add_column(head, justify="right")
    for row in rows:
        made.add_row(
            *(row.name, f"{row.rate:.0f}", str(row.sent), str(row.errors)),
            *(f"{row.lag_p50:.2f}", f"{row.lag_p99:.2f}", f"{row.latency_p95:.2f}"),
            f"{row.cpu_us:.0f}",
        )
    return made


def main() -> None:
    """Run all four, one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=1000.0, help="requests/s")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run")
    parser.add_argument("--body", type=int, default=5000, help="bytes of each request's body")
    parser.add_argument("--real-time", action="store_true", help="run everything under SCHED_RR")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), real_time=given.real_time) as port,
    ):
        trial = Trial(
            port, given.rate, given.seconds, given.body, Path(folder), real_time=given.real_time
        )
        rows = (
            ours(trial, compared=False),
            ours(trial, compared=True),
            contender("FastHttpUser", "FastHttp", trial),
            contender("HttpUser", "Http", trial),
        )
    Console(width=110).print(table(rows, given.rate))


if __name__ == "__main__":
    main()
