"""List first, then watch for a few seconds: the one way a changing thing is observed.

A watch ends by itself after ``seconds``, so its caller lists again and nothing stays missed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from seatrial.cluster.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from seatrial.cluster.client import Api, Json
    from seatrial.cluster.values import Event

Value = TypeVar("Value")

#: The API server's answer to a watch that starts from a version it no longer keeps.
_EXPIRED = 410


class Listing(NamedTuple):
    """What there was, and the version of it that a watch goes on from."""

    items: list[Json]
    version: str


def listing(api: Api, attempt: str, path: str, query: Mapping[str, str]) -> Listing:
    """Return all there is under ``path``. Raises ClusterError."""
    found = api.get(attempt, path, query)
    return Listing(found["items"], found["metadata"]["resourceVersion"])


def follow(
    api: Api, attempt: str, path: str, query: Mapping[str, str], *, version: str, seconds: float
) -> Iterator[tuple[Event, Json]]:
    """Yield what changes after ``version``, for ``seconds`` rounded up to a whole one.

    Raises ClusterError. When the server no longer keeps that version, the iterator just ends:
    its caller lists again.
    """
    until = math.ceil(seconds)
    watch = {
        **query,
        "watch": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(until),
    }
    for line in api.lines(attempt, path, watch, seconds=until):
        if line["type"] == "ERROR":
            if line["object"].get("code") == _EXPIRED:
                return
            raise ClusterError(attempt, got=str(line["object"].get("message", line["object"])))
        if line["type"] != "BOOKMARK":
            yield cast("Event", line["type"]), line["object"]


def changes(
    api: Api,
    attempt: str,
    path: str,
    query: Mapping[str, str],
    parse: Callable[[Json], Value],
    *,
    seconds: float,
    known: Value | None = None,
) -> Iterator[tuple[Event, Value]]:
    """Yield a value of every item as ADDED, then of what changes within ``seconds``.

    ``known`` is the one item as it was seen earlier; if there is none any more it is DELETED.
    """
    items, version = listing(api, attempt, path, query)
    for raw in items:
        yield "ADDED", parse(raw)
    if known is not None and not items:
        yield "DELETED", known
    for event, raw in follow(api, attempt, path, query, version=version, seconds=seconds):
        yield event, parse(raw)
