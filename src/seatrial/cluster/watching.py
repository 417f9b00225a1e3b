"""List first, then watch for a few seconds: the one way a changing thing is observed.

A watch ends by itself after ``seconds``, so its caller lists again and nothing stays missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from seatrial.cluster.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from seatrial.cluster.client import Api, Json
    from seatrial.cluster.values import Event

Value = TypeVar("Value")

#: The API server's answer to a watch that starts from a version it no longer keeps.
_EXPIRED = 410


def listed(api: Api, attempt: str, path: str, query: Mapping[str, str]) -> list[Json]:
    """Return the items under ``path``."""
    return list(api.get(attempt, path, query)["items"])


def changes(
    api: Api, attempt: str, path: str, query: Mapping[str, str], *, seconds: float
) -> Iterator[tuple[Event, Json]]:
    """Yield every item as ADDED, then what changes within ``seconds`` (rounded up to a whole one).

    Raises ClusterError. When the server no longer knows the version that the list gave, the
    iterator just ends: its caller lists again.
    """
    found = api.get(attempt, path, query)
    for item in found["items"]:
        yield "ADDED", item
    until = -int(-seconds // 1)
    watch = {
        **query,
        "watch": "true",
        "resourceVersion": found["metadata"]["resourceVersion"],
        "timeoutSeconds": str(until),
    }
    for line in api.lines(attempt, path, watch, seconds=until):
        if line["type"] == "ERROR":
            if line["object"].get("code") == _EXPIRED:
                return
            raise ClusterError(attempt, got=str(line["object"].get("message", line["object"])))
        if line["type"] != "BOOKMARK":
            yield cast("Event", line["type"]), line["object"]


def values(
    events: Iterator[tuple[Event, Json]], parse: Callable[[Json], Value]
) -> Iterator[tuple[Event, Value]]:
    """Make a value of each event's object."""
    for event, raw in events:
        yield event, parse(raw)
