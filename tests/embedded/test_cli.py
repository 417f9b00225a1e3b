"""`seatrial cluster` as its users type it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from seatrial.cluster.embedded import EmbeddedCluster

ABSENT = ("--name", "no-such-cluster")


def seatrial(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    program = "from seatrial.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "cluster", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command() -> None:
    """The help lists what one can do, and what it needs."""
    said = seatrial("--help").stdout
    for command in ("up", "down", "status", "kubeconfig", "load-image"):
        assert f" {command} " in said
    assert "root" in said


def test_status_of_an_absent_cluster_is_no_error_but_a_no() -> None:
    """`status` answers by its exit code: 3 is "not up"."""
    done = seatrial("status", *ABSENT)
    assert (done.returncode, done.stdout) == (3, "no-such-cluster: not up\n")


def test_kubeconfig_of_an_absent_cluster_tells_the_mend() -> None:
    """The error names the command that helps; stdout stays empty, so no script takes it."""
    done = seatrial("kubeconfig", *ABSENT)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "seatrial cluster up --name no-such-cluster" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_name_is_told_without_a_traceback() -> None:
    """A name that can't be is the user's mistake."""
    done = seatrial("status", "--name", "A b")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.cluster
def test_kubeconfig_prints_the_path_alone(cluster: EmbeddedCluster) -> None:
    """`kubectl --kubeconfig "$(seatrial cluster kubeconfig)"` works."""
    done = seatrial("kubeconfig", "--name", cluster.name)
    assert done.stdout == f"{cluster.kubeconfig}\n"
    assert Path(done.stdout.strip()).is_file()


@pytest.mark.cluster
def test_status_says_where_a_cluster_is(cluster: EmbeddedCluster) -> None:
    """`status` gives what one needs to reach it, with exit code 0."""
    done = seatrial("status", "--name", cluster.name)
    assert done.returncode == 0
    assert f"https://127.0.0.1:{cluster.api_port}" in done.stdout
    assert f"pid {cluster.node_pid} " in done.stdout


@pytest.mark.cluster
def test_loading_what_is_no_image_changes_nothing(cluster: EmbeddedCluster) -> None:
    """A file that is no archive is refused before containerd sees it."""
    done = seatrial("load-image", __file__, "--name", cluster.name)
    assert done.returncode == 2
    assert "no tar" in done.stderr
