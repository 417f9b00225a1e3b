"""Who wrote what of an object, by its managed fields, and a digest to see a change by."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from seatrial.cluster.values import Writer

if TYPE_CHECKING:
    from collections.abc import Collection

    from seatrial.cluster.client import Json

#: Hexadecimal digits of a digest: enough to tell two states of one object apart.
DIGITS = 16


def writers(meta: Json, *path: str, besides: Collection[str] = ()) -> tuple[Writer, ...]:
    """Return the field managers that own something under ``path`` (``spec``, ``replicas``).

    One that owns nothing there but the fields ``besides`` is left out.
    """
    return tuple(
        _writer(item)
        for item in meta.get("managedFields", [])
        if _owns(item.get("fieldsV1", {}), path, {f"f:{name}" for name in besides})
    )


def last_writer(meta: Json, *path: str, besides: Collection[str] = ()) -> Writer:
    """Return who of them wrote last; times have whole seconds, of equal ones the later entry."""
    found = writers(meta, *path, besides=besides)
    return max(reversed(found), key=lambda item: item.at, default=Writer("", ""))


def _writer(item: Json) -> Writer:
    names = (item["manager"], item.get("subresource"))
    return Writer("/".join(name for name in names if name), item.get("time", ""))


def _owns(fields: Json, path: tuple[str, ...], besides: set[str]) -> bool:
    for step in path:
        if f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
    return not besides or bool(set(fields) - besides)


def digest(content: Json, *, without: Collection[str] = ()) -> str:
    """Return a digest of JSON, some of its keys left out; the order of keys does not matter."""
    kept = {key: value for key, value in content.items() if key not in without}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
