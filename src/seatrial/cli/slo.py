"""``seatrial slo``: which promises the documents make, and whether they can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from seatrial import config, objectives
from seatrial.cli.records import named
from seatrial.slo import Objective, explain, meaning, promised

app = typer.Typer(
    help="The promises, as OpenSLO v1 documents. What a document may say: slos/README.md.",
    no_args_is_help=True,
)
Documents = Annotated[Path, typer.Argument(help="OpenSLO documents: a file or a folder.")]
Profile = Annotated[
    str | None,
    typer.Option(
        help="The folder below whose documents replace those of the same name.",
        show_default=False,
    ),
]
CONFIG = Path("seatrial.toml")


@app.command(name="list")
def list_objectives(slos: Documents = Path("slos"), profile: Profile = None) -> None:
    """List every objective: its name, scenario and phase, what it promises, where it stands."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Objective", "Scenario", "Phase", "Promise", "Least N", "Document"):
        table.add_column(heading, overflow="fold")
    for item in objectives.read(slos, profile):
        promise = (item.phase.value, promised(item), f"{item.floor}", item.source)
        table.add_row(item.name, ", ".join(item.scenarios), *promise)
    Console().print(table)
    _say_profiles(slos, profile)


def _say_profiles(slos: Path, used: str | None) -> None:
    """Name the profiles that are not in use: nothing that stands there is passed over unsaid."""
    others = [name for name in objectives.profiles(slos) if name != used]
    if others:
        typer.echo(f"profiles not in use: {', '.join(others)}", err=True)


@app.command()
def check(slos: Documents = Path("slos"), profile: Profile = None) -> None:
    """Check that every document can be judged. The error names file, line and key (exit code 2)."""
    found = objectives.read(slos, profile)
    typer.echo(f"{len(found)} objectives, each of them can be judged")
    _say_profiles(slos, profile)


@app.command(name="explain")
def explain_objective(
    name: Annotated[str | None, typer.Argument(help="An objective. Default: all, briefly.")] = None,
    slos: Annotated[Path, typer.Option(help="OpenSLO documents, a file or a folder.")] = Path(
        "slos"
    ),
    profile: Profile = None,
) -> None:
    """Say what an objective means, how much decides it, and what would make it FAIL.

    Seconds are at the rate of seatrial.toml in this folder, where there is one.
    """
    found = objectives.read(slos, profile)
    if name is None:
        for item in found:
            typer.echo(f"{item.name}: {meaning(item)}")
        return
    _explain(named(name, found, slos))


def _explain(item: Objective) -> None:
    production = "production" in item.scenarios and CONFIG.is_file()
    told = explain(item, config.read(CONFIG).load.rate if production else None)
    typer.echo(f"{item.name}: {item.title} ({promised(item)})")
    typer.echo(f"  means         {told.means}")
    typer.echo(f"  judged by     {told.where}")
    typer.echo(f"  decided by    {told.decides}")
    typer.echo(f"  FAIL          {told.fails}")
    typer.echo(f"  INCONCLUSIVE  {told.undecided}")
    typer.echo(f"  guards        {', '.join(told.guards) or 'none'}")
    typer.echo(f"  written in    {item.source}")
