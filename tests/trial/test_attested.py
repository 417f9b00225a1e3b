"""What an attestation says of a run: apart from every objective, and never a PASS by silence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from seatrial import objectives, timeline
from seatrial.cli import app
from seatrial.slo import Outcome
from seatrial.timeline import Change
from seatrial.trial import attested
from tests import healthy as parts
from tests.pytest_glue.gate import SLOS
from tests.timelines import healthy

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.timeline import Attestation

LEFT = Change("Node one: taints.planted:NoSchedule", "absent", "yes")
UNREAD = replace(parts.attestation(), after=None, unread="list pods: HTTP 403")
CASES = [
    (parts.attestation(), Outcome.PASS, "as it was before the load: 1 objects and 3 pods"),
    (parts.attestation(LEFT), Outcome.FAIL, f"  {LEFT}"),
    (UNREAD, Outcome.INCONCLUSIVE, "could not list pods: HTTP 403"),
    (None, Outcome.INCONCLUSIVE, "the trial ended before it was written"),
]
NAMES = ["equal", "different", "unread", "missing"]


@pytest.mark.parametrize(("found", "outcome", "said"), CASES, ids=NAMES)
def test_only_an_attestation_that_found_nothing_passes(
    found: Attestation | None, outcome: Outcome, said: str
) -> None:
    """A difference is FAIL and named; what was not read or never written decides nothing."""
    trial = healthy()
    trial.attestation = found
    said_of = attested(trial.timeline())
    assert said_of is not None
    assert said_of.outcome is outcome
    assert said in said_of.reason


def test_a_trial_of_before_is_judged_without(tmp_path: Path) -> None:
    """A trial that was recorded before there were attestations says nothing of its own."""
    trial = healthy()
    trial.attestation = None
    trial.plan = replace(trial.plan, instruments=(*timeline.PERIODS_S, "declared"))
    assert attested(trial.timeline()) is None
    trial.save(tmp_path)
    objectives.keep(SLOS, tmp_path)
    done = CliRunner().invoke(app, ["judge", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "attest" not in done.stdout


@pytest.mark.parametrize("form", [(), ("--reasons",), ("--json",), ("--records", "timeouts")])
@pytest.mark.parametrize(("found", "outcome", "said"), CASES, ids=NAMES)
def test_a_judged_trial_tells_it(
    tmp_path: Path,
    found: Attestation | None,
    outcome: Outcome,
    said: str,
    form: tuple[str, ...],
) -> None:
    """Every promise kept, the exit code and the words are its own; lines for programs stay so."""
    trial = healthy()
    trial.attestation = found
    trial.save(tmp_path)
    objectives.keep(SLOS, tmp_path)
    done = CliRunner().invoke(app, ["judge", str(tmp_path), *form])
    assert done.exit_code == outcome.exit_code
    apart = bool(form)
    if apart:
        assert said not in done.stdout
    if not apart or outcome is not Outcome.PASS:
        assert " ".join(said.split()) in " ".join(done.output.split())


def test_an_attestation_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Snapshots, pods and differences survive the disk."""
    trial = healthy()
    trial.attestation = parts.attestation(LEFT)
    trial.save(tmp_path)
    assert timeline.load(tmp_path).attestation == trial.attestation
