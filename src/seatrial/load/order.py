"""The load order: all that the load process is told, as one frozen value and one JSON file.

The launcher writes it, the Locust file reads it. A token is named by its environment variable
and is never part of the order, so that no secret reaches the disk.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from seatrial.errors import UsageError
from seatrial.load.schedule import Stage, planned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seatrial.config import LoadShape, Request

#: The order's file, in the trial's directory.
ORDER_FILE = "load-order.json"
#: The engine frames each request itself: these would contradict it.
OWN_HEADERS = frozenset(
    {"connection", "content-length", "transfer-encoding", "expect", "upgrade", "accept-encoding"}
)
HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOrder:
    """One load: what to send where, how often, from when, and where to record it.

    ``stages`` follow each other from the epoch on, each with its own rate. ``epoch_monotonic_ns``
    is the CLOCK_MONOTONIC instant at which the schedule starts; give the process some seconds to
    start up, a late one sends late and its records say so. ``directory`` is absolute.
    Request i carries body i modulo their number; with ``golden``, a golden set's file, they are
    its inputs, and each good answer is compared.
    Raises UsageError for what can't be sent.
    """

    url: str
    path: str
    headers: Mapping[str, str]
    bodies: tuple[bytes, ...]
    token_env: str | None
    deadline_ms: float
    arms: tuple[str, ...]
    arm_header: str
    replica_header: str
    attempts_header: str
    stages: tuple[Stage, ...]
    arrivals: str
    seed: int
    epoch_monotonic_ns: int
    directory: Path
    golden: Path | None = None

    def __post_init__(self) -> None:
        """Refuse an order that could not be carried out, before a process is started for it."""
        _check_url(self.url)
        _check_headers(self.headers)
        if not re.fullmatch(r"/[!-~]*", self.path):
            raise UsageError(
                f"use the request path {self.path!r}",
                got="no leading '/', or a character that must be percent-encoded",
                expected="a path such as /v2/models/NAME/infer",
            )
        if not self.bodies:
            raise UsageError("order a load", got="no body", expected="one at least, b'' for none")
        if not self.directory.is_absolute():
            raise UsageError(
                "order a load", got=f"directory {self.directory}", expected="an absolute path"
            )

    @property
    def planned(self) -> int:
        """How many requests the order plans."""
        return planned(self.stages)

    @property
    def seconds(self) -> float:
        """Seconds of all stages together."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def parts(self) -> SplitResult:
        """The URL's parts; scheme, hostname and a usable port are there."""
        return urlsplit(self.url)

    @property
    def port(self) -> int:
        """The TCP port: the URL's own, or its scheme's."""
        return self.parts.port or (443 if self.parts.scheme == "https" else 80)

    @property
    def method(self) -> str:
        """The request's method: POST with a body, GET without one."""
        return "POST" if self.bodies[0] else "GET"

    def save(self) -> Path:
        """Write the order into its directory, whole or not at all; return the file."""
        content = asdict(self) | {
            "bodies": [base64.b64encode(body).decode("ascii") for body in self.bodies],
            "headers": dict(self.headers),
            "directory": str(self.directory),
            "golden": None if self.golden is None else str(self.golden),
        }
        target = self.directory / ORDER_FILE
        partial = target.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        partial.replace(target)
        return target

    @classmethod
    def read(cls, file: Path) -> LoadOrder:
        """Read back what ``save`` wrote. Raises UsageError when the file is something else."""
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
            raw["bodies"] = tuple(base64.b64decode(body, validate=True) for body in raw["bodies"])
            raw["arms"] = tuple(raw["arms"])
            raw["stages"] = tuple(Stage(**stage) for stage in raw["stages"])
            raw["directory"] = Path(raw["directory"])
            raw["golden"] = None if raw["golden"] is None else Path(raw["golden"])
            return cls(**raw)
        except (OSError, ValueError, KeyError, TypeError) as cause:
            raise UsageError(
                f"read the load order {file}",
                got=f"{type(cause).__name__}: {cause}",
                expected="a file that seatrial.load wrote",
            ) from cause


def order_for(
    request: Request,
    shape: LoadShape,
    *,
    url: str,
    bodies: tuple[bytes, ...],
    stages: Sequence[Stage],
    epoch_monotonic_ns: int,
    directory: Path,
    golden: Path | None = None,
) -> LoadOrder:
    """Return the order for a configured request; ``url`` and ``bodies`` as resolved.

    Of ``shape`` it takes arrivals and seed: how long which rate lasts is the plan's, ``stages``.
    """
    return LoadOrder(
        url=url,
        path=request.path,
        headers=dict(request.headers),
        bodies=bodies,
        token_env=request.token_env,
        deadline_ms=request.deadline_ms,
        arms=tuple(request.arms),
        arm_header=request.arm_header,
        replica_header=request.replica_header,
        attempts_header=request.attempts_header,
        stages=tuple(stages),
        arrivals=shape.arrivals,
        seed=shape.seed,
        epoch_monotonic_ns=epoch_monotonic_ns,
        directory=directory.resolve(),
        golden=None if golden is None else golden.resolve(),
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    except ValueError:  # a port that is no number
        usable = bare = False
    if not (usable and bare):
        raise UsageError(
            f"send load to {url!r}",
            got="an address the load can't use",
            expected="http://HOST[:PORT] or https://HOST[:PORT], the path given apart",
            mend="correct request.url and request.path in seatrial.toml",
        )


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        attempt = f"send the request header {name!r}"
        if name.lower() == "authorization":
            raise UsageError(
                attempt,
                got="a credential in the configuration",
                expected="the name of an environment variable that holds the token",
                mend="remove the header and set request.token_env",
            )
        if name.lower() in OWN_HEADERS:
            raise UsageError(
                attempt,
                got="a header that the load engine sets or relies on",
                expected="headers that don't change how a message is framed or encoded",
                mend="remove it from request.headers in seatrial.toml",
            )
        if not HEADER_NAME.fullmatch(name) or not re.fullmatch(r"[\t -~]*", value):
            raise UsageError(attempt, got=repr(value), expected="one line of printable ASCII")
