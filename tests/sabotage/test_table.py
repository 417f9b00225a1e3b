"""The table of sabotages leaves nothing out, and the matrix can't hide a difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.slo import SCENARIOS, Outcome
from seatrial.slo.guards import NEEDS

from . import matrix
from .literals import LITERALS
from .sabotage import LOST, Sabotage
from .surges import SURGES
from .table import SABOTAGES

ALL = (*SABOTAGES, *SURGES, *LITERALS)
CELL = matrix.Cell("s", "success", Outcome.FAIL, Outcome.FAIL)
PROMISED = {"production": ("success",)}
LOSS = matrix.Cell("s", "spread", Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE, "endpoints")


def test_every_objective_and_instrument_is_broken_somewhere(promised: matrix.Promised) -> None:
    """Whoever adds an objective or an instrument has to say how it is seen to fail."""
    planned = [cell for item in ALL for cell in matrix.cells(item, promised)]
    assert matrix.gaps(planned, promised, tried=False) == ()


def test_every_scenario_has_to_be_broken(promised: matrix.Promised) -> None:
    """None is left out of the matrix, and none is there without a promise."""
    assert set(promised) == set(SCENARIOS)
    assert all(promised.values())


def test_every_instrument_of_a_rule_is_known() -> None:
    """What an indicator can't be judged without is an instrument that can be lost."""
    needed = {name for needs in NEEDS.values() for name in needs.instruments}
    assert needed <= set(LOST)


def test_sabotages_have_names_of_their_own() -> None:
    """Two of one name would share their row."""
    assert len({item.name for item in ALL}) == len(ALL)


def test_a_pattern_of_nothing_is_an_error() -> None:
    """A cell whose objective was renamed does not vanish in silence."""
    with pytest.raises(ValueError, match="renamed"):
        matrix.cells(Sabotage("s", "", {"renamed": Outcome.FAIL}), PROMISED)
    with pytest.raises(ValueError, match="renamed"):
        matrix.cells(Sabotage("s", "", says={"renamed": "why"}), PROMISED)


@pytest.mark.parametrize("was", [None, Outcome.PASS, Outcome.INCONCLUSIVE])
def test_another_outcome_differs(was: Outcome | None) -> None:
    """A cell that was not tried, or was something else, is marked and proves nothing."""
    cell = replace(CELL, was=was)
    assert cell.differs
    assert "DIFFERS" in list(matrix.as_lines([cell], {"s": ""}))[1]
    assert "success is never FAIL in production" in matrix.gaps([cell], PROMISED, tried=True)


def test_an_instruments_loss_must_be_named() -> None:
    """INCONCLUSIVE for another reason does not prove that the loss was noticed."""
    assert replace(LOSS, reason="sample too small").differs
    assert not replace(LOSS, reason="no sample of endpoints for 20 s").differs


def test_a_reason_must_say_what_it_should() -> None:
    """FAIL for another reason does not prove that the cause was found."""
    cell = replace(CELL, says="at the maximum", reason="not within 110 s")
    assert cell.differs
    assert "does not say 'at the maximum'" in list(matrix.as_lines([cell], {"s": ""}))[1]
    assert not replace(cell, reason="at the maximum of 4 and saturated").differs


def test_a_promise_of_two_scenarios_must_fail_in_both() -> None:
    """What production's trial proves says nothing of how the autoscaling trial is judged."""
    both = PROMISED | {"autoscaling": ("success",)}
    gaps = matrix.gaps([CELL], both, tried=True)
    assert "success is never FAIL in autoscaling" in gaps
    other = replace(CELL, scenario="autoscaling")
    assert not any("FAIL" in gap for gap in matrix.gaps([CELL, other], both, tried=True))


@pytest.mark.parametrize("kept", [True, False])
def test_what_only_retries_kept_must_be_said(kept: bool) -> None:  # noqa: FBT001 -- a parameter
    """A PASS that hides that only retries kept it differs, and so does one that says it wrongly."""
    cell = matrix.Cell("s", "success", Outcome.PASS, Outcome.PASS, kept=kept, was_kept=kept)
    assert not cell.differs
    assert replace(cell, was_kept=not kept).differs


def test_a_cell_as_it_should_be_is_proof() -> None:
    """What was seen to FAIL, and whose loss was seen, is no gap."""
    loss = replace(LOSS, reason="no sample of endpoints for 20 s")
    found = matrix.gaps([CELL, loss], PROMISED, tried=True)
    assert not any("success" in gap or "endpoints" in gap for gap in found)
