"""The Go sources of the node's programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import programs

if TYPE_CHECKING:
    import pytest

ENVIRONMENT = os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}


def go(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Go toolchain that builds the programs."""
    found, _ = programs.find_go()
    return subprocess.run(
        [str(found), *arguments],
        cwd=programs.SOURCES,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_go_tests_pass() -> None:
    """The part that decides something in Go has tests in Go, and they pass."""
    done = go("test", "./dispatch")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no test files" not in done.stdout


def test_the_go_sources_are_formatted() -> None:
    """Gofmt would change no file."""
    gofmt = Path(go("env", "GOROOT").stdout.strip(), "bin", "gofmt")
    done = subprocess.run(
        [str(gofmt), "-l", "."],
        cwd=programs.SOURCES,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == ""


def test_a_test_in_go_is_no_part_of_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changing a Go test builds nothing anew."""
    copy = tmp_path / "programs"
    shutil.copytree(programs.SOURCES, copy)
    monkeypatch.setattr(programs, "SOURCES", copy)
    key = programs.content_key("go1.27.3")
    test = next(copy.rglob("*_test.go"))
    test.write_text(test.read_text() + "// changed\n")
    assert programs.content_key("go1.27.3") == key
