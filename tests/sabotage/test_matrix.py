"""Broken targets are found out and lost instruments decide nothing, for real, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives, slo
from tests.surge import surge
from tests.timelines import healthy

from . import matrix
from .conftest import SEEN
from .literals import LITERALS
from .surges import SURGES
from .table import SABOTAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.config import Config

    from .conftest import Fill
    from .sabotage import Sabotage

pytestmark = pytest.mark.sabotage

#: Those with a workload of their own first: the others share one that then stays.
REAL = sorted((*SABOTAGES, *SURGES), key=lambda item: not item.alone)
#: By scenario, the healthy trial that a literal sabotage damages.
HEALTHY = {"production": healthy, "autoscaling": surge, "nightly": healthy}


@pytest.mark.parametrize(
    "sabotage",
    [
        pytest.param(item, id=item.name, marks=[pytest.mark.sample] if item.sample else [])
        for item in REAL
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
    trial = HEALTHY[sabotage.scenario]()
    trial.plan = replace(trial.plan, judged_as=sabotage.scenario)
    assert sabotage.damage is not None
    sabotage.damage(trial)
    shipped = objectives.read(config.path(config.objectives))
    found = filled(sabotage, slo.judge(trial.timeline(), shipped))
    lines = matrix.as_lines(found, {sabotage.name: sabotage.what})
    assert not any(cell.differs for cell in found), "\n".join(lines)


def test_the_matrix_has_no_gap(pytestconfig: pytest.Config, promised: matrix.Promised) -> None:
    """Every scenario's objectives were seen to FAIL, every instrument's loss INCONCLUSIVE."""
    found = [cell for row in pytestconfig.stash[SEEN].values() for cell in row]
    assert matrix.gaps(found, promised, tried=True) == ()
