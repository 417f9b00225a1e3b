"""OpenSLO documents: what the good ones mean, and what is said of each bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial import objectives
from seatrial.slo import Indicator, Op, PhaseName

#: Where a ratio's good requests are described.
GOOD = "spec.indicator.spec.ratioMetric.good.metricSource.spec"
SLOS = Path(__file__).parents[2] / "slos"
RATIO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: p99
  displayName: P99 latency
spec:
  service: financial-inference
  budgetingMethod: Occurrences
  indicator:
    metadata:
      name: fast
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: seatrial
            spec:
              indicator: latency
              phases: [fault]
              below_ms: 80
              arm: enhanced-predictor
        total:
          metricSource:
            type: seatrial
            spec:
              indicator: planned
  objectives:
    - targetPercent: 99
"""
THRESHOLD = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: mean
spec:
  service: financial-inference
  budgetingMethod: Occurrences
  indicator:
    metadata:
      name: mean
    spec:
      thresholdMetric:
        metricSource:
          type: seatrial
          spec:
            indicator: mean-latency
            phases: [whole, recovery]
  objectives:
    - op: lt
      value: 20
"""


def write(folder: Path, text: str, name: str = "slo.yaml") -> Path:
    """Write one document."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    """Return what is said of a document that can't be read."""
    with pytest.raises(objectives.ObjectivesError) as caught:
        objectives.read(write(folder, text))
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_ratio_document_becomes_an_objective(tmp_path: Path) -> None:
    """Target in per cent, arm, latency and phase arrive as they stand there."""
    [found] = objectives.read(write(tmp_path, RATIO))
    assert found.name == "p99"
    assert found.title == "P99 latency"
    assert found.indicator is Indicator.LATENCY
    assert (found.op, found.value, found.within_ms) == (Op.GTE, 0.99, 80)
    assert found.arm == "enhanced-predictor"
    assert found.phase is PhaseName.FAULT
    assert found.source == f"{tmp_path / 'slo.yaml'}:29"


def test_a_document_makes_one_objective_a_phase(tmp_path: Path) -> None:
    """Each phase is a promise of its own, named after it."""
    found = objectives.read(write(tmp_path, THRESHOLD))
    assert [item.name for item in found] == ["mean-whole", "mean-recovery"]
    assert [item.phase for item in found] == [PhaseName.WHOLE, PhaseName.RECOVERY]


def test_several_targets_are_several_objectives(tmp_path: Path) -> None:
    """OpenSLO lets a ratio have any number of targets; each is named by its displayName."""
    gold = "    - displayName: Gold one\n      target: 0.5\n"
    more = f"{gold}    - displayName: Silver\n      target: 0.4\n"
    text = RATIO.replace("    - targetPercent: 99\n", more)
    found = objectives.read(write(tmp_path, text))
    assert [item.name for item in found] == ["p99-gold-one", "p99-silver"]
    assert [item.value for item in found] == [0.5, 0.4]


def test_a_file_may_hold_several_documents(tmp_path: Path) -> None:
    """Documents of one file are separated as YAML does it; empty ones are nothing."""
    found = objectives.read(write(tmp_path, f"{RATIO}---\n---\n{THRESHOLD}"))
    assert len(found) == 3


