"""What every test runs under: no deadline for an example, one worker for a folder's cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

# How long an example takes says how busy the machine is; a benchmark measures time, no test does.
settings.register_profile("seatrial", deadline=None)
settings.load_profile("seatrial")


class _FolderScheduling(LoadScopeScheduling):
    """Gives all tests of a folder to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return "/".join(nodeid.split("/", maxsplit=2)[:2])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer | None
) -> LoadScopeScheduling | None:
    """Under ``--dist loadgroup`` a folder's tests, which share a cluster, stay on one worker.

    xdist 3.8's own groups by marks are not seen under pytest 9.
    """
    return _FolderScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
