"""What every test runs under: no deadline for an example, one worker for a folder's cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is; a benchmark measures time, no test does.
settings.register_profile("seatrial", deadline=None)
settings.load_profile("seatrial")


# xdist reads the marks in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a folder's tests on one worker under ``--dist loadgroup``: they share a cluster."""
    here = Path(__file__).parent
    for item in (item for item in items if item.path.is_relative_to(here)):
        item.add_marker(pytest.mark.xdist_group(item.path.relative_to(here).parts[0]))
