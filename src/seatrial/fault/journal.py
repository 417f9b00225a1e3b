"""Reads the journal that Chaos Toolkit leaves into values, and says what of it can be accepted.

Its exit code and its status alone mean little: a failed action ends as "completed", exit code 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.fault.errors import FaultError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

JOURNAL = "journal.json"
SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity as it ran. ``output`` is what it returned, as JSON; ``status`` says how it went.

    ``function`` is the dotted path of a Python activity, "" for others.
    """

    name: str
    kind: str
    function: str
    status: str
    output: object
    exception: str

    @property
    def problem(self) -> str:
        """Why it did not succeed; "" when it did."""
        if self.status == SUCCEEDED:
            return ""
        return f"{self.name}: {self.exception or self.status or 'interrupted'}"


@dataclass(frozen=True, slots=True)
class SteadyState:
    """One check of the hypothesis; ``problem`` names the probe that missed its tolerance."""

    met: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Journal:
    """What one experiment did. A steady state that was never checked is None."""

    title: str
    status: str
    deviated: bool
    before: SteadyState | None
    after: SteadyState | None
    during: tuple[SteadyState, ...]
    method: tuple[Activity, ...]
    rollbacks: tuple[Activity, ...]


def read(path: Path) -> Journal:
    """Return the journal in ``path``. Raises FaultError when there is none, or half of one."""
    if not path.is_file():
        raise FaultError(
            f"read the experiment's journal {path}",
            got="no such file",
            expected="the journal of a run that ended",
            mend=f"read fault.log in {path.parent}",
        )
    try:
        return _journal(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise FaultError(
            f"read the experiment's journal {path}",
            got=f"{type(cause).__name__}: {cause}",
            expected="a whole journal of Chaos Toolkit",
            mend=f"read fault.log in {path.parent}",
        ) from cause


def _journal(raw: Mapping[str, Any]) -> Journal:
    states = raw["steady_states"]
    return Journal(
        title=raw["experiment"]["title"],
        status=raw["status"],
        deviated=raw["deviated"],
        before=_state(states.get("before")),
        after=_state(states.get("after")),
        during=tuple(
            state for item in states.get("during") or [] if (state := _state(item)) is not None
        ),
        method=_activities(raw["run"]),
        rollbacks=_activities(raw["rollbacks"]),
    )


def _state(raw: Mapping[str, Any] | None) -> SteadyState | None:
    if raw is None:
        return None
    missed = [item for item in raw["probes"] if not item.get("tolerance_met")]
    words = [f"{item['activity']['name']}: {_saw(item)}" for item in missed]
    return SteadyState(met=raw["steady_state_met"] is True, problem="; ".join(words))


def _saw(raw: Mapping[str, Any]) -> str:
    return _exception(raw) or f"saw {json.dumps(raw.get('output'))}"


def _activities(raw: Iterable[Mapping[str, Any]]) -> tuple[Activity, ...]:
    return tuple(_activity(item) for item in raw)


def _activity(raw: Mapping[str, Any]) -> Activity:
    activity = raw["activity"]
    provider = activity.get("provider", {})
    python = provider.get("type") == "python"
    return Activity(
        name=activity["name"],
        kind=activity["type"],
        function=f"{provider['module']}.{provider['func']}" if python else "",
        status=raw.get("status", ""),
        output=raw.get("output"),
        exception=_exception(raw),
    )


def _exception(raw: Mapping[str, Any]) -> str:
    """Return what was raised, in one line, without the class that Chaos Toolkit wraps it in."""
    text = " ".join(part.strip() for part in raw.get("exception") or [])
    return " ".join(text.removeprefix("chaoslib.exceptions.ActivityFailed: ").split())