def test_what_openslo_allows_beside_is_read(tmp_path: Path) -> None:
    """Labels of several values, annotations and a time window do not stand in the way."""
    text = THRESHOLD.replace(
        "  name: mean\nspec:",
        "  name: mean\n  labels:\n    team: [a, b]\n    severity: minor\n"
        "  annotations:\n    example.com/board: x\nspec:\n  timeWindow:\n"
        "    - duration: 28d\n      isRolling: true",
    )
    assert {item.severity for item in objectives.read(write(tmp_path, text))} == {"minor"}


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("below_ms: 80", "below: 80", f"line 21, key {GOOD}.below: unknown key"),
        ("below_ms: 80", "below_ms: fast", f"line 21, key {GOOD}.below_ms: 'fast'"),
        ("below_ms: 80", "below_ms: -1", "expected: greater than 0"),
        ("              below_ms: 80\n", "", "expected: below_ms, as latency needs it"),
        ("arm: enhanced-predictor", "window_s: 5", "a key that latency does not take"),
        ("arm: enh", "each: replica\n              arm: enh", "arm and each"),
        ("arm: enhanced-predictor", "each: client", "'arm' or 'replica'"),
        ("indicator: latency", "indicator: latenzy", "line 19"),
        ("indicator: latency", "indicator: timeouts", "expected: it inside a thresholdMetric"),
        ("indicator: planned", "indicator: all", "'planned'"),
        ("phases: [fault]", "phases: []", "expected: List should have at least 1 item"),
        ("phases: [fault]", "phases: [settle]", f"key {GOOD}.phases[0]: 'settle'"),
        ("phases: [fault]", "phases: [fault, fault]", "each once"),
        ("targetPercent: 99", "targetPercent: 100", "less than 100"),
        ("targetPercent: 99", "target: 1.0", "less than 1"),
        ("targetPercent: 99", "target: 0", "0 promises nothing"),
        ("targetPercent: 99", "target: 0.9\n      targetPercent: 9", "either target or"),
        ("targetPercent: 99", "displayName: x", "expected: target or targetPercent"),
        ("targetPercent: 99", "target: 0.9\n      op: gte", "line 30, key spec.objectives[0].op"),
        ("targetPercent: 99", "target: 0.9\n    - target: 0.8", "one for each objective"),
        ("apiVersion: openslo/v1", "apiVersion: openslo/v2", "'openslo/v1'"),
        ("kind: SLO", "kind: SLI", "line 2, key kind: 'SLI'"),
        ("name: p99", "name: P99", "line 4, key metadata.name: 'P99'"),
        ("type: seatrial", "type: Prometheus", "'Prometheus'"),
        ("budgetingMethod: Occurrences", "budgetingMethod: Timeslices", "line 8, key spec.b"),
        ("  service: financial-inference\n", "", "expected: the key service"),
        ("  name: p99", "  name: p99\n  name: p98", "given again on line 5"),
        ("  name: p99", "  name: p99\n  labels: {severity: huge}", "one of blocker, critical"),
        ("kind: SLO", "kind: [", "YAML"),
        ("      ratioMetric:", "      thresholdMetric:", "unknown key"),
    ],
)
def test_a_bad_document_is_refused_with_the_place(
    tmp_path: Path, good: str, bad: str, said: str
) -> None:
    """One thing wrong: the file, the line, the key and what was expected are named."""
    assert good in RATIO
    text = refusal(tmp_path, RATIO.replace(good, bad, 1))
    assert said in text
    assert str(tmp_path / "slo.yaml") in text
    assert "expected:" in text


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("op: lt", "op: gte", "line 19, key spec.objectives[0].op: gte\n  expected: lt or lte"),
        ("    - op: lt\n      value", "    - value", "no op"),
        ("      value: 20\n", "", "no value"),
        ("value: 20", "value: .inf", "finite"),
        ("value: 20", "value: '20'", "'20'"),
        ("value: 20", "value: 20\n    - op: lt\n      value: 30", "one, with a thresholdMetric"),
        ("indicator: mean-latency", "indicator: success", "it inside a ratioMetric"),
        ("indicator: mean-latency", "indicator: replica-replaced", "each once, of fault"),
        ("[whole, recovery]", "&a [*a]", "an alias of itself"),
    ],
)
def test_a_bad_threshold_is_refused(tmp_path: Path, good: str, bad: str, said: str) -> None:
    """A comparison the indicator can't have, a value that is none: named in the same way."""
    assert good in THRESHOLD
    assert said in refusal(tmp_path, THRESHOLD.replace(good, bad, 1))


def test_an_unknown_key_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """Who misspells a key is told which keys there are at that place."""
    text = refusal(tmp_path, THRESHOLD.replace("    - op: lt", "    - operator: lt"))
    assert "one of the keys displayName, op, value, target, targetPercent" in text


def test_two_objectives_of_one_name_are_refused(tmp_path: Path) -> None:
    """The same name in two files: both are named."""
    write(tmp_path, RATIO, "a.yaml")
    write(tmp_path, RATIO, "b.yml")
    with pytest.raises(objectives.ObjectivesError, match=r"(?s)a\.yaml:29 and in .*b\.yml:29"):
        objectives.read(tmp_path)


@pytest.mark.parametrize("text", ["", "---\n", "# nothing\n"])
def test_no_objective_at_all_is_refused(tmp_path: Path, text: str) -> None:
    """What promises nothing can't be kept: an empty folder or file is an error."""
    assert "no objective" in refusal(tmp_path, text)
    (tmp_path / "slo.yaml").unlink()
    with pytest.raises(objectives.ObjectivesError, match="no objective"):
        objectives.read(tmp_path)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing folder is said, not taken for one without promises."""
    with pytest.raises(objectives.ObjectivesError, match="no such file or folder"):
        objectives.read(tmp_path / "slos")


def test_documents_kept_with_a_trial_mean_the_same(tmp_path: Path) -> None:
    """The copy beside a trial gives the objectives that judged it."""
    kept = objectives.keep(SLOS, tmp_path)
    assert kept == tmp_path / objectives.KEPT
    before = [(item.name, item.phase, item.value) for item in objectives.read(SLOS)]
    assert [(item.name, item.phase, item.value) for item in objectives.read(kept)] == before


@pytest.mark.parametrize("name", ["p99.json", "P99.YAML", "team-a/b/p99.yaml"])
def test_what_looks_promised_and_would_not_be_read_is_refused(tmp_path: Path, name: str) -> None:
    """A document by another ending, or deeper than a profile, is never passed over in silence."""
    write(tmp_path, RATIO)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(RATIO, encoding="utf-8")
    with pytest.raises(objectives.ObjectivesError, match=name.split("/")[-2:][0]):
        objectives.read(tmp_path)
