"""``seatrial slo``: which promises the documents make, and whether they can be read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from seatrial import config, objectives
from seatrial.cli import listing
from seatrial.cli.records import named
from seatrial.slo import explain, meaning, promised
from seatrial.trial import BY_NAME
from seatrial.trial.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.slo import Objective
    from seatrial.timeline import Plan

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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with documents and titles.")]
CONFIG = Path("seatrial.toml")


@app.command(name="list")
def list_objectives(
    slos: Documents = Path("slos"),
    profile: Profile = None,
    as_json: AsJson = False,  # noqa: FBT002 -- a flag of the command line
) -> None:
    """List every objective: its name, phase and scenario, what it promises, the least N.

    In a pipe each is one line, with its document.
    """
    found = objectives.read(slos, profile)
    if as_json:
        listed = [listing.plain(item) for item in found]
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    elif sys.stdout.isatty():
        Console().print(listing.for_terminal(found))
    else:
        Console(width=listing.ENDLESS).print(listing.for_pipe(found))
    say_profiles(slos, profile)


def say_profiles(slos: Path, used: str | None) -> None:
    """Name the profiles that are not in use: nothing that stands there is passed over unsaid."""
    others = [name for name in objectives.profiles(slos) if name != used]
    if others:
        typer.echo(f"profiles not in use: {', '.join(others)}", err=True)


@app.command()
def check(slos: Documents = Path("slos"), profile: Profile = None) -> None:
    """Check that every document can be judged. The error names file, line and key (exit code 2)."""
    found = objectives.read(slos, profile)
    typer.echo(f"{len(found)} objectives, each of them can be judged")
    say_profiles(slos, profile)


@app.command(name="explain")
def explain_objective(
    name: Annotated[str | None, typer.Argument(help="An objective. Default: all, briefly.")] = None,
    slos: Annotated[Path, typer.Option(help="OpenSLO documents, a file or a folder.")] = Path(
        "slos"
    ),
    profile: Profile = None,
) -> None:
    """Say what an objective means, how much decides it, and what would make it FAIL.

    Seconds are by the phases and rates of seatrial.toml in this folder, where there is one.
    """
    found = objectives.read(slos, profile)
    if name is None:
        for item in found:
            typer.echo(f"{item.name}: {meaning(item)}")
        return
    _explain(named(name, found, slos))


def _plans(scenarios: Iterable[str]) -> list[Plan]:
    """Return what trials of these scenarios would set out to do."""
    if not CONFIG.is_file():
        return []
    configured = config.read(CONFIG)
    made = [BY_NAME[name](configured) for name in scenarios]
    return [
        make_plan(
            item.settings(configured), item, trial=item.name, epoch_wall="", epoch_monotonic_ns=0
        )
        for item in made
    ]


def _explain(item: Objective) -> None:
    told = explain(item, _plans(item.scenarios))
    typer.echo(f"{item.name}: {item.title} ({promised(item)})")
    typer.echo(f"  means         {told.means}")
    typer.echo(f"  judged by     {told.where}")
    typer.echo(f"  decided by    {told.decides}")
    typer.echo(f"  FAIL          {told.fails}")
    typer.echo(f"  INCONCLUSIVE  {told.undecided}")
    typer.echo(f"  guards        {', '.join(told.guards)}")
    typer.echo(f"  written in    {item.source}")
