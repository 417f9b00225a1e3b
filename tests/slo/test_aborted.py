"""What a fault would have cost that was cut short is not known; what it cost before is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.slo import Outcome

if TYPE_CHECKING:
    from tests.slo.conftest import Trial


def test_a_fault_that_was_cut_short_lets_nothing_pass(trial: Trial) -> None:
    """What it would have cost in its whole time is not known; why it was cut short is told."""
    trial.fault(aborted_ns=trial.faults[0].started_ns + 7 * trial.second, note="after 7 s: half")
    verdicts = trial.verdicts()
    passed = {name for name, item in verdicts.items() if item.outcome is Outcome.PASS}
    assert passed == {"undo", "parity-baseline", "ejections-baseline"}
    assert not [name for name, item in verdicts.items() if item.outcome is Outcome.FAIL]
    verdict = verdicts["success-fault"]
    assert verdict.guards == ("fault-aborted",)
    assert "was cut short 7.0 s after it began: after 7 s: half; mend" in verdict.reason


def test_what_is_missed_before_the_cut_is_missed(trial: Trial) -> None:
    """An abort saves nobody from a FAIL: the whole fault could only have cost more."""
    trial.fault(aborted_ns=trial.faults[0].started_ns + trial.second)
    trial.fail(slice(None, None, 4), kind="status", status=503)
    verdict = trial.verdicts()["success-whole"]
    assert (verdict.outcome, verdict.guards) == (Outcome.FAIL, ("fault-aborted",))
