"""Makes a `Cluster` of a kubeconfig and context, or of an embedded cluster's name.

Nothing is guessed: no current context, no default kubeconfig, no environment variable.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from seatrial.cluster.client import Api
from seatrial.cluster.credentials import client
from seatrial.cluster.errors import ClusterError
from seatrial.cluster.facade import Cluster
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def connect(
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    embedded: str | None = None,
    read_only: bool = False,
) -> Cluster:
    """Return a cluster whose API server has answered.

    Give ``kubeconfig`` and ``context``, or the name of an ``embedded`` cluster that is up.
    ``read_only``: everything that could change anything there is refused.
    Raises UsageError for a wrong choice, ClusterError when the API can't be reached.
    """
    if embedded is not None and kubeconfig is None and context is None:
        return _embedded(embedded, read_only=read_only)
    if kubeconfig is None or context is None or embedded is not None:
        raise UsageError(
            "choose a cluster",
            got=f"kubeconfig {kubeconfig}, context {context!r}, embedded {embedded!r}",
            expected="a kubeconfig and a context, or else an embedded cluster's name",
            mend="give --kubeconfig together with --context",
        )
    _check_file(kubeconfig)
    api = Api(client(kubeconfig, context), read_only=read_only)
    return _reached(Cluster(context, context, kubeconfig, "existing", None, api))


def _embedded(name: str, *, read_only: bool) -> Cluster:
    # Imported here: an existing cluster needs nothing of what the embedded one is built with.
    from seatrial.cluster.embedded import status  # noqa: PLC0415

    found = status(name)
    if found is None:
        raise ClusterError(
            f"connect to the embedded cluster {name}",
            got="it is not up",
            mend=f"seatrial cluster up --name {name}",
        )
    api = Api(client(found.kubeconfig, found.context), read_only=read_only)
    return _reached(Cluster(name, found.context, found.kubeconfig, "embedded", found.node_pid, api))


def _check_file(kubeconfig: Path) -> None:
    if os.pathsep in str(kubeconfig):
        raise UsageError(
            f"read the kubeconfig {kubeconfig}",
            got="several paths joined by a colon",
            expected="one file",
            mend="merge them: kubectl config view --flatten > one.yaml",
        )
    if not kubeconfig.is_file():
        raise UsageError(
            f"read the kubeconfig {kubeconfig}",
            got="no such file",
            mend="give the path of an existing kubeconfig",
        )


def _reached(found: Cluster) -> Cluster:
    found.version()
    return found
