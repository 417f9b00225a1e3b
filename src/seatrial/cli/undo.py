"""`seatrial undo`: puts back what a killed run left changed, from the records that it kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from seatrial import config as configuration
from seatrial import progress
from seatrial.cli.listing import ENDLESS
from seatrial.cluster import connect, embedded
from seatrial.cluster.writing import identity
from seatrial.trial.clusters import standing
from seatrial.trial.undoing import everything_left, undo_left
from seatrial.undo.elsewhere import drop_gone, elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster
    from seatrial.undo import Left

_Settings = Annotated[Path, typer.Option("--config", help="The configuration.")]
_Kubeconfig = Annotated[
    Path | None, typer.Option(help="An existing cluster's kubeconfig, with --context.")
]
_Context = Annotated[str | None, typer.Option(help="The context in that kubeconfig.")]
_Namespace = Annotated[
    str,
    typer.Option(
        "--namespace", "-n", help="Look into this namespace alone. Default: into all of them."
    ),
]


def undo(
    *,
    show: Annotated[
        bool, typer.Option("--list", help="Show what is left, and change nothing.")
    ] = False,
    namespace: _Namespace = "",
    kubeconfig: _Kubeconfig = None,
    context: _Context = None,
    settings: _Settings = Path("seatrial.toml"),
) -> None:
    """Put back what a killed run left changed, the newest change first.

    Before anything is changed, a record of how it was is kept twice: in a file on this machine
    and in a ConfigMap in the cluster (label seatrial.dev/undo=true). Either is enough, so this
    works on any machine that reaches the cluster. It may be repeated, and it waits for a trial
    under way; each trial begins with the same for its own namespace.

    Exit codes: 0 nothing is left, 3 something could not be put back; why is told for each.
    """
    if not show:
        for gone in drop_gone():
            typer.echo(f"dropped {gone}", err=True)
    cluster = _cluster(kubeconfig, context, settings)
    if cluster is None:
        typer.echo("nothing is left: the cluster is not up, and took all changes along")
        _tell_others("")
        return
    with cluster:
        if show:
            _show(everything_left(cluster, namespace))
        else:
            _undo(cluster, namespace)
        _tell_others(identity(cluster))


def _undo(cluster: Cluster, namespace: str) -> None:
    done = undo_left(cluster, namespace, progress=progress.for_stream())
    for record, found in done:
        typer.echo(f"{record.id}: {found.said}")
    if not done:
        typer.echo("nothing is left")


def _cluster(kubeconfig: Path | None, context: str | None, settings: Path) -> Cluster | None:
    """Return the cluster; None for a configured embedded one that is not up."""
    if kubeconfig is not None or context is not None:
        # No configuration is needed where the cluster is named: any machine will do.
        return connect(kubeconfig=kubeconfig, context=context)
    config = configuration.read(settings)
    name = config.cluster.embedded
    if config.cluster.kubeconfig is None and name is not None and embedded.status(name) is None:
        return None
    return standing(config)


def _tell_others(uid: str) -> None:
    for other in elsewhere(uid):
        typer.echo(f"also left: {other}", err=True)


def _show(found: Sequence[Left]) -> None:
    if not found:
        typer.echo("nothing is left")
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=ENDLESS)
    table = Table(box=None, pad_edge=False)
    for heading in ("Id", "Since", "Namespace", "What", "Holder", "Found in"):
        table.add_column(heading, no_wrap=not console.is_terminal)
    for item in found:
        what = f"{item.record.what} (can't be undone: {item.problem})"
        row = (item.record.what if not item.problem else what, item.record.holder, item.where)
        since = _since(item.record.made)
        table.add_row(*map(Text, (item.record.id, since, item.record.namespace, *row)))
    console.print(table)


def _since(made: str) -> str:
    """Return an instant to the second, and how long ago it was."""
    try:
        then = datetime.fromisoformat(made)
        ago = datetime.now(UTC) - then
    except (ValueError, TypeError):
        return made
    minutes = int(ago.total_seconds() // 60)
    return f"{then:%Y-%m-%d %H:%M:%S}Z, {minutes // 60} h {minutes % 60} min ago"
