"""An experiment is refused before it runs, with file and key, for what Chaos Toolkit lets pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.fault import ExperimentError, activities, check, keeps_records, planning
from seatrial.fault.catalogue import Becomes, Fault

if TYPE_CHECKING:
    from tests.fault.conftest import Write

SHIPPED = Path(__file__).parent.parent.parent / "experiments"
PYTHON = {"type": "python", "module": "mine", "func": "act", "arguments": {"seconds": 1}}
STEP = {"type": "action", "name": "a", "provider": PYTHON}
OWN = "seatrial.fault.actions"
KILL = {"namespace": "n", "workload": "w"}


def _calls(function: str, **arguments: object) -> dict[str, object]:
    """Return an action that calls a Python function."""
    module, _, name = function.rpartition(".")
    provider = {"type": "python", "module": module, "func": name, "arguments": arguments}
    return {"type": "action", "name": name, "provider": provider}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_experiments_are_valid(path: Path) -> None:
    """Each experiment in the repository passes."""
    check(path)


def test_a_valid_experiment_passes(experiment: Write) -> None:
    """What the other tests break is valid as it stands."""
    check(experiment())


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"steady_state_hypotesis": {}}, "steady-state-hypotesis"),
        ({"dry": True}, "use dry in"),
        ({"method": []}, "use method in"),
        ({"method": ...}, "use method in"),
        ({"rollbacks": []}, "use rollbacks in"),
        ({"rollbacks": ...}, "use rollbacks in"),
        ({"steady_state_hypothesis": ...}, "use steady-state-hypothesis in"),
        ({"steady_state_hypothesis": {"title": "t", "probes": []}}, "hypothesis.probes"),
        ({"steady_state_hypothesis": {"title": "t", "probs": [STEP]}}, "hypothesis.probs"),
        ({"steady_state_hypothesis": {"probes": [STEP]}}, r"probes\[0\].tolerance"),
        ({"method": [{**STEP, "dry": True}]}, r"method\[0\].dry"),
        ({"method": [{**STEP, "backgroud": True}]}, r"method\[0\].backgroud"),
        ({"method": [{**STEP, "tolerance": 0}]}, r"method\[0\].tolerance"),
        ({"method": [{**STEP, "provider": {**PYTHON, "timeout": 3}}]}, "provider.timeout"),
        ({"method": [{**STEP, "provider": {"type": "perl"}}]}, r"method\[0\].provider"),
        ({"method": ["kill"]}, r"method\[0\]"),
        ({"title": ""}, "use title in"),
    ],
)
def test_what_would_be_ignored_is_refused(
    experiment: Write, keys: dict[str, object], named: str
) -> None:
    """A key that Chaos Toolkit would ignore, or a part that is missing, is refused by name."""
    file = experiment(**keys)
    with pytest.raises(ExperimentError, match=named) as caught:
        check(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is refused by its path."""
    with pytest.raises(ExperimentError, match=r"absent\.yaml"):
        check(tmp_path / "absent.yaml")


def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    """A file that can't be parsed is refused."""
    file = tmp_path / "broken.yaml"
    file.write_text("method: [")
    with pytest.raises(ExperimentError, match=r"broken\.yaml"):
        check(file)


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ({"type": "process", "path": "true"}, "no program is run"),
        ({"type": "python", "module": "os", "func": "system"}, "can run any program"),
        ({"type": "python", "module": "subprocess", "func": "run"}, "can run any program"),
        ({"type": "http", "url": "http://x", "method": "POST"}, "POST as action"),
        ({"type": "http", "url": "http://x"}, "GET as action"),
        ({"type": "python", "module": "seatrial.cluster", "func": "connect"}, f"one of {OWN}"),
        ({"type": "python", "module": OWN, "func": "kill_replicas"}, "kill_replica"),
        (
            {"type": "python", "module": "chaosk8s.pod.actions", "func": "terminate_pods"},
            "anchored",
        ),
        ({"type": "python", "module": "chaosk8s.crd.actions", "func": "apply_from_yaml"}, "fails"),
    ],
)
def test_an_activity_that_can_not_be_trusted_is_refused(
    experiment: Write, provider: dict[str, object], words: str
) -> None:
    """A program, a change by HTTP, an unknown function or one with a trap is refused."""
    step = {"type": "action", "name": "a", "provider": provider}
    with pytest.raises(ExperimentError, match=words):
        check(experiment(method=[step]))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({**KILL, "worklod": "x"}, "arguments.worklod"),
        ({"namespace": "n"}, "arguments.workload"),
        ({**KILL, "namespace": "No_Name"}, "arguments.namespace"),
        ({**KILL, "selector": "app = ml; rm"}, "arguments.selector"),
        ({**KILL, "name_pattern": "ml-("}, "arguments.name_pattern"),
        ({**KILL, "workload_kind": "DaemonSet"}, "arguments.workload_kind"),
        ({**KILL, "configuration": {}}, "arguments.configuration"),
    ],
)
def test_an_argument_that_is_wrong_is_named(
    experiment: Write, arguments: dict[str, object], named: str
) -> None:
    """An argument of our own that is unknown, missing or malformed is refused by name."""
    with pytest.raises(ExperimentError, match=named):
        check(experiment(method=[_calls(f"{OWN}.kill_replica", **arguments)]))


