"""What a live cluster's API said, saved: read back for tests that plant something in it."""

from __future__ import annotations

import pytest

from tests.attestation.saved import Saved, saved


@pytest.fixture
def read() -> Saved:
    """Return a copy of what was read, for the test to change."""
    return saved()
