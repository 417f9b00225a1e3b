"""A good ratio by outcome: a document says which failures its success ratio counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives, slo
from seatrial.slo import Failure, Outcome, PhaseName
from seatrial.timeline import Outcome as Ended

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

SUCCESS = Path(__file__).parents[2] / "slos" / "success.yaml"
PHASES = "phases: [whole, fault, recovery]"


def read(folder: Path, keys: str) -> slo.Objective:
    """Return the shipped promise on success, of the baseline, with further keys in its source."""
    text = SUCCESS.read_text(encoding="utf-8")
    assert PHASES in text
    path = folder / "success.yaml"
    path.write_text(text.replace(PHASES, f"phases: [baseline]\n              {keys}"), "utf-8")
    [found] = objectives.read(path)
    return found


def judged(trial: Trial, promise: slo.Objective) -> slo.Verdict:
    """Return the verdict on one promise."""
    return slo.judge(trial.timeline(), [promise])[0]


def test_only_the_failures_it_names_count(trial: Trial, tmp_path: Path) -> None:
    """100 resets, 60 deadlines, 40 answers 504: each promise sees its own, one without all."""
    mine = trial.at(10, 40)
    n = len(mine)
    trial.fail(mine[:100], "reset")
    trial.fail(mine[100:160], "deadline")
    trial.fail(mine[160:200], "gateway-timeout")
    trial.requests["status"][mine[160:200]] = 504
    trial.requests["outcome"][mine[160:200]] = Ended.ERROR
    timeouts = judged(trial, read(tmp_path, "bad: [timeout]"))
    assert timeouts.value == (n - 100) / n
    assert "reset" not in timeouts.reason
    assert timeouts.promised == "share without timeout ≥ 0.9"
    assert judged(trial, read(tmp_path, "bad: [error]")).value == (n - 100) / n
    both = judged(trial, read(tmp_path, "bad: [error, timeout]"))
    assert both.value == judged(trial, read(tmp_path, "")).value == (n - 200) / n


def test_what_was_never_sent_is_never_good(trial: Trial, tmp_path: Path) -> None:
    """Nobody knows how it would have ended: it counts, whichever failures are named."""
    mine = trial.at(10, 40)
    trial.requests["outcome"][mine[:20]] = Ended.UNSENT
    for bad in Failure:
        assert judged(trial, read(tmp_path, f"bad: [{bad}]")).value == 1 - 20 / len(mine)


def test_a_promise_without_timeouts_fails_by_them(trial: Trial, tmp_path: Path) -> None:
    """A fifth of the requests time out: FAIL, while errors alone are as promised."""
    trial.fail(trial.at(10, 40)[::5], "deadline")
    assert judged(trial, read(tmp_path, "bad: [timeout]")).outcome is Outcome.FAIL
    assert judged(trial, read(tmp_path, "bad: [error]")).outcome is Outcome.PASS


def test_it_is_explained_in_words(tmp_path: Path) -> None:
    """The sentence says what must not happen."""
    promise = read(tmp_path, "bad: [timeout]")
    assert promise.phase is PhaseName.BASELINE
    assert slo.meaning(promise) == (
        "In the baseline, at least 9 of 10 planned requests are sent and end without timeout."
    )


@pytest.mark.parametrize("keys", ["bad: [unsent]", "bad: []", "bad: timeout", "bad: [timeouts]"])
def test_other_failures_are_refused(tmp_path: Path, keys: str) -> None:
    """A failure that is not known, or none at all, is an error that names the key."""
    with pytest.raises(objectives.ObjectivesError, match=r"bad"):
        read(tmp_path, keys)
