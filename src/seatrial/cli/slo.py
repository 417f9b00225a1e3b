"""``seatrial slo``: which promises the documents make, and whether they can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from seatrial import objectives
from seatrial.slo import promised

app = typer.Typer(
    help="The promises, as OpenSLO v1 documents. What a document may say: slos/README.md.",
    no_args_is_help=True,
)
Documents = Annotated[Path, typer.Argument(help="OpenSLO documents: a file or a folder.")]


@app.command(name="list")
def list_objectives(slos: Documents = Path("slos")) -> None:
    """List every objective: its name, scenario and phase, what it promises, where it stands."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Objective", "Scenario", "Phase", "Promise", "Least N", "Document"):
        table.add_column(heading, overflow="fold")
    for item in objectives.read(slos):
        promise = (item.phase.value, promised(item), f"{item.floor}", item.source)
        table.add_row(item.name, ", ".join(item.scenarios), *promise)
    Console().print(table)


@app.command()
def check(slos: Documents = Path("slos")) -> None:
    """Check that every document can be judged. The error names file, line and key (exit code 2)."""
    found = objectives.read(slos)
    typer.echo(f"{len(found)} objectives, each of them can be judged")
