"""What ``seatrial slo list`` shows: whole names and promises, on a terminal and in a pipe."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from seatrial import objectives, slo
from seatrial.cli import listing
from seatrial.cli import slo as command
from seatrial.report.table import as_text

SLOS = Path(__file__).parents[2] / "slos"
ALL = objectives.read(SLOS, "production")


def test_names_are_whole_on_a_terminal_of_80_columns() -> None:
    """Each has a row that begins with its name; promises are broken between words only."""
    text = as_text(listing.for_terminal(ALL), columns=80)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines if line.strip()]
    for item in ALL:
        [row] = [row for row in rows if row[0] == item.name]
        assert row[1] == item.phase.value
        assert row[-1] == f"{item.floor}"
    words = set(text.split())
    assert not [word for item in ALL for word in slo.promised(item).split() if word not in words]


def test_each_scenario_has_a_table_of_its_own() -> None:
    """What is promised in both stands once, under both names."""
    text = as_text(listing.for_terminal(ALL))
    for name in ("production", "autoscaling", "production and autoscaling"):
        assert f"Promised in trials of {name}\n" in text
    assert text.count(" replica-range ") == 1


def test_in_a_pipe_each_objective_is_one_whole_line() -> None:
    """Name, scenarios, phase, promise and document: all of it can be found by grep."""
    ran = CliRunner().invoke(command.app, ["list", str(SLOS), "--profile", "production"])
    assert ran.exit_code == 0, ran.output
    heading, *lines = ran.stdout.splitlines()
    assert heading.split()[0] == "Objective"
    assert len(lines) == len(ALL)
    for line, item in zip(lines, ALL, strict=True):
        assert line.split()[0] == item.name
        assert slo.promised(item) in line
        assert line.split()[-1] == item.source


def test_as_json_nothing_is_left_out() -> None:
    """A program gets names, scenarios, promises and documents as values."""
    ran = CliRunner().invoke(command.app, ["list", str(SLOS), "--json"])
    found = {item["name"]: item for item in json.loads(ran.stdout)}
    assert set(found) == {item.name for item in objectives.read(SLOS)}
    assert found["replica-range"]["scenarios"] == ["production", "autoscaling"]
    assert found["timeouts"]["promised"] == "≤ 0 timeouts"
    assert found["timeouts"]["document"].endswith("timeouts.yaml:27")
