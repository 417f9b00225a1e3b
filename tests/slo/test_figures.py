"""A phase in numbers: what three lines of numpy give, exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial import slo
from seatrial.slo.spans import spans
from seatrial.timeline import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slo.conftest import Trial


def hurt(trial: Trial) -> None:
    """Let some requests of each phase fail, time out, be slow or stay unsent."""
    trial.fail(trial.at(20, 21)[::3], kind="status", status=503)
    trial.fail(trial.at(41, 43)[::2], kind="deadline")
    trial.slow(trial.at(60, 61), 300)
    trial.requests["outcome"][trial.at(110, 111)[:5]] = Outcome.UNSENT
    trial.requests["end"][trial.at(110, 111)[:5]] = 200 * trial.second


@pytest.mark.parametrize(
    ("phase", "start_s", "end_s"),
    [("whole", 10, 130), ("baseline", 10, 40), ("fault", 40.25, 100), ("recovery", 100, 130)],
)
def test_numpy_alone_gives_the_reported_figures(
    trial: Trial, tmp_path: Path, phase: str, start_s: float, end_s: float
) -> None:
    """P95, mean and success ratio, recomputed from the file, are equal to the last bit."""
    hurt(trial)
    np.save(tmp_path / "requests.npy", trial.requests)
    found = slo.figures(trial.timeline(), phase)

    r = np.load(tmp_path / "requests.npy")
    r = r[(r["intended"] >= start_s * 1e9) & (r["intended"] < end_s * 1e9)]
    ns = r["end"] - r["intended"]
    ns = np.where(r["outcome"] == 0, ns, np.maximum(ns, 1_000_000_000))

    assert found.p95_ms == np.percentile(ns, 95, method="inverted_cdf") / 1e6
    assert found.mean_ms == ns.sum() / ns.size / 1e6
    assert found.success_ratio == (r["outcome"] == 0).mean()
    assert found.n == r.size


def test_the_verdict_on_the_mean_carries_the_same_figure(trial: Trial) -> None:
    """What is judged is what is reported."""
    hurt(trial)
    verdict = trial.verdicts()["latency-mean-fault"]
    assert verdict.value == slo.figures(trial.timeline(), "fault").mean_ms


def test_every_ending_is_counted_once(trial: Trial) -> None:
    """ok, errors, timeouts and unsent add up to the planned requests."""
    hurt(trial)
    found = slo.figures(trial.timeline())
    assert found.unsent == 5
    assert found.timeouts > 0
    assert found.ok + found.errors + found.timeouts + found.unsent == found.n


def test_an_unsent_request_costs_no_less_than_its_deadline(trial: Trial) -> None:
    """What never left is not fast: it counts with the deadline, or longer."""
    trial.requests["outcome"] = Outcome.UNSENT
    trial.requests["end"] = trial.requests["intended"]
    assert slo.figures(trial.timeline()).mean_ms == trial.plan.deadline_ms


def test_no_requests_have_no_figures(trial: Trial) -> None:
    """Of nothing, ratio and latencies are NaN, never 0 or 1."""
    trial.requests = trial.requests[:0]
    found = slo.figures(trial.timeline())
    assert math.isnan(found.success_ratio)
    assert math.isnan(found.mean_ms)
    assert math.isnan(found.p95_ms)
    assert found.n == 0


def test_whole_is_the_fault_window_and_what_is_outside(trial: Trial) -> None:
    """Each request of the whole trial lies either in the fault window or outside it."""
    counts = {name.value: slo.figures(trial.timeline(), name).n for name in slo.PhaseName}
    assert counts["whole"] == counts["fault"] + counts["outside"]
    assert counts["whole"] == len(trial.at(10, 130))


def test_the_fault_window_starts_when_the_fault_did(trial: Trial) -> None:
    """The kill came 250 ms after its phase began: the window starts with the kill."""
    plan, hit = trial.plan, trial.faults[0]
    assert spans(plan, hit, slo.PhaseName.FAULT) == ((trial.kill_ns, 100 * trial.second),)
    assert spans(plan, None, slo.PhaseName.FAULT) == ((40 * trial.second, 100 * trial.second),)


def test_a_baseline_ends_where_the_fault_began(trial: Trial) -> None:
    """A fault that came too early takes the rest of the baseline with it."""
    trial.fault(started_ns=35 * trial.second)
    found = spans(trial.plan, trial.faults[0], slo.PhaseName.BASELINE)
    assert found == ((10 * trial.second, 35 * trial.second),)


def test_a_name_that_is_no_phase_is_refused(trial: Trial) -> None:
    """Settling is loaded and never judged."""
    with pytest.raises(ValueError, match="settle"):
        slo.figures(trial.timeline(), "settle")