def test_what_is_filled_in_later_passes(experiment: Write) -> None:
    """An argument that the environment fills in is not checked before it is."""
    check(experiment(method=[_calls(f"{OWN}.kill_replica", namespace="${ns}", workload="${w}")]))


UNDO = "undo_all"
SQUEEZE = Fault("squeeze", "t", "kill_replica", Becomes.STAYS, record=True)


@pytest.mark.parametrize(
    ("method", "rollbacks", "words"),
    [
        ([STEP], [{**STEP, "type": "probe"}], "takes back what a changes"),
        ([_calls("chaosk8s.node.actions.cordon_node")], [STEP], "uncordon_node"),
        ([_calls(f"{OWN}.kill_replica", **KILL)], [STEP], f"use method .*(.|\n)*{OWN}.{UNDO}"),
        (
            [_calls(f"{OWN}.kill_replica", **KILL), _calls(f"{OWN}.{UNDO}", namespace="n")],
            [STEP],
            f"use rollbacks .*(.|\n)*{OWN}.{UNDO}",
        ),
        (
            [_calls(f"{OWN}.kill_replica", **KILL), _calls(f"{OWN}.{UNDO}", namespace="other")],
            [_calls(f"{OWN}.{UNDO}", namespace="n")],
            "for namespace n",
        ),
    ],
)
def test_a_change_without_its_rollback_is_refused(
    method: list[dict[str, object]], rollbacks: list[dict[str, object]], words: str
) -> None:
    """What an action changes must be taken back by an action of the rollbacks, and ours twice."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(activities, "BY_ACTION", {SQUEEZE.action: SQUEEZE})
        found = [
            f"use {item.key} : {item.expected}"
            for item in activities.not_taken_back(method, rollbacks)
        ]
    assert any(re.search(words, item) for item in found), found


def test_a_secret_in_the_file_is_refused_and_not_repeated(experiment: Write) -> None:
    """The journal would repeat a secret that stands in the file; the error does not."""
    with pytest.raises(ExperimentError, match=r"secrets\.api\.token") as caught:
        check(experiment(secrets={"api": {"token": "hunter2"}}))
    assert "hunter2" not in str(caught.value)
    check(experiment(secrets={"api": {"token": {"type": "env", "key": "TOKEN"}}}))


def test_what_has_no_action_can_not_be_asked_what_it_would_hit(
    experiment: Write,
) -> None:
    """A method of probes hits nothing: the dry run says so, by name of the file."""
    probe = {"type": "python", "module": "seatrial.fault.probes", "func": "hold"}
    held = {"type": "probe", "name": "held", "provider": {**probe, "arguments": {"seconds": 1}}}
    with pytest.raises(ExperimentError, match="no action in its method"):
        planning.preview(experiment(method=[held]), {})


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_records_tell_of_all_that_a_shipped_experiment_changes(path: Path) -> None:
    """So a trial whose experiment was killed can tell that nothing of it is left."""
    assert keeps_records(path, "n")


@pytest.mark.parametrize(
    "action",
    [
        _calls("mine.act", namespace="n"),
        _calls("chaosk8s.node.actions.cordon_node"),
        _calls(f"{OWN}.kill_replica", **KILL | {"namespace": "another"}),
    ],
    ids=["another's action", "chaosk8s", "another namespace"],
)
def test_what_keeps_no_record_there_is_never_known_to_be_undone(
    experiment: Write, action: dict[str, object]
) -> None:
    """A killed process may have changed it: no empty list of records says that it has not."""
    mine = _calls(f"{OWN}.kill_replica", **KILL)
    assert keeps_records(experiment(method=[mine]), "n")
    assert not keeps_records(experiment(method=[mine, action]), "n")
