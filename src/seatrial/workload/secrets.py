"""Secrets in an overlay: their content stands in no record, file or message.

So one that existed can't be put back, and is never changed. One that is new is only removed.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from seatrial.workload.manifest import Manifest
from seatrial.workload.record import WorkloadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from seatrial.workload.manifest import Reference

REDACTED = "(redacted)"
_CONTENT = ("data", "stringData")
#: A value shorter than this is part of ordinary words; nobody keeps a secret in it.
_LEAST = 4


def without_unchanged(
    wanted: Sequence[Manifest], before: Mapping[Reference, Manifest], attempt: str
) -> tuple[Manifest, ...]:
    """Return the manifests without the Secrets that exist as declared.

    Raises WorkloadError for a Secret that exists otherwise: its content must not be recorded.
    """
    changed = [
        str(item.reference)
        for item in wanted
        if _is_secret(item)
        and item.reference in before
        and not _holds(before[item.reference], item)
    ]
    if changed:
        raise WorkloadError(
            attempt,
            got=f"another content, label or annotation of {', '.join(changed)}, which exists",
            expected="new Secrets, or such as are declared already: to put one back, its content "
            "would have to be written down",
            mend="change it yourself before the trial, or leave it out of the overlay",
        )
    return tuple(item for item in wanted if not (_is_secret(item) and item.reference in before))


def redacted(item: Manifest) -> Manifest:
    """Return a manifest that may be written down: a Secret's keys stay, its content does not."""
    if not _is_secret(item):
        return item
    raw: dict[str, Any] = json.loads(item.text)
    for field in _CONTENT:
        if field in raw:
            raw[field] = dict.fromkeys(raw[field] or {}, REDACTED)
    raw["metadata"].pop("annotations", None)
    return Manifest(item.reference, json.dumps(raw, sort_keys=True))


def scrubbed(text: str, manifests: Iterable[Manifest]) -> str:
    """Return a message without any content of these manifests' Secrets."""
    values = {value for item in manifests if _is_secret(item) for value in _values(item)}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, REDACTED)
    return text


def _is_secret(item: Manifest) -> bool:
    return item.reference.kind == "Secret" and item.reference.api_version == "v1"


def _values(item: Manifest) -> Iterable[str]:
    for value in _data(item).values():
        yield from (it for it in (value, _decoded(value)) if len(it) >= _LEAST)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""


def _data(item: Manifest) -> dict[str, str]:
    """Return a Secret's content as the API keeps it: stringData is encoded, and wins."""
    raw = json.loads(item.text)
    plain = {key: str(value) for key, value in (raw.get("data") or {}).items()}
    for key, value in (raw.get("stringData") or {}).items():
        plain[key] = base64.b64encode(str(value).encode()).decode()
    return plain


def _holds(now: Manifest, declared: Manifest) -> bool:
    """Tell whether ``now`` is as declared in everything that is declared."""
    if not _data(declared).items() <= _data(now).items():
        return False
    have, want = json.loads(now.text), json.loads(declared.text)
    same = all(have.get(key) == want[key] for key in ("type", "immutable") if key in want)
    parts = ("labels", "annotations")
    return same and all(
        (want["metadata"].get(part) or {}).items() <= (have["metadata"].get(part) or {}).items()
        for part in parts
    )
