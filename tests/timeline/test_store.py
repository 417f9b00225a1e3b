"""A Timeline's files: what is written is read back, and damage is named, never passed over."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial import timeline
from seatrial.timeline.store import SAMPLES

if TYPE_CHECKING:
    from seatrial.timeline import FaultWindow, LoadReport, Plan

ADDRESSES = st.lists(st.text(max_size=20), max_size=4).map(tuple)
INSTANTS = st.integers(-(2**62), 2**62)
TEXTS = st.text(max_size=30)
RULES = st.builds(
    timeline.ScalingRules,
    policies=st.lists(st.builds(timeline.ScalingPolicy), max_size=3).map(tuple),
    tolerance=st.floats(0, 1),
)


def samples_of(kind: type) -> st.SearchStrategy[list[object]]:
    """Return lists of samples with any content their types allow."""
    known = {
        timeline.ReplicaSample: st.builds(timeline.ReplicaSample),
        timeline.EndpointsSample: st.builds(timeline.EndpointsSample, ready=ADDRESSES),
        timeline.AutoscalerSample: st.builds(
            timeline.AutoscalerSample, scale_up=st.none() | RULES, gone=st.booleans()
        ),
        timeline.ObjectSample: st.builds(timeline.ObjectSample, digest=TEXTS, gone=st.booleans()),
        timeline.WorkloadSample: st.builds(
            timeline.WorkloadSample, writers=ADDRESSES, spec_writer=TEXTS, gone=st.booleans()
        ),
        timeline.ProxySample: st.builds(timeline.ProxySample, ejected=ADDRESSES),
    }
    return st.lists(known[kind], max_size=5)


def test_what_was_saved_is_loaded(
    plan: Plan, report: LoadReport, fault: FaultWindow, tmp_path: Path
) -> None:
    """Plan, report, faults and requests come back as the values they were."""
    requests = np.zeros(20, dtype=timeline.REQUEST)
    requests["intended"] = np.arange(20) * 100_000_000
    timeline.save_part(tmp_path, "plan.json", plan)
    timeline.save_part(tmp_path, "load.json", report)
    timeline.save_part(tmp_path, "faults.json", [fault, replace(fault, evidence=())])
    np.save(tmp_path / "requests.npy", requests)
    found = timeline.load(tmp_path)
    assert found.plan == plan
    assert found.load == report
    assert found.faults == (fault, replace(fault, evidence=()))
    assert [item.landed for item in found.faults] == [True, False]
    assert np.array_equal(found.requests, requests)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_samples_of_any_content_survive(data: st.DataObject) -> None:
    """Whatever names and numbers a sample holds, its line gives it back."""
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    samples = data.draw(samples_of(SAMPLES[name]))
    plan = data.draw(st.builds(timeline.Plan, phases=st.just(()), arms=ADDRESSES))
    with tempfile.TemporaryDirectory() as folder:
        timeline.save_part(Path(folder), "plan.json", replace(plan, rate=1.0, arm_weights=()))
        timeline.save_part(Path(folder), name, samples)
        found = timeline.load(Path(folder))
    assert getattr(found, name.removesuffix(".jsonl")) == tuple(samples)


def test_an_older_autoscaler_sample_is_still_read(plan: Plan, tmp_path: Path) -> None:
    """A trial saved before samples had the rules in them is read, its rules unknown."""
    timeline.save_part(tmp_path, "plan.json", plan)
    older = {"at_ns": 1, "name": "hpa", "minimum": 3, "maximum": 10, "current": 3, "desired": 3}
    said = {"scaling_active": True, "scaling_limited": None, "reason": "", "cpu_percent": 40}
    (tmp_path / "autoscaler.jsonl").write_text(json.dumps(older | said) + "\n", encoding="utf-8")
    [found] = timeline.load(tmp_path).autoscaler
    assert (found.scale_up, found.cpu_target_percent, found.gone) == (None, None, False)


def test_a_plan_saved_before_phases_had_rates_is_read(plan: Plan, tmp_path: Path) -> None:
    """A phase without a rate is one of an older trial: nothing of its own was planned in it."""
    file = timeline.save_part(tmp_path, "plan.json", plan)
    raw = json.loads(file.read_text(encoding="utf-8"))
    for phase in raw["phases"]:
        del phase["rate"]
    del raw["judged_as"]
    file.write_text(json.dumps(raw), encoding="utf-8")
    found = timeline.load(tmp_path).plan
    assert [phase.planned for phase in found.phases] == [None]
    assert found.judged_as == "production"


def test_parts_that_were_never_written_are_empty(plan: Plan, tmp_path: Path) -> None:
    """A trial that died early is a Timeline with a plan and nothing else: no load, no requests."""
    timeline.save_part(tmp_path, "plan.json", plan)
    found = timeline.load(tmp_path)
    assert found.load is None
    assert found.requests.size == 0
    assert found.requests.dtype == timeline.REQUEST
    assert (found.faults, found.replicas, found.endpoints) == ((), (), ())


def test_a_folder_without_a_plan_is_no_timeline(tmp_path: Path) -> None:
    """The error names the folder and what a Timeline is."""
    with pytest.raises(timeline.TimelineError, match=r"no plan\.json there"):
        timeline.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.json", "{", "expected: JSON"),
        ("plan.json", "[]", "expected: keys"),
        ("plan.json", "null", "expected: keys"),
        ("load.json", '{"planned": 1}', "expected: a LoadReport"),
        ("load.json", "[]", "expected: keys"),
        ("faults.json", "{}", "expected: a list"),
        ("faults.json", '[{"name": "x", "surprise": 1}]', "surprise"),
        ("replicas.jsonl", "no json\n", "expected: one JSON a line"),
        ("endpoints.jsonl", '{"at_ns": 1, "service": "s", "ready": "a"}\n', "'a' is no list"),
        ("workload.jsonl", '{"at_ns": "1"}\n', "'1' is no int"),
        ("workload.jsonl", '{"at_ns": true}\n', "True is no int"),
        ("autoscaler.jsonl", "[1]\n", "expected: keys"),
    ],
)
def test_a_damaged_part_is_named(
    plan: Plan, tmp_path: Path, name: str, text: str, said: str
) -> None:
    """A part that can't be read is an error with its path and what was expected."""
    timeline.save_part(tmp_path, "plan.json", plan)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(timeline.TimelineError) as caught:
        timeline.load(tmp_path)
    assert str(tmp_path / name) in str(caught.value)
    assert said in str(caught.value)


