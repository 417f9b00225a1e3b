"""Loads image archives into a running cluster, through containerd inside the node."""

from __future__ import annotations

import subprocess
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
    present = _ctr(node_pid, "list", "--quiet", stdin=subprocess.DEVNULL).stdout.split()
    if absent := [name for name in names if name not in present]:
        raise _refused(file, f"containerd took the file but lists no {', '.join(absent)}")
    return names


def _ctr(node_pid: int, *arguments: str, stdin: int) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["nsenter", "--target", str(node_pid), "--mount", *_CTR, *arguments],  # noqa: S607
            stdin=stdin,
            capture_output=True,
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


def _refused(file: Path, got: str) -> SeatrialError:
    return SeatrialError(
        f"load the image archive {file}",
        got=got,
        expected="containerd to import it",
        mend="check that it is whole and made for this machine's architecture",
    )
