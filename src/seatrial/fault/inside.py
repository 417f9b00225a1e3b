"""Runs a program inside a container, with its own python3 (``pods/exec``): for its own cgroup."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from seatrial.fault.errors import FaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.cluster import Cluster
    from seatrial.fault.containers import Instance

#: s for an exec and Python's start beside a busy server.
STARTS_WITHIN_S = 20.0


def run(
    cluster: Cluster,
    namespace: str,
    instance: Instance,
    order: Mapping[str, object],
    *,
    timeout_s: float = STARTS_WITHIN_S,
) -> dict[str, Any]:
    """Run ``programs/allocator.py`` there; return the last thing it said.

    Raises ClusterError when it was killed, did not end in time, or could not be started.
    """
    text = files("seatrial.fault.hand.programs").joinpath("allocator.py").read_text("utf-8")
    out = cluster.kubectl(
        *("exec", instance.pod, f"--namespace={namespace}", f"--container={instance.name}"),
        *("--", "python3", "-c", text, json.dumps(order)),
        timeout_s=timeout_s,
    )
    try:
        found: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    except (ValueError, IndexError) as cause:
        raise FaultError(
            f"run a program in {instance.name} of {instance.pod}",
            got=repr(out[-200:]),
            expected="a line of JSON",
        ) from cause
    return found
