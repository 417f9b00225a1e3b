"""The JSON that verdicts are written as keeps to the schema that is shipped, and the reverse."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from seatrial import slo
from seatrial.cli import judge

if TYPE_CHECKING:
    from tests.slo.conftest import Trial

app = typer.Typer()
app.command()(judge.judge)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Return the schema as the command prints it."""
    ran = CliRunner().invoke(app, ["--schema"])
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("hurt", ["nothing", "service", "load", "all"])
def test_real_verdicts_keep_to_the_schema(trial: Trial, schema: dict[str, Any], hurt: str) -> None:
    """PASS, FAIL, INCONCLUSIVE and a trial without any request: all are of the form."""
    if hurt == "service":
        trial.fail(trial.at(60, 80))
    if hurt in ("load", "all"):
        trial.load = None
    if hurt == "all":
        trial.requests = trial.requests[:0]
    found = slo.as_json(
        list(trial.verdicts().values()),
        [slo.figures(trial.timeline(), phase) for phase in slo.PhaseName],
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(found, allow_nan=False)), schema)


@pytest.mark.parametrize(
    ("name", "value"),
    [("verdict", slo.Verdict), ("figures", slo.Figures), ("records", slo.Records)],
)
def test_the_schema_describes_every_field(
    schema: dict[str, Any], name: str, value: type[Any]
) -> None:
    """A field without a description, or one described and gone, is found here."""
    described = schema["$defs"][name]
    assert list(described["properties"]) == [field.name for field in fields(value)]
    assert described["required"] == list(described["properties"])
    assert all(item["description"] for item in described["properties"].values())


def test_the_schema_knows_every_phase(schema: dict[str, Any]) -> None:
    """Each phase that can be judged may stand there."""
    for name in ("verdict", "figures"):
        phase = schema["$defs"][name]["properties"]["phase"]
        assert set(phase["enum"]) == set(slo.PhaseName)


def test_a_misspelt_field_is_refused(trial: Trial, schema: dict[str, Any]) -> None:
    """The schema can fail: it takes no field that it does not know."""
    found = json.loads(json.dumps(slo.as_json(list(trial.verdicts().values()))))
    found["verdicts"][0]["out_come"] = found["verdicts"][0].pop("outcome")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema)
