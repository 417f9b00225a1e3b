"""Broken targets are found out and lost instruments decide nothing, for real, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seatrial import objectives, slo
from tests.timelines import healthy

from . import matrix
from .conftest import SEEN
from .literals import LITERALS
from .table import SABOTAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.config import Config

    from .conftest import Fill
    from .sabotage import Sabotage

pytestmark = pytest.mark.sabotage


@pytest.mark.parametrize(
    "sabotage",
    [
        pytest.param(item, id=item.name, marks=[pytest.mark.sample] if item.sample else [])
        for item in SABOTAGES
    ],
)
def test_a_sabotage_is_seen_for_what_it_is(
    sabotage: Sabotage, hold: Callable[[Sabotage], tuple[matrix.Cell, ...]]
) -> None:
    """Each objective that a sabotage is meant for has the outcome it must have, with its reason."""
    what = {sabotage.name: sabotage.what}
    found = hold(sabotage)
    assert not any(cell.differs for cell in found), "\n".join(matrix.as_lines(found, what))


@pytest.mark.sample
@pytest.mark.parametrize("sabotage", LITERALS, ids=[item.name for item in LITERALS])
def test_what_no_cluster_can_time_is_seen_for_what_it_is(
    sabotage: Sabotage, filled: Fill, config: Config
) -> None:
    """An instant at the edge of a rule, in a literal trial, has the outcome it must have."""
    trial = healthy()
    assert sabotage.damage is not None
    sabotage.damage(trial)
    promised = objectives.read(config.path(config.objectives))
    found = filled(sabotage, slo.judge(trial.timeline(), promised))
    lines = matrix.as_lines(found, {sabotage.name: sabotage.what})
    assert not any(cell.differs for cell in found), "\n".join(lines)


def test_the_matrix_has_no_gap(pytestconfig: pytest.Config, names: tuple[str, ...]) -> None:
    """Every objective was seen to FAIL, every instrument's loss to be INCONCLUSIVE, in this run."""
    found = [cell for row in pytestconfig.stash[SEEN].values() for cell in row]
    assert matrix.gaps(found, names, tried=True) == ()
