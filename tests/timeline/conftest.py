"""One value of each kind that a Timeline holds, of a trial of two seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial import timeline
from tests import healthy
from tests.timelines import SECOND


@pytest.fixture
def plan() -> timeline.Plan:
    """Return a plan of two seconds and 20 requests, without a fault."""
    phases = (timeline.Phase("baseline", 0, 2 * SECOND),)
    return replace(healthy.plan(), rate=10.0, planned=20, phases=phases, experiment="")


@pytest.fixture
def report() -> timeline.LoadReport:
    """Return what a load process says at its end."""
    return replace(healthy.load(), planned=20, recorded=20, ended_ns=2 * SECOND)


@pytest.fixture
def fault() -> timeline.FaultWindow:
    """Return a fault that landed."""
    return healthy.fault()
