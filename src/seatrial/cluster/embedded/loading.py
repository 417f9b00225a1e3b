"""Loads image archives into a running cluster, through containerd inside the node."""

from __future__ import annotations

import subprocess
import tempfile
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import archive
from seatrial.cluster.embedded.layout import CONTAINERD_SOCKET
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_S = 600
_CTR = ("ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io", "images")


def load(node_pid: int, file: Path) -> tuple[str, ...]:
    """Load every image of ``file`` and give their complete names, once containerd lists them.

    ``node_pid`` is the node's PID 1. Raises `UsageError` for a file that is no archive of named
    images, `SeatrialError` if containerd refuses it.
    """
    names = archive.names(file)
    # Through stdin: the node's mount namespace need not show the file's place.
    with file.open("rb") as content:
        done = _ctr(node_pid, "import", "-", stdin=content.fileno())
    if done.returncode != 0:
        raise _refused(file, done.stderr.strip() or done.stdout.strip())
    present = _names(node_pid)
    if absent := [name for name in names if name not in present]:
        raise _refused(file, f"containerd took the file but lists no {', '.join(absent)}")
    return names


def copy_missing(source_pid: int, target_pid: int) -> tuple[str, ...]:
    """Copy to one node the images that another has and it has not; give their names."""
    present = _names(target_pid)
    absent = tuple(name for name in _names(source_pid) if name not in present)
    for name in absent:
        with tempfile.TemporaryFile() as archived:
            done = _ctr(source_pid, "export", "-", name, stdout=archived.fileno())
            if done.returncode == 0:
                archived.seek(0)
                done = _ctr(target_pid, "import", "-", stdin=archived.fileno())
        if done.returncode != 0:
            raise _refused(name, done.stderr.strip())
    return absent


def _names(node_pid: int) -> tuple[str, ...]:
    """List the images by their names; containerd also lists each under its digest."""
    listed = _ctr(node_pid, "list", "--quiet").stdout.split()
    return tuple(name for name in listed if not name.startswith("sha256:"))


def _ctr(
    node_pid: int,
    *arguments: str,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["nsenter", "--target", str(node_pid), "--mount", *_CTR, *arguments],  # noqa: S607
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SeatrialError(
            f"ask containerd to {' '.join(arguments)}",
            got=f"no end within {_TIMEOUT_S} s",
            expected="its answer",
            mend="see containerd.log of the cluster",
        ) from error


def _refused(what: Path | str, got: str) -> SeatrialError:
    return SeatrialError(
        f"load the image archive {what}",
        got=got,
        expected="containerd to import it",
        mend="check that it is whole and made for this machine's architecture",
    )
