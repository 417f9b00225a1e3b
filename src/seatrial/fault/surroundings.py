"""What a trial tells the activities by environment variables, past the experiment's file.

An experiment takes its configuration from the environment, too, but its file decides which of it.
What bounds a fault must not depend on the file: it stands here, and no file can widen it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The trial's directory, in which its load's live record stands.
RECORDS = "SEATRIAL_RECORDS"
#: The share of requests that must be answered, and how many times too fast its budget may burn.
OBJECTIVE = "SEATRIAL_ABORT_OBJECTIVE"
BURN_RATE = "SEATRIAL_ABORT_BURN_RATE"


@dataclass(frozen=True, slots=True)
class Abort:
    """When a fault is cut short: the load's records, the objective, and the burn rate at least."""

    records: Path
    objective: float
    burn_rate: float

    def as_environment(self) -> dict[str, str]:
        """Return the variables that tell it to the activities."""
        return {
            RECORDS: str(self.records.resolve()),
            OBJECTIVE: repr(self.objective),
            BURN_RATE: repr(self.burn_rate),
        }


def abort(environment: Mapping[str, str] = os.environ) -> Abort | None:
    """Return when a fault is cut short, None where the trial says nothing of it, or never."""
    records, objective = environment.get(RECORDS), environment.get(OBJECTIVE)
    burn_rate = number(BURN_RATE, environment.get(BURN_RATE) or "0")
    if not records or not objective or not burn_rate:
        return None
    return Abort(Path(records), number(OBJECTIVE, objective, below=1.0), burn_rate)


def number(name: str, text: str, *, below: float = float("inf")) -> float:
    """Return a variable's number, 0 or more. Raises UsageError that names the variable."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < below:
        most = "" if below == float("inf") else f" and less than {below:g}"
        raise UsageError(
            f"use the environment variable {name}",
            got=repr(text),
            expected=f"a number of 0 or more{most}",
            mend=f"correct it, or unset {name}",
        )
    return found
