"""The night's table: of each fault its evidence, its cost, its end and its verdict."""

from __future__ import annotations

import json
from dataclasses import replace

from seatrial import slo
from seatrial.report.night import Row, as_json, night_table, not_held, reasons, row
from seatrial.report.table import as_text
from seatrial.slo import Indicator, Objective, Op, Outcome, PhaseName
from seatrial.timeline import Evidence
from tests.timelines import Trial, healthy

PROMISES = (
    Objective("s", "s", Indicator.SUCCESS, PhaseName.FAULT, Op.GTE, 0.9),
    Objective("r", "r", Indicator.REPLICA_REPLACED, PhaseName.FAULT, Op.LTE, 90.0),
)


def _row(trial: Trial) -> Row:
    trial.plan = replace(trial.plan, scenario="kill-replica")
    found = trial.timeline()
    return row(found, slo.judge(found, PROMISES))


def test_a_row_says_what_the_fault_cost() -> None:
    """Failures and timeouts of the fault window, its P95, and the seconds until it was over."""
    trial = healthy()
    trial.fail(trial.at(50, 51)[:4])
    trial.fail(trial.at(52, 53)[:2], "deadline")
    found = _row(trial)
    assert (found.fault, found.landed, found.undone) == ("kill-replica", True, True)
    assert (found.failed, found.timeouts, found.outcome) == (4, 2, Outcome.PASS)
    assert found.p95_ms is not None
    assert found.made_good_s is not None
    assert 21 < found.made_good_s < 22
    assert found.served_again_s is None


def test_a_fault_without_its_evidence_is_seen() -> None:
    """How much of its evidence held, and what is missing, stands in the table and below it."""
    trial = healthy()
    missing = Evidence("successor", held=False, detail="none came")
    trial.fault(evidence=(*trial.faults[0].evidence, missing), undone=False, note="a rollback left")
    found = _row(trial)
    text = as_text(night_table([found]), columns=100)
    assert "1 faults: 0 landed, 0 undone" in text
    assert "1/2" in text
    assert reasons([found]) == ("kill-replica: successor (none came); a rollback left",)


def test_a_fault_that_was_not_held_has_its_row() -> None:
    """Whatever kept it from being held is no PASS, and is told."""
    found = not_held("lose-node", "hold the fault\n  saw: 1 nodes")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "not held" in as_text(night_table([found]), columns=100)
    assert reasons([found]) == ("lose-node: hold the fault saw: 1 nodes",)


def test_a_fault_that_was_cut_short_says_so() -> None:
    """The column of the undo tells it, for its effect is not that of the whole fault."""
    trial = healthy()
    trial.fault(aborted_ns=trial.faults[0].started_ns + trial.second)
    assert "yes, cut short" in as_text(night_table([_row(trial)]), columns=110)


def test_the_rows_as_json_are_json() -> None:
    """Programs get what the table shows; what was not measured is null."""
    [found] = json.loads(as_json([_row(healthy())]))
    assert (found["fault"], found["outcome"], found["served_again_s"]) == (
        "kill-replica",
        "PASS",
        None,
    )
