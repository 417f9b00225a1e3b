"""Locust's own users, as ``benchmarks/load.py`` measures them: closed loops paced to a rate.

Settings come from the environment, as a Locust file has no arguments: BENCHMARK_BODY (bytes),
BENCHMARK_THROUGHPUT (requests/s of each user), BENCHMARK_RESULT (where the figures go).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from locust import FastHttpUser, HttpUser, constant_throughput, events

BODY = b"x" * int(os.environ["BENCHMARK_BODY"])
THROUGHPUT = float(os.environ["BENCHMARK_THROUGHPUT"])
PATH = "/v2/models/baseline-predictor/infer"


def predict(user: HttpUser | FastHttpUser) -> None:
    """Send the request."""
    user.client.post(PATH, data=BODY)


class _Paced:
    """One request after the other, each user at its own constant rate."""

    wait_time = constant_throughput(THROUGHPUT)
    tasks = (predict,)

    def context(self) -> dict[str, int]:
        """Tell the measurement which user sent a request."""
        return {"user": id(self)}


class Http(_Paced, HttpUser):
    """Locust's user over requests."""


class FastHttp(_Paced, FastHttpUser):
    """Locust's user over geventhttpclient."""


class Measurement:
    """What each request's event says, and the CPU time from the first one on."""

    def __init__(self) -> None:
        """Start empty."""
        self.starts: dict[int, list[float]] = {}
        self.latencies_ms: list[float] = []
        self.errors = 0
        self.cpu_s = 0.0

    def request(
        self,
        *,
        response_time: float,
        context: dict[str, int],
        exception: Exception | None,
        **_: object,
    ) -> None:
        """Take one request: when it left, relative to its user's schedule, and its latency."""
        if not self.latencies_ms:
            self.cpu_s = time.process_time()
        left = time.perf_counter() - response_time / 1000
        self.starts.setdefault(context["user"], []).append(left)
        self.latencies_ms.append(response_time)
        self.errors += exception is not None

    def lags_ms(self) -> list[float]:
        """Milliseconds by which each request left after its user's own schedule.

        A user's schedule begins where no request of it left early: Locust fixes no instants.
        """
        lags: list[float] = []
        for starts in self.starts.values():
            offsets = [left - index / THROUGHPUT for index, left in enumerate(starts)]
            lags += [1000 * (offset - min(offsets)) for offset in offsets]
        return lags

    def stop(self, **_: object) -> None:
        """Write the figures."""
        figures = {
            "cpu_s": time.process_time() - self.cpu_s,
            "errors": self.errors,
            "lags_ms": self.lags_ms(),
            "latencies_ms": self.latencies_ms,
        }
        Path(os.environ["BENCHMARK_RESULT"]).write_text(json.dumps(figures), encoding="utf-8")


measurement = Measurement()
events.request.add_listener(measurement.request)
events.test_stop.add_listener(measurement.stop)
