"""A sample of the kill campaign: the first moment of five seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial.fault.catalogue import CATALOGUE
from seatrial.progress import LineProgress

from .kill import hold
from .moments import moments
from .stand import Stand, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.campaign
#: Their first moments hit each victim once, and lie inside faults that are quickly undone.
SEEDS = (2, 58, 41, 11, 46)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Bring up the cluster and deploy once for all seeds."""
    with standing(tmp_path_factory.mktemp("campaign"), LineProgress()) as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_dies_the_workload_is_as_before(stand: Stand, seed: int, tmp_path: Path) -> None:
    """After a kill, `seatrial undo` and the attestation find the workload as it was."""
    moment = moments(seed, [row.kind for row in CATALOGUE], 1)[0]
    kept = hold(stand, moment, tmp_path / "run")
    assert kept.problem == "", kept
