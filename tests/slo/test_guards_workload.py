"""What was tried must be the declared workload, and nobody else's: promises of guards/workload."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.slo import Outcome, PhaseName
from seatrial.timeline import Declared

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.slo import Verdict
    from tests.slo.conftest import Trial

HPA = "kube-controller-manager/scale"


def others_than(verdicts: dict[str, Verdict], *names: str) -> dict[str, Verdict]:
    """Return the verdicts but those whose objective begins with one of the names."""
    return {key: item for key, item in verdicts.items() if not key.startswith(names)}


def from_then_on(trial: Trial, name: str, at_s: float, **changes: object) -> None:
    """Change every sample of an instrument from so many seconds on."""
    samples = getattr(trial, name)
    at_ns = at_s * trial.second
    setattr(
        trial,
        name,
        tuple(replace(item, **changes) if item.at_ns >= at_ns else item for item in samples),
    )


def change_object(trial: Trial, kind: str, at_s: float, **changes: Any) -> None:  # noqa: ANN401 -- any field
    """Change every sample of one kind of object from so many seconds on."""
    trial.objects = tuple(
        replace(item, **changes) if item.kind == kind and item.at_ns >= at_s * 1e9 else item
        for item in trial.objects
    )


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment"])
def test_the_autoscalers_first_count_is_no_other_writers(trial: Trial, kind: str) -> None:
    """Its first step takes the count over from whoever deployed; a count by hand is another's."""
    change_object(trial, kind, -10, replicas=3, replicas_writer="seatrial", replicas_written="1")
    change_object(trial, kind, 50, replicas=4, replicas_writer=HPA, replicas_written="")
    assert "other-writer" not in trial.verdicts()["success-whole"].guards
    change_object(trial, kind, 70, replicas=2, replicas_writer="kubectl/scale")
    verdict = trial.verdicts()["success-whole"]
    assert f"{kind} " in verdict.reason
    assert "was scaled from 4 to 2 by kubectl/scale" in verdict.reason


def test_a_workload_short_of_its_declared_state_is_not_what_was_promised(trial: Trial) -> None:
    """What was missing as the load started is named, and nothing but the undo is decided."""
    trial.declared = Declared(-4 * trial.second, "the applied overlay", ("cpu is 100m, not 1",))
    trial.fail(slice(None))
    verdicts = others_than(trial.verdicts(), "undo", "replica-r")
    assert {item.outcome for item in verdicts.values()} == {Outcome.INCONCLUSIVE}
    verdict = verdicts["success-whole"]
    assert "workload-undeclared" in verdict.guards
    assert "was not that of the applied overlay: cpu is 100m, not 1" in verdict.reason


@pytest.mark.parametrize("read_back", [None, Declared(11_000_000_000, "its configuration", ())])
def test_a_workload_that_was_not_read_back_in_time_is_unknown(
    trial: Trial, read_back: Declared | None
) -> None:
    """Nobody looked, or only once the baseline had begun: no promise is seen kept."""
    trial.declared = read_back
    assert "workload-undeclared" in trial.verdicts()["success-whole"].guards


def test_a_trial_from_before_states_were_read_back_is_still_judged(trial: Trial) -> None:
    """Its plan names no such part, its samples no writer: nothing is asked of them."""
    trial.plan = replace(trial.plan, instruments=())
    trial.declared, trial.objects = None, ()
    from_then_on(trial, "workload", -10, spec_digest="", replicas_writer="", replicas_written="")
    from_then_on(trial, "workload", 50, generation=2, spec_replicas=4)
    assert {item.outcome for item in trial.verdicts().values()} == {Outcome.PASS}


def test_a_second_writer_of_replicas_leaves_the_others_undecided(trial: Trial) -> None:
    """Somebody scaled it by hand: requests say nothing of the declared workload, even failed."""
    by = {"replicas_writer": "kubectl/scale", "replicas_written": "2026-01-01T12:01:00Z"}
    from_then_on(trial, "workload", 60, spec_replicas=4, generation=2, **by)
    trial.fail(trial.at(41, 99))
    verdicts = trial.verdicts()
    for verdict in others_than(verdicts, "undo", "replica-ra", "replica-writers").values():
        if verdict.phase is PhaseName.BASELINE:  # it was over by then
            continue
        assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.reason
        assert "other-writer" in verdict.guards
    reason = verdicts["success-whole"].reason
    assert "workload mlserver was scaled from 3 to 4 by kubectl/scale" in reason
    assert "keep others from the workload" in reason


def test_a_count_that_leaves_the_range_is_a_fail_whoever_wrote_it(trial: Trial) -> None:
    """The promise about the range is broken by a second writer, and says so."""
    by = {"replicas_writer": "kubectl/scale", "replicas_written": "2026-01-01T12:01:00Z"}
    from_then_on(trial, "workload", 60, spec_replicas=2, generation=2, **by)
    verdict = trial.verdicts()["replica-range"]
    assert verdict.outcome is Outcome.FAIL
    assert "other-writer" in verdict.guards


