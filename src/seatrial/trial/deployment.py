"""The workload for a trial's time: applied and serving, and afterwards as it was before."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial import workload
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.trial.clusters import Host
    from seatrial.trial.run import Run


@dataclass(frozen=True, slots=True)
class Deployment:
    """The workload as it serves, and what of it seatrial applied; None where it applied nothing."""

    serving: workload.Serving
    applied: workload.AppliedWorkload | None


@contextmanager
def deployed(host: Host, run: Run) -> Iterator[Deployment]:
    """Give the serving workload; with ``manage`` it was applied for this and is rolled back.

    A sabotage is applied last, once the workload serves, so that a target made bad on purpose is
    never mistaken for one that was not ready.
    """
    with ExitStack() as undo:
        applied = _apply(host, run, undo) if run.config.manage else None
        serving = workload.wait_serving(
            host.cluster, run.config, body=run.bodies[0], progress=run.progress
        )
        if applied is not None:
            _check_effect(host, applied)
        if run.scenario.sabotage:
            _sabotage(host, run, undo)
        yield Deployment(serving, applied)


def _apply(host: Host, run: Run, undo: ExitStack) -> workload.AppliedWorkload:
    overlay = run.config.path(run.config.target.overlay)
    applied = workload.apply(
        host.cluster,
        overlay,
        namespace=run.config.target.namespace,
        progress=run.progress,
        fresh_namespace=run.fresh_namespace,
    )
    # A temporary cluster ends right after the trial, and takes the workload with it.
    if not host.temporary:
        undo.callback(workload.roll_back, host.cluster, applied, progress=run.progress)
    texts = (workload.redacted(item).text for item in applied.applied)
    text = "---\n".join(f"{text.rstrip()}\n" for text in texts)
    (run.directory / "manifests.yaml").write_text(text, encoding="utf-8")
    return applied


def _check_effect(host: Host, applied: workload.AppliedWorkload) -> None:
    """Refuse to try a workload that is not the declared one, whatever it serves."""
    missing = workload.shortfalls(host.cluster, applied)
    if missing:
        raise workload.WorkloadError(
            "see the applied overlay in effect",
            got="; ".join(str(item) for item in missing),
            expected="everything as it was declared",
            mend="find who writes these fields: kubectl get --show-managed-fields",
        )


def _sabotage(host: Host, run: Run, undo: ExitStack) -> None:
    name = run.scenario.sabotage
    if not run.config.manage:
        raise UsageError(
            f"apply the sabotage {name}",
            got="target.manage = false",
            expected="a workload that seatrial deployed itself",
            mend="sabotage only what is managed",
        )
    applied = workload.sabotage(
        host.cluster,
        run.config,
        name,
        body=run.bodies[0],
        golden=run.golden,
        progress=run.progress,
    )
    if not host.temporary:
        undo.callback(
            workload.undo_sabotage,
            host.cluster,
            run.config,
            name,
            applied,
            body=run.bodies[0],
            golden=run.golden,
            progress=run.progress,
        )
