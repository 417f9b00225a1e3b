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
#: The budget of an objective of 1 is nothing: there is no rate at which it burns.
_NEARLY_ALL = 0.999999
#: How much a fault may hit, and which faults may reach beyond the workload's namespace.
MAX_REPLICAS = "SEATRIAL_FAULT_MAX_REPLICAS"
MAX_SHARE = "SEATRIAL_FAULT_MAX_SHARE"
ALLOW = "SEATRIAL_FAULT_ALLOW"
NAMESPACE = "SEATRIAL_NAMESPACE"


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


@dataclass(frozen=True, slots=True)
class Radius:
    """How much may be hit at once: pods, their share of the Ready ones, and beyond by consent.

    ``namespace`` "" is any but the cluster's own; ``allowed`` are kinds of faults.
    """

    max_replicas: int = 1
    max_share: float = 0.5
    allowed: frozenset[str] = frozenset()
    namespace: str = ""

    def as_environment(self) -> dict[str, str]:
        """Return the variables that tell it to the activities."""
        return {
            MAX_REPLICAS: str(self.max_replicas),
            MAX_SHARE: repr(self.max_share),
            ALLOW: ",".join(sorted(self.allowed)),
            NAMESPACE: self.namespace,
        }


def radius(environment: Mapping[str, str] = os.environ) -> Radius:
    """Return how much may be hit; what the environment does not tell is as by default."""
    default = Radius()
    replicas = number(MAX_REPLICAS, environment.get(MAX_REPLICAS) or str(default.max_replicas))
    share = number(MAX_SHARE, environment.get(MAX_SHARE) or str(default.max_share), most=1.0)
    allowed = (item.strip() for item in environment.get(ALLOW, "").split(","))
    return Radius(
        int(replicas), share, frozenset(filter(None, allowed)), environment.get(NAMESPACE, "")
    )


def abort(environment: Mapping[str, str] = os.environ) -> Abort | None:
    """Return when a fault is cut short, None where the trial says nothing of it, or never."""
    records, objective = environment.get(RECORDS), environment.get(OBJECTIVE)
    burn_rate = number(BURN_RATE, environment.get(BURN_RATE) or "0")
    if not records or not objective or not burn_rate:
        return None
    return Abort(Path(records), number(OBJECTIVE, objective, most=_NEARLY_ALL), burn_rate)


def number(name: str, text: str, *, most: float = 1e9) -> float:
    """Return a variable's number, from 0 to ``most``. Raises UsageError that names the variable."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= most:
        raise UsageError(
            f"use the environment variable {name}",
            got=repr(text),
            expected=f"a number from 0 to {most:g}",
            mend=f"correct it, or unset {name}",
        )
    return found
