"""``seatrial rights``: what a trial may do in the configured cluster, and what it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial import config as configuration
from seatrial import rights
from seatrial.errors import EXIT_ENVIRONMENT, UsageError
from seatrial.slo import SCENARIOS
from seatrial.trial import BY_NAME
from seatrial.trial.clusters import standing
from seatrial.trial.permitted import parts_of

Settings = Annotated[Path, typer.Option("--config", help="The configuration.")]


def rights_command(
    scenario: Annotated[str, typer.Argument(help=f"One of {', '.join(SCENARIOS)}.")] = SCENARIOS[0],
    settings: Settings = Path("seatrial.toml"),
    kubeconfig: Annotated[Path | None, typer.Option(help="With --context.")] = None,
    context: Annotated[str | None, typer.Option(help="With --kubeconfig.")] = None,
) -> None:
    """List every right that a trial uses, by part, and say whether the kubeconfig has it.

    The parts' roles are in k8s/rbac. Exit code 3 when a right is missing. Nothing is changed.
    """
    if scenario not in BY_NAME:
        raise UsageError("list rights", got=scenario, expected=" or ".join(BY_NAME))
    config = configuration.read(settings, kubeconfig=kubeconfig, context=context)
    made = BY_NAME[scenario](config)
    config = made.settings(config)
    with standing(config) as cluster:
        wanted = rights.rights(parts_of(cluster, config, made), config)
        lacking = set(rights.missing(cluster, wanted))
    for right in wanted:
        typer.echo(f"{'no ' if right in lacking else 'yes'}  {right.part:<14}  {right}")
    if lacking:
        files = ", ".join(dict.fromkeys(right.part.file for right in wanted if right in lacking))
        typer.echo(f"{len(lacking)} of {len(wanted)} are missing: see {files}", err=True)
        raise typer.Exit(EXIT_ENVIRONMENT)
