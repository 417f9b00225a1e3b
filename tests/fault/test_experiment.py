"""An experiment is refused before it runs, with file and key, for what Chaos Toolkit lets pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.fault import ExperimentError, check

if TYPE_CHECKING:
    from tests.fault.conftest import Write

SHIPPED = Path(__file__).parent.parent.parent / "experiments"
STEP = {"type": "action", "name": "a", "provider": {"type": "process", "path": "true"}}
PYTHON = {"type": "python", "module": "time", "func": "sleep", "arguments": {"seconds": 1}}


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
