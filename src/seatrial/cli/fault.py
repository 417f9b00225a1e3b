"""``seatrial fault``: the catalogue of faults, and what one would hit. It breaks nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from seatrial import rights
from seatrial.config import read
from seatrial.fault.activities import OWN
from seatrial.fault.catalogue import CATALOGUE, Fault, of_kind
from seatrial.fault.experiment import check
from seatrial.trial.preview import preview

app = typer.Typer(
    help="The catalogue of faults. Each is a Chaos Toolkit experiment, experiments/KIND.yaml.",
    no_args_is_help=True,
)
Kind = Annotated[str, typer.Argument(help="A kind of the catalogue, such as kill-replica.")]
Experiments = Annotated[Path, typer.Option(help="The folder of the experiments.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FOLDER = Path("experiments")


@app.command(name="list")
def list_faults(
    as_json: AsJson = False,  # noqa: FBT002 -- a flag of the command line
) -> None:
    """List every kind of fault, in the order in which a nightly run holds them."""
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in CATALOGUE], indent=2))
        return
    width = max(len(row.kind) for row in CATALOGUE)
    for row in CATALOGUE:
        typer.echo(f"{row.kind:{width}}  {row.title}")


@app.command()
def show(kind: Kind, experiments: Experiments = FOLDER) -> None:
    """Say what a fault does, how it is undone and what it needs; check its experiment's file."""
    row = of_kind(kind)
    file = experiments / row.file
    check(file)
    for name, words in _told(row, file):
        typer.echo(f"{name:12}{words}")


@app.command()
def plan(
    kind: Kind,
    replica: Annotated[
        str, typer.Option(help="Which one: a pattern for its whole name. Default: the seed's.")
    ] = "",
    configuration: Annotated[Path, typer.Option("--config", help="The configuration file.")] = Path(
        "seatrial.toml"
    ),
    kubeconfig: Annotated[
        Path | None, typer.Option(help="An existing cluster's kubeconfig, with --context.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="The context in that kubeconfig.")] = None,
) -> None:
    """Say which objects a fault would hit now, and what forbids it. Nothing is changed.

    It chooses as the fault would, by the same seed, and is refused for the same reasons: exit code
    2 beyond the limits of [fault], 3 when nothing can be chosen or a right is missing.
    """
    found = preview(read(configuration, kubeconfig=kubeconfig, context=context), kind, replica)
    for item in found:
        typer.echo(f"would hit {item}")


def _told(row: Fault, file: Path) -> tuple[tuple[str, str], ...]:
    undone = "its undo record is replayed" if row.record else "nothing can be given back"
    length = "for SEATRIAL_FAULT_S seconds" if row.timed else "at one instant"
    return (
        ("does", row.title),
        ("when", length),
        ("target", row.becomes.value),
        ("undone", undone),
        ("writes", ", ".join(row.writes) or "no declared state"),
        ("nodes", f"{row.nodes} or more"),
        ("rights", ", ".join(part.file for part in rights.of_faults([f"{OWN}.{row.action}"]))),
        ("consent", f'fault.allow = ["{row.kind}"]' if row.consent else "fault.allowed_context"),
        ("file", str(file)),
    )
