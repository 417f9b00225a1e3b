"""``seatrial report``: renders a run's Allure results as one HTML page and prints its path."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seatrial import config, progress
from seatrial.report import allure3

_CONFIG = Path("seatrial.toml")


def report(
    results: Annotated[
        Path | None,
        typer.Argument(help="Directory of Allure results. Default: the last run's under reports/."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Directory of the page. Default: allure-report beside the results."),
    ] = None,
) -> None:
    """Render a run's Allure results as one HTML page and print its path."""
    found = results if results is not None else _last_results()
    target = output if output is not None else found.resolve().with_name("allure-report")
    typer.echo(allure3.render(found, target, progress=progress.for_stream()))


def _last_results() -> Path:
    settings = config.read(_CONFIG)
    return settings.path(settings.reports) / "latest" / "allure-results"
