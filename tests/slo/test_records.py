"""Each verdict points at the records behind it, by their place in the files as saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.slo.conftest import Trial


@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "in any order"])
def test_failures_are_pointed_at_by_their_saved_rows(trial: Trial, *, shuffled: bool) -> None:
    """The rows are those of requests.npy, whatever order it was recorded in; 20 are named."""
    if shuffled:
        trial.requests = np.random.default_rng(3).permutation(trial.requests)
    hit = np.concatenate((trial.at(15, 16), trial.at(110, 111)))
    trial.fail(hit)
    [found] = trial.verdicts()["success-outside-fault"].records
    assert (found.file, found.what) == ("requests.npy", "against it")
    assert found.count == len(hit)
    assert len(found.rows) == 20
    assert set(found.rows) <= set(hit.tolist())
    starts = trial.requests["intended"][list(found.rows)]
    assert list(starts) == sorted(starts)


def test_where_nothing_failed_all_that_was_judged_is_pointed_at(trial: Trial) -> None:
    """A PASS has records behind it, too: those of its phase."""
    [found] = trial.verdicts()["success-recovery"].records
    judged = trial.at(100, 130)
    assert (found.what, found.count) == ("all that was judged", len(judged))
    assert found.rows == tuple(judged[:20].tolist())


def test_samples_are_pointed_at_by_file_and_line(trial: Trial) -> None:
    """A sample outside the range is named by its line, as an editor counts it."""
    bad = replace(trial.workload[7], spec_replicas=11)
    trial.workload = (*trial.workload[:7], bad, *trial.workload[8:])
    found = {item.file: item for item in trial.verdicts()["replica-range"].records}
    assert found["workload.jsonl"].rows == (8,)
    assert found["workload.jsonl"].what == "what decided it"


def test_a_fault_left_behind_is_pointed_at(trial: Trial) -> None:
    """The window of the fault that was not undone, by its place in faults.json."""
    trial.fault(undone=False)
    [found] = trial.verdicts()["undo"].records
    assert (found.file, found.what, found.rows) == ("faults.json", "against it", (0,))
