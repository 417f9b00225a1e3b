"""Ten documents that are wrong on purpose, and word for word what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from seatrial import objectives
from seatrial.cli import slo as command
from seatrial.objectives.model import SourceSpec
from seatrial.objectives.translate import FORMS
from seatrial.slo import Indicator, PhaseName

FOLDER = Path(__file__).parent / "malformed"
GOOD = "spec.indicator.spec.ratioMetric.good.metricSource.spec"
THRESHOLD = "spec.indicator.spec.thresholdMetric.metricSource.spec"
MEND = "correct the named keys; slos/README.md lists them all"


def _listed(names: list[str]) -> str:
    return " or ".join((", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"))


MEAN = FORMS[Indicator.MEAN_LATENCY]
#: File: what was seen, what was expected, the mend.
SAID = {
    "key-of-another-indicator": (
        f"line 25, key {THRESHOLD}.below_ms: a key that mean-latency does not take",
        ", ".join(("indicator", "phases", *MEAN.needs, *MEAN.may)),
        MEND,
    ),
    "key-twice": (
        "line 38, key spec.objectives[0].target: given again on line 39",
        "each key once",
        MEND,
    ),
    "missing-service": ("line 9, key spec.service: missing", "the key service", MEND),
    "misspelt-key": (
        f"line 30, key {GOOD}.below_mss: unknown key, did you mean below_ms?",
        f"one of the keys {', '.join(SourceSpec.model_fields)}",
        MEND,
    ),
    "no-threshold": (
        f"line 27, key {GOOD}: no below_ms",
        "below_ms, as latency needs it",
        MEND,
    ),
    "no-yaml": (
        (
            "line 25, column 18: expected ',' or ']', but got ':' "
            "while parsing a flow sequence that begins on line 24"
        ),
        "YAML in UTF-8",
        "correct the file at the named line",
    ),
    "target-of-one": ("line 38, key spec.objectives[0].target: 1.0", "less than 1", MEND),
    "unknown-indicator": (
        f"line 23, key {THRESHOLD}.indicator: 'mean-latenzy', did you mean mean-latency?",
        _listed(list(Indicator)),
        MEND,
    ),
    "unknown-phase": (
        f"line 29, key {GOOD}.phases[0]: 'settle'",
        _listed(list(PhaseName)),
        MEND,
    ),
    "wrong-comparison": ("line 27, key spec.objectives[0].op: gte", "lt or lte", MEND),
}


def test_every_malformed_document_is_known() -> None:
    """There are ten of them, each with its message."""
    assert sorted(SAID) == sorted(path.stem for path in FOLDER.iterdir())
    assert len(SAID) == 10


@pytest.mark.parametrize("name", SAID)
def test_a_malformed_document_gets_its_exact_message(name: str) -> None:
    """File, line, key, what was expected and the mend; the command ends with wrong usage."""
    file = FOLDER / f"{name}.yaml"
    got, expected, mend = SAID[name]
    error = CliRunner().invoke(command.app, ["check", str(file)]).exception
    assert isinstance(error, objectives.ObjectivesError)
    first = str(error).splitlines()[0]
    assert first in (f"read the objective in {file}", f"read the objectives in {file}")
    assert str(error).splitlines()[1:] == [
        f"  saw: {got}",
        f"  expected: {expected}",
        f"  to mend: {mend}",
    ]
    assert error.exit_code == 2
