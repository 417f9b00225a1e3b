"""What a recorded attestation says of a run, apart from every objective. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.slo import Outcome

if TYPE_CHECKING:
    from seatrial.timeline import Attestation, Timeline

#: The part's name among the plan's instruments.
ATTESTATION = "attestation"


@dataclass(frozen=True, slots=True)
class Attested:
    """FAIL: something is not as it was before the load; ``reason`` names each field, a line."""

    outcome: Outcome
    reason: str


def attested(recorded: Timeline) -> Attested | None:
    """Return what the attestation says; None of a trial saved before there was one."""
    found = recorded.attestation
    if found is not None:
        return _attested(found)
    if ATTESTATION not in recorded.plan.instruments:
        return None
    return Attested(Outcome.INCONCLUSIVE, "not attested: the trial ended before it was written")


def _attested(found: Attestation) -> Attested:
    if found.differences:
        lines = "\n".join(f"  {item}" for item in found.differences)
        return Attested(Outcome.FAIL, f"not as it was before the load:\n{lines}")
    if found.unread or found.before is None or found.after is None:
        why = found.unread or "a snapshot is missing"
        return Attested(Outcome.INCONCLUSIVE, f"not attested: could not {why}")
    pods = sum(item.count for item in found.after.pods)
    seen = f"{len(found.after.objects)} objects and {pods} pods"
    return Attested(Outcome.PASS, f"as it was before the load: {seen}")