def test_a_plan_of_another_shape_is_refused(plan: Plan, tmp_path: Path) -> None:
    """A number where the plan has a text is damage, not a value."""
    path = timeline.save_part(tmp_path, "plan.json", plan)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["phases"][0]["start_ns"] = "soon"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(timeline.TimelineError, match="'soon' is no int"):
        timeline.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no numpy", b"\x93NUMPY\x01\x00"])
def test_damaged_requests_are_named(plan: Plan, tmp_path: Path, content: bytes) -> None:
    """A requests.npy that numpy can't read is an error, not an empty record."""
    timeline.save_part(tmp_path, "plan.json", plan)
    (tmp_path / "requests.npy").write_bytes(content)
    with pytest.raises(timeline.TimelineError, match=r"requests\.npy"):
        timeline.load(tmp_path)


def test_requests_of_another_type_are_refused(plan: Plan, tmp_path: Path) -> None:
    """An array with other fields is no record of requests."""
    timeline.save_part(tmp_path, "plan.json", plan)
    np.save(tmp_path / "requests.npy", np.zeros(3))
    with pytest.raises(timeline.TimelineError, match="float64"):
        timeline.load(tmp_path)


def test_a_line_that_was_cut_off_is_not_a_sample(plan: Plan, tmp_path: Path) -> None:
    """A watcher killed while it wrote leaves half a line: what was whole before it counts."""
    sample = timeline.EndpointsSample(1, "s", ("a",))
    timeline.save_part(tmp_path, "plan.json", plan)
    path = timeline.save_part(tmp_path, "endpoints.jsonl", [sample])
    path.write_text(path.read_text(encoding="utf-8") + '{"at_ns": 2, "ser', encoding="utf-8")
    assert timeline.load(tmp_path).endpoints == (sample,)


def test_a_part_is_written_whole_or_not_at_all(plan: Plan, tmp_path: Path) -> None:
    """What can't be written leaves the part that was there, and nothing half-made in its place."""
    before = timeline.save_part(tmp_path, "plan.json", plan).read_text(encoding="utf-8")
    with pytest.raises(TypeError):
        timeline.save_part(tmp_path, "plan.json", {"no": object()})
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
