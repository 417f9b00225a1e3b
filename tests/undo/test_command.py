"""`seatrial undo --list`: what is left, whose it is, and where it was found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from seatrial.cli import app
from seatrial.undo import files, keep
from tests.undo.conftest import Keeper, record

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster


@pytest.fixture
def command(kubeconfig: Path, keeper: Keeper) -> list[str]:
    """Return the command for the loopback cluster, which has no namespace made for a trial."""
    keeper["GET /api/v1/namespaces"] = (200, json.dumps({"items": []}).encode())
    return ["undo", "--kubeconfig", str(kubeconfig), "--context", "here"]


def test_what_is_left_is_listed(cluster: Cluster, command: list[str]) -> None:
    """One line each: id, since when, namespace, what, holder, places."""
    one, two = record("CPU limit of mlserver-0 cut"), record("node n cordoned")
    keep(cluster, one)
    keep(cluster, two)
    files.remove(two)
    done = CliRunner().invoke(app, [*command, "--list"])
    assert done.exit_code == 0, done.output
    heading, first, second = done.stdout.splitlines()
    assert heading.split() == ["Id", "Since", "Namespace", "What", "Holder", "Found", "in"]
    for part in (one.id, "0 h 0 min ago", "ns", one.what, one.holder, "file and cluster"):
        assert part in first
    assert second.rstrip().endswith("cluster")


@pytest.mark.parametrize("flags", [["--list"], []])
def test_nothing_left_is_said(command: list[str], flags: list[str]) -> None:
    """Without any record both forms say so, and end with 0."""
    done = CliRunner().invoke(app, [*command, *flags])
    assert (done.exit_code, done.stdout) == (0, "nothing is left\n")


def test_no_configuration_is_needed_where_the_cluster_is_named(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another machine there is no seatrial.toml."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, [*command, "--list"]).exit_code == 0
