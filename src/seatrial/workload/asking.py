"""One real request to the workload, as a client sends it: what came back, from whom, how fast.

For waiting until it serves and for seeing a sabotage; measuring is the business of ``load``.
"""

from __future__ import annotations

import http.client
import math
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import HttpAnswer
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.config import Config

_ROUTE = re.compile(r":?([^:]+?)(?:_\d+)?:?")
_OK = range(200, 300)
#: A run of answers without one that was to be among them, by mere chance, must be rarer than this.
_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status (0: none came), the arm and the replica that gave it ("" if not said).

    ``seconds`` from asking to the whole answer; ``body`` is all of it, or what the error was.
    """

    status: int
    arm: str
    replica: str
    seconds: float
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return self.status in _OK

    @property
    def told(self) -> str:
        """The start of the body, for a message."""
        return self.body[:200].decode("utf-8", "replace")


def ask(cluster: Cluster | None, config: Config, body: bytes) -> Answer:
    """Ask once: the configured URL, or the Service through the API server.

    Waits for two client deadlines at most. Raises ClusterError when the API server can't be asked,
    UsageError with neither URL nor cluster; a service that does not answer is an Answer.
    """
    request = config.request
    # Of a header, the API server passes on all but Host, which is its own.
    headers = {key: value for key, value in request.headers.items() if key.lower() != "host"}
    headers["Content-Type"] = "application/json"
    patience = 2 * request.deadline_ms / 1000
    start = time.monotonic()
    if request.url:
        full = {**request.headers, **headers, **_token(config)}
        got = _direct(request.url.rstrip("/") + request.path, full, body, patience)
    elif cluster is None:
        raise UsageError("ask the workload", got="no request.url and no cluster", expected="either")
    else:
        target = config.target
        _, port = cluster.service_address(target.namespace, target.service)
        start = time.monotonic()
        got = cluster.service_request(
            target.namespace,
            target.service,
            port,
            request.path,
            method="POST",
            headers=headers,
            body=body,
            timeout_s=patience,
        )
    return Answer(
        status=got.status,
        arm=arm_of(got.headers.get(request.arm_header.lower(), ""), request.arms),
        replica=got.headers.get(request.replica_header.lower(), ""),
        seconds=time.monotonic() - start,
        body=got.body,
    )


def arm_of(route: str, arms: Mapping[str, float]) -> str:
    """Return the arm a route header names, bare or as Seldon writes it (``:arm_1:``), else ""."""
    match = _ROUTE.fullmatch(route.strip())
    names = (route.strip(), match[1] if match else "")
    return next((name for name in names if name in arms), "")


def tries(config: Config, replicas: int = 1) -> int:
    """Return how many requests surely reach the rarest arm, and each replica, if they can."""
    weights = config.request.arms.values()
    shares = [min(weights) / sum(weights)] if weights else []
    shares += [1 / replicas] if replicas else []
    rarest = min(shares, default=1.0)
    return 1 if rarest >= 1 else tries_for(rarest)


def tries_for(share: float) -> int:
    """Return how many requests surely get one of the answers that have this ``share``, below 1."""
    return math.ceil(math.log(_CHANCE) / math.log(1 - share))


def _direct(url: str, headers: Mapping[str, str], body: bytes, patience: float) -> HttpAnswer:
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 -- the configuration allows http and https only
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:  # noqa: S310 -- the same
            return HttpAnswer(answer.status, _lower(answer.headers), answer.read())
    except urllib.error.HTTPError as answer:
        return HttpAnswer(answer.code, _lower(dict(answer.headers)), answer.read())
    except (OSError, http.client.HTTPException, ValueError) as cause:
        return HttpAnswer(0, {}, f"{type(cause).__name__}: {cause}".encode())


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}


def _token(config: Config) -> dict[str, str]:
    name = config.request.token_env
    return {"Authorization": f"Bearer {os.environ[name]}"} if name and name in os.environ else {}
