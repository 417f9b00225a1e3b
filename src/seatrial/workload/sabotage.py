"""Making a workload bad on purpose, once it has settled: how the suite proves that it can fail.

A sabotage is a kustomization that replaces or adds ConfigMaps which running pods read anew. It
is applied, seen to take effect and put back like any other overlay.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.errors import UsageError
from seatrial.workload.apply import apply
from seatrial.workload.asking import ask, tries_for
from seatrial.workload.record import WorkloadError
from seatrial.workload.roll_back import roll_back
from seatrial.workload.signs import bad_or_slow, differs

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.golden import Golden
    from seatrial.progress import Progress
    from seatrial.workload.record import AppliedWorkload
    from seatrial.workload.signs import Sign

#: An annotation on a pod makes its kubelet refresh the pod's ConfigMaps now, not in a minute.
TOUCH = "seatrial.dev/touched"
#: So many answers alike, one after another, come from all proxies and replicas.
ALIKE = 8


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way of making the workload bad.

    ``folder`` is below the overlays' sibling ``sabotage``; ``reads`` is the label selector of the
    pods that read what it changes. An answer shows by ``sign`` that it is in effect; ``share`` is
    the least share of the answers that do, 1 for all of them.
    """

    name: str
    folder: str
    reads: str
    sign: Sign = bad_or_slow
    share: float = 1.0

    @property
    def row(self) -> int:
        """How many answers in a row without a sign say that it is not in effect."""
        return ALIKE if self.share >= 1 else tries_for(self.share)


SABOTAGES = {
    item.name: item
    for item in (
        Sabotage("dead-port", "dead-port", "app.kubernetes.io/name=seldon-envoy"),
        Sabotage("slow-model", "slow-model", "app.kubernetes.io/name=mlserver"),
        # One replica of three, which answers a third of the requests, give or take a quarter.
        Sabotage(
            "stale-model", "stale-model", "app.kubernetes.io/name=mlserver", differs, share=0.25
        ),
    )
}


def sabotage(
    cluster: Cluster,
    config: Config,
    name: str,
    *,
    body: bytes,
    golden: Golden | None,
    progress: Progress,
    deadline_s: float = 20.0,
) -> AppliedWorkload:
    """Apply the sabotage ``name`` and return once answers show it; put back by ``undo_sabotage``.

    ``body`` is sent; with a golden set it is that of the set's first input. Raises UsageError for
    an unknown name, WorkloadError when nothing shows after ``deadline_s``; it is undone then.
    """
    chosen = _chosen(name)
    folder = config.path(config.target.overlay).parent.parent / "sabotage" / chosen.folder
    applied = apply(cluster, folder, namespace=config.target.namespace, progress=progress)
    asking = _Asking(cluster, config, chosen, body, golden)
    try:
        with progress.step(f"sabotage {name} takes effect"):
            asking.until(in_effect=True, deadline_s=deadline_s)
    except BaseException:
        roll_back(cluster, applied, progress=progress)
        asking.touch()
        raise
    return applied


def undo_sabotage(
    cluster: Cluster,
    config: Config,
    name: str,
    applied: AppliedWorkload,
    *,
    body: bytes,
    golden: Golden | None,
    progress: Progress,
    deadline_s: float = 20.0,
) -> None:
    """Roll the sabotage back and return once no answer shows it any more. Raises WorkloadError."""
    roll_back(cluster, applied, progress=progress)
    with progress.step(f"sabotage {name} is undone"):
        asking = _Asking(cluster, config, _chosen(name), body, golden)
        asking.until(in_effect=False, deadline_s=deadline_s)


def _chosen(name: str) -> Sabotage:
    if name not in SABOTAGES:
        raise UsageError("sabotage the workload", got=name, expected=" or ".join(SABOTAGES))
    return SABOTAGES[name]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asking the workload until its answers show that a sabotage is in effect, or is not."""

    cluster: Cluster
    config: Config
    chosen: Sabotage
    body: bytes
    golden: Golden | None

    def until(self, *, in_effect: bool, deadline_s: float) -> None:
        """Touch the pods and ask, again and again, until the answers say so."""
        end = time.monotonic() + deadline_s
        while True:
            self.touch()
            holds, seen = self._look(in_effect=in_effect)
            if holds:
                return
            if time.monotonic() > end:
                break
        raise WorkloadError(
            f"see the sabotage {self.chosen.name} {'take effect' if in_effect else 'end'}",
            got=f"{seen}, still after {deadline_s:g} s",
            expected=f"answers that show it by: {self.chosen.sign.__name__}"
            if in_effect
            else "good answers",
        )

    def touch(self) -> None:
        """Make the kubelets give the pods their ConfigMaps anew."""
        flags = [
            f"--namespace={self.config.target.namespace}",
            f"--selector={self.chosen.reads}",
            "--overwrite",
        ]
        value = f"{TOUCH}={time.time_ns()}"
        self.cluster.kubectl("annotate", "pods", *flags, value, timeout_s=30.0)

    def _look(self, *, in_effect: bool) -> tuple[bool, str]:
        """Ask a row of answers; return whether it shows what was asked, and the last answer.

        In effect everywhere: all of a row show it. In a part: one does. Not in effect: none does.
        """
        in_part = in_effect and self.chosen.share < 1
        seen = "no answer yet"
        for _ in range(self.chosen.row):
            try:
                answer = ask(self.cluster, self.config, self.body)
            except ClusterError as error:
                # A slow answer looks like an API that gives none: it shows nothing, yet.
                return False, error.got
            seen = f"an answer of {answer.status} after {answer.seconds * 1000:.0f} ms"
            shows = self.chosen.sign(answer, self.golden)
            if in_part and shows:
                return True, seen
            if not in_part and shows != in_effect:
                return False, seen
        return not in_part, seen
