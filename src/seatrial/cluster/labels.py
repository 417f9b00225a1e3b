"""Whether an object's labels match a selector as the API has it (``LabelSelector``). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster.client import Json


def matches(selector: Json, labels: Mapping[str, str]) -> bool:
    """Tell whether every term of ``selector`` holds; an empty one matches everything."""
    named = (selector.get("matchLabels") or {}).items()
    terms = selector.get("matchExpressions") or ()
    return all(labels.get(key) == value for key, value in named) and all(
        _holds(term, labels) for term in terms
    )


def _holds(term: Json, labels: Mapping[str, str]) -> bool:
    key, values = term["key"], term.get("values") or ()
    return {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[term["operator"]]
