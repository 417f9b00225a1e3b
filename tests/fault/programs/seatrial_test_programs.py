"""Activities of tests: each runs a program of this machine. Found by PYTHONPATH."""

from __future__ import annotations

import shlex
import subprocess

__all__ = ["run"]


def run(path: str, arguments: str = "") -> int:
    """Run a program to its end. Raises CalledProcessError where it fails."""
    return subprocess.check_call([path, *shlex.split(arguments)])