def test_the_autoscaler_is_no_other_writer(trial: Trial) -> None:
    """It scales to four: that is its task, and every promise is judged."""
    by = {"replicas_writer": HPA, "replicas_written": "2026-01-01T12:01:00Z"}
    from_then_on(trial, "workload", 60, spec_replicas=4, generation=2, **by)
    assert not any("other-writer" in item.guards for item in trial.verdicts().values())


def test_a_count_written_and_written_back_is_seen(trial: Trial) -> None:
    """Both between two samples: generation and time tell that somebody was there."""
    by = {"replicas_writer": "kubectl/scale", "replicas_written": "2026-01-01T12:01:00Z"}
    from_then_on(trial, "workload", 60, generation=3, **by)
    assert "other-writer" in trial.verdicts()["success-whole"].guards


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"spec_digest": "f", "spec_writer": "kubectl-edit"}, "changed by kubectl-edit"),
        ({"spec_digest": "f", "spec_writer": ""}, "changed by an unknown field manager"),
        ({"gone": True, "ready_replicas": 0}, "deleted by an unknown field manager"),
    ],
)
def test_another_template_or_none_is_another_workload(
    trial: Trial, changes: dict[str, object], told: str
) -> None:
    """A changed or deleted workload is told with who did it, as far as anyone can know."""
    from_then_on(trial, "workload", 60, **changes)
    verdict = trial.verdicts()["success-whole"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"workload mlserver was {told}, seen 19.8 s after the fault" in verdict.reason


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        ("ConfigMap", {"digest": "f", "writer": "kubectl-patch"}, "changed by kubectl-patch"),
        ("Service", {"written": "2026-01-01T12:01:00Z"}, "changed by seatrial"),
        ("Deployment", {"uid": "other"}, "changed by seatrial"),
        ("HorizontalPodAutoscaler", {"gone": True, "writer": ""}, "deleted by an unknown"),
    ],
)
def test_whatever_the_deployment_is_made_of_must_stay_as_it_was(
    trial: Trial, kind: str, changes: dict[str, str], told: str
) -> None:
    """Proxy, Services, ConfigMaps and autoscaler: a change of any of them is another writer's."""
    change_object(trial, kind, 60, **changes)
    verdict = trial.verdicts()["latency-p95-whole"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert kind in verdict.reason
    assert f"was {told}" in verdict.reason


def test_a_change_after_a_phase_does_not_touch_it(
    trial: Trial, baseline: Callable[[Trial], Verdict]
) -> None:
    """The baseline was over when somebody came; the whole trial was not."""
    change_object(trial, "ConfigMap", 60, digest="f")
    assert baseline(trial).outcome is Outcome.PASS
    assert "other-writer" in trial.verdicts()["success-whole"].guards


def test_what_the_trials_own_fault_changes_is_no_other_writers(trial: Trial) -> None:
    """A fault that scales the workload says so; what it does not say is somebody else's."""
    by = {"replicas_writer": "OpenAPI-Generator", "replicas_written": "2026-01-01T12:00:45Z"}
    from_then_on(trial, "workload", 45, spec_replicas=4, generation=2, **by)
    trial.fault(changes=("replicas",))
    assert trial.verdicts()["success-whole"].outcome is Outcome.PASS
    trial.fault(changes=("workload",))
    assert "other-writer" in trial.verdicts()["success-whole"].guards
    trial.fault(changes=("replicas",), ended_ns=trial.kill_ns + trial.second // 4)
    assert "other-writer" in trial.verdicts()["success-whole"].guards


def test_a_sabotage_that_the_plan_declares_is_nobody_elses(trial: Trial) -> None:
    """A target made bad on purpose is judged as it is: it must be able to FAIL."""
    change_object(trial, "ConfigMap", 11, digest="f")
    trial.plan = replace(trial.plan, sabotage="quick-503s")
    trial.fail(slice(None))
    assert trial.verdicts()["success-whole"].outcome is Outcome.FAIL


@pytest.mark.parametrize("seconds", [(100, 200), (-10, 30)])
def test_who_could_not_be_seen_may_have_been_there(trial: Trial, seconds: tuple[int, int]) -> None:
    """Objects that were not read at the start, or not to a phase's end: nothing can PASS."""
    low, high = (item * trial.second for item in seconds)
    trial.objects = tuple(
        item for item in trial.objects if item.kind != "Service" or not low <= item.at_ns < high
    )
    verdict = trial.verdicts()["success-whole"]
    assert verdict.guards == ("instrument-silent",)
    assert "no sample of objects (Service mlserver, Service seldon-mesh)" in verdict.reason
    trial.objects = ()
    assert "no sample of objects at all" in trial.verdicts()["success-whole"].reason


def test_a_gap_between_two_reads_hides_nothing(trial: Trial) -> None:
    """What was changed and changed back says so at the next read: a gap alone decides nothing."""
    gap = range(50 * trial.second, 90 * trial.second)
    trial.objects = tuple(item for item in trial.objects if item.at_ns not in gap)
    assert trial.verdicts()["success-whole"].outcome is Outcome.PASS
