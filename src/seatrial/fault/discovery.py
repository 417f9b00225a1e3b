"""Tells `chaos discover` which activities this package offers."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from chaoslib.discovery.discover import (
    discover_actions,
    discover_probes,
    initialize_discovery_result,
)


def discover(discover_system: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 -- Chaos Toolkit's own signature
    """Return the actions and probes; the system itself is never asked."""
    del discover_system
    found: dict[str, Any] = initialize_discovery_result("seatrial", version("seatrial"), "serving")
    found["activities"].extend(discover_actions("seatrial.fault.actions"))
    found["activities"].extend(discover_probes("seatrial.fault.probes"))
    return found
