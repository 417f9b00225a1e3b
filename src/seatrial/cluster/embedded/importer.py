"""Fills an image store: runs containerd over it, imports archives, and ends containerd cleanly.

Run as PID 1 of private namespaces: ``python -m seatrial.cluster.embedded.importer ROOT TAR...``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import mounts, probes, settings
from seatrial.cluster.embedded.components import Probe
from seatrial.cluster.embedded.layout import CONTAINERD_SOCKET
from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SOCKET_DEADLINE_S = 30.0
_STOP_TIMEOUT_S = 30.0
_IMPORT_TIMEOUT_S = 300.0
_CTR = ("ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io")


def main() -> int:
    """Import every archive named on the command line; 0 only when all are in."""
    root, *archives = (Path(argument) for argument in sys.argv[1:])
    try:
        mounts.isolate_paths()
        _import_all(root, archives)
    except SeatrialError as error:
        # Last, so that the reader of the log's end sees it.
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _import_all(root: Path, archives: Sequence[Path]) -> None:
    settings_file = Path("/run/containerd.toml")
    settings_file.write_text(settings.containerd_settings(root, Path("/run/cni"), "unused"))
    with subprocess.Popen(["containerd", "--config", str(settings_file)]) as containerd:  # noqa: S607
        try:
            _wait(containerd)
            for archive in archives:
                _import(archive)
        finally:
            # SIGTERM, so that containerd closes its databases; killed, they would need repair.
            containerd.terminate()
            containerd.wait(_STOP_TIMEOUT_S)


def _import(archive: Path) -> None:
    done = subprocess.run(
        [*_CTR, "images", "import", str(archive)],
        stderr=subprocess.PIPE,
        text=True,
        timeout=_IMPORT_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise SeatrialError(f"import {archive}", got=done.stderr.strip())


def _wait(containerd: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SOCKET_DEADLINE_S
    while not probes.ready(Probe("socket", CONTAINERD_SOCKET), Path("/nonexistent")):
        if containerd.poll() is not None:
            raise SeatrialError("start containerd", got=f"exit code {containerd.returncode}")
        if time.monotonic() > until:
            raise DeadlineError(
                "start containerd",
                got=f"no socket {CONTAINERD_SOCKET}",
                expected=f"it within {_SOCKET_DEADLINE_S:g} s",
            )
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
