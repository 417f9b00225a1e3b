"""Making a workload bad on purpose, once it has settled: how the suite proves that it can fail.

A sabotage is a kustomization that replaces or adds ConfigMaps which running pods read anew. It
is applied, seen to take effect and put back like any other overlay.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.errors import UsageError
from seatrial.workload.apply import apply
from seatrial.workload.asking import ask
from seatrial.workload.record import WorkloadError
from seatrial.workload.roll_back import roll_back

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.progress import Progress
    from seatrial.workload.record import AppliedWorkload

#: An annotation on a pod makes its kubelet refresh the pod's ConfigMaps now, not in a minute.
TOUCH = "seatrial.dev/touched"
#: Below the deadline of a client and above any promise: an answer this slow is a bad one.
SLOW_S = 0.3
#: So many answers alike, one after another, come from all proxies and replicas.
ALIKE = 8


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way of making the workload bad.

    ``folder`` is below the overlays' sibling ``sabotage``; ``reads`` is the label selector of the
    pods that read what it changes.
    """

    name: str
    folder: str
    reads: str


SABOTAGES = {
    item.name: item
    for item in (
        Sabotage("dead-port", "dead-port", "app.kubernetes.io/name=seldon-envoy"),
        Sabotage("slow-model", "slow-model", "app.kubernetes.io/name=mlserver"),
    )
}


def sabotage(
    cluster: Cluster,
    config: Config,
    name: str,
    *,
    body: bytes,
    directory: Path,
    progress: Progress,
    deadline_s: float = 20.0,
) -> AppliedWorkload:
    """Apply the sabotage ``name`` and return once answers are bad; put back by ``undo_sabotage``.

    Raises UsageError for an unknown name, WorkloadError when answers are still good after
    ``deadline_s``; the sabotage is undone then.
    """
    chosen = _chosen(name)
    folder = config.path(config.target.overlay).parent.parent / "sabotage" / chosen.folder
    applied = apply(
        cluster, folder, directory=directory, progress=progress, record=f"sabotage-{name}.json"
    )
    try:
        with progress.step(f"sabotage {name} takes effect"):
            _until(cluster, config, chosen, body, bad=True, deadline_s=deadline_s)
    except BaseException:
        roll_back(cluster, applied, progress=progress)
        _touch(cluster, config.target.namespace, chosen.reads)
        raise
    return applied


def undo_sabotage(
    cluster: Cluster,
    config: Config,
    name: str,
    applied: AppliedWorkload,
    *,
    body: bytes,
    progress: Progress,
    deadline_s: float = 20.0,
) -> None:
    """Roll the sabotage back and return once answers are good again. Raises WorkloadError."""
    roll_back(cluster, applied, progress=progress)
    with progress.step(f"sabotage {name} is undone"):
        _until(cluster, config, _chosen(name), body, bad=False, deadline_s=deadline_s)


def _chosen(name: str) -> Sabotage:
    if name not in SABOTAGES:
        raise UsageError("sabotage the workload", got=name, expected=" or ".join(SABOTAGES))
    return SABOTAGES[name]


def _until(
    cluster: Cluster, config: Config, chosen: Sabotage, body: bytes, *, bad: bool, deadline_s: float
) -> None:
    """Touch the pods and ask, until ALIKE answers in a row are bad (or good)."""
    end = time.monotonic() + deadline_s
    seen = "nothing yet"
    while time.monotonic() < end:
        _touch(cluster, config.target.namespace, chosen.reads)
        row = 0
        while row < ALIKE:
            answer = ask(cluster, config, body)
            seen = f"{answer.status} after {answer.seconds * 1000:.0f} ms"
            if (not answer.ok or answer.seconds > SLOW_S) != bad:
                break
            row += 1
        else:
            return
    raise WorkloadError(
        f"see the sabotage {chosen.name} {'take effect' if bad else 'end'}",
        got=f"an answer of {seen}, still after {deadline_s:g} s",
        expected="bad answers" if bad else "good answers",
    )


def _touch(cluster: Cluster, namespace: str, selector: str) -> None:
    value = f"{TOUCH}={time.time_ns()}"
    flags = [f"--namespace={namespace}", f"--selector={selector}", "--overwrite"]
    cluster.kubectl("annotate", "pods", *flags, value, timeout_s=30.0)
