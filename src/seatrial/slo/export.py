"""Verdicts as JSON's own types, in the schema that ``verdicts.json`` has."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from seatrial.slo.values import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo.figures import Figures

SCHEMA = "seatrial.verdicts/2"


def as_json(verdicts: Sequence[Verdict], figures: Sequence[Figures] = ()) -> dict[str, object]:
    """Return ``{schema, outcome, verdicts: [...], figures: [...]}``; every NaN becomes null.

    Each verdict and each phase's figures have the names and units of their dataclasses.
    """
    return {
        "schema": SCHEMA,
        "outcome": Outcome.worst(item.outcome for item in verdicts).value,
        "verdicts": [_plain(asdict(item)) for item in verdicts],
        "figures": [_plain(asdict(item)) for item in figures],
    }


def _plain(fields: dict[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return str(value) if isinstance(value, str) else value
