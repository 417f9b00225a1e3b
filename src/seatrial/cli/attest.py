"""``seatrial attest``: is all that a trial may touch as it was? Two snapshots of a live cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from seatrial import attestation, timeline
from seatrial import config as configuration
from seatrial.errors import EXIT_FAIL, UsageError
from seatrial.timeline import Snapshot  # noqa: TC001 -- read_part reads the annotations
from seatrial.trial.clusters import standing

app = typer.Typer(
    no_args_is_help=True,
    help="Is all that a trial may touch as it was? Compares two snapshots: of workload, proxies, "
    "autoscaler, Services, ConfigMaps, budgets, policies, quotas, pods, nodes and what is left of "
    "seatrial's own. Nothing is changed. Values that may be secret are in them as digests.",
)
File = Annotated[Path, typer.Argument(help="The snapshot, JSON.", show_default=False)]
Settings = Annotated[Path, typer.Option("--config", help="The configuration.")]
Kubeconfig = Annotated[
    Path | None, typer.Option(help="An existing cluster's, with --context.", show_default=False)
]
Context = Annotated[
    str | None, typer.Option(help="The context in that kubeconfig.", show_default=False)
]
Settle = Annotated[
    float, typer.Option(min=0.0, help="Seconds at most for what is under way to end.")
]


@dataclass(frozen=True, slots=True)
class SavedSnapshot:
    """A snapshot, and of what: snapshots of two workloads are never compared."""

    context: str
    namespace: str
    workload: str
    snapshot: Snapshot


@app.command()
def snapshot(
    file: File,
    settings: Settings = Path("seatrial.toml"),
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    settle: Settle = attestation.SETTLE_S,
) -> None:
    """Write a snapshot of the configured cluster's workload to FILE."""
    found = _taken(settings, kubeconfig, context, settle, None)
    try:
        timeline.save_part(file.parent, file.name, found)
    except OSError as cause:
        raise UsageError(
            f"write {file}", got=str(cause), mend="name a file there is room for"
        ) from (cause)
    typer.echo(f"{file}: {_counts(found.snapshot)}")


@app.command()
def compare(
    file: File,
    settings: Settings = Path("seatrial.toml"),
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    settle: Settle = attestation.SETTLE_S,
) -> None:
    """Print each field that differs from FILE. Exit codes: 0 nothing does, 1 something does."""
    before = _read(file)
    now = _taken(settings, kubeconfig, context, settle, before.snapshot)
    _check_same(file, before, now)
    found = attestation.differences(before.snapshot, now.snapshot)
    for change in found:
        typer.echo(str(change))
    if found:
        raise typer.Exit(EXIT_FAIL)
    typer.echo(f"equal: {_counts(now.snapshot)}")


def _read(file: Path) -> SavedSnapshot:
    found = timeline.read_part(SavedSnapshot, file)
    if found is None:
        raise UsageError(
            f"compare with {file}", got="no such file", mend=f"seatrial attest snapshot {file}"
        )
    return found


def _taken(
    settings: Path,
    kubeconfig: Path | None,
    context: str | None,
    settle: float,
    before: Snapshot | None,
) -> SavedSnapshot:
    config = configuration.read(settings, kubeconfig=kubeconfig, context=context)
    target = config.target
    with standing(config) as cluster:
        if before is None:
            found = attestation.settled(cluster, target, deadline_s=settle)
        else:
            found = attestation.settled_as(cluster, target, before, deadline_s=settle)
        return SavedSnapshot(cluster.context, target.namespace, target.workload, found)


def _check_same(file: Path, before: SavedSnapshot, now: SavedSnapshot) -> None:
    was, is_ = _what(before), _what(now)
    if was != is_:
        raise UsageError(
            f"compare with {file}",
            got=f"a snapshot of {was}",
            expected=f"one of {is_}",
            mend="choose the cluster and the workload that it was taken of",
        )


def _what(saved: SavedSnapshot) -> str:
    return f"{saved.workload} in {saved.namespace} of {saved.context}"


def _counts(found: Snapshot) -> str:
    pods = sum(item.count for item in found.pods)
    return f"{len(found.objects)} objects and {pods} pods"
