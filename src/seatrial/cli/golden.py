"""``seatrial golden``: record what a trusted deployment answers, and check such a record."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seatrial import config as configuration
from seatrial import golden, progress
from seatrial.errors import UsageError
from seatrial.golden import GoldenError, Tolerance
from seatrial.trial.body import check_arms, default_body
from seatrial.trial.clusters import standing
from seatrial.workload import record_golden

if TYPE_CHECKING:
    from seatrial.config import Config

app = typer.Typer(
    help="Golden sets: inputs with each arm's right answers. The form: golden/README.md.",
    no_args_is_help=True,
)
File = Annotated[
    Path | None,
    typer.Argument(
        help="The golden set. Default: request.golden of the configuration.", show_default=False
    ),
]
Settings = Annotated[Path, typer.Option("--config", help="The configuration.")]


@app.command()
def record(
    file: File = None,
    *,
    settings: Settings = Path("seatrial.toml"),
    inputs: Annotated[
        Path | None,
        typer.Option(
            help="Request bodies, a JSON list of them. Default: seeded ones for the default models."
        ),
    ] = None,
    number: Annotated[int, typer.Option(min=2, help="How many seeded inputs.")] = 16,
    times: Annotated[int, typer.Option(min=2, help="Answers of each arm to each input.")] = 3,
    relative: Annotated[float, typer.Option(min=0.0, help="Relative tolerance.")] = 1e-6,
    absolute: Annotated[float, typer.Option(min=0.0, help="Absolute tolerance.")] = 1e-6,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite the file.")] = False,
) -> None:
    """Ask a deployment that you trust for its answers, and write them down as the right ones.

    Asked is request.url, else the configured cluster's Service; nothing is deployed. Every arm has
    to answer every input several times; replicas that disagree are an error that names them.
    """
    config = configuration.read(settings)
    target = _file(file, config)
    if target.exists() and not replace:
        raise UsageError(f"record {target}", got="a file of that name", mend="add --replace")
    requests = _requests(inputs) if inputs else _seeded(number, config.load.seed)
    tolerance = Tolerance(relative, absolute)
    shown = progress.for_stream()
    with nullcontext() if config.request.url else standing(config) as cluster:
        found = record_golden(
            cluster, config, requests, tolerance=tolerance, times=times, progress=shown
        )
    golden.write(found.golden, target)
    typer.echo(f"{target}: {_summary(found.golden)}, from {len(found.replicas)} named replicas")


@app.command()
def check(file: File = None, settings: Settings = Path("seatrial.toml")) -> None:
    """Check that a golden set can be compared with, and could fail (exit code 2 if not)."""
    config = configuration.read(settings)
    target = _file(file, config)
    found = golden.read(target)
    check_arms(found, config, target)
    typer.echo(f"{target}: {_summary(found)}")


def _summary(found: golden.Golden) -> str:
    bounds = f"{found.tolerance.relative:g} relative, {found.tolerance.absolute:g} absolute"
    return f"{len(found.inputs)} inputs, answers of {', '.join(found.arms)}, tolerance {bounds}"


def _file(given: Path | None, config: Config) -> Path:
    if given is not None:
        return given
    if not config.request.golden:
        raise UsageError(
            "find the golden set", got="no request.golden", mend="name the file, or set that key"
        )
    return config.path(config.request.golden)


def _seeded(number: int, seed: int) -> list[bytes]:
    """Return bodies for the default models that ask for the probabilities of both classes."""
    return [default_body(seed + item, "predict_proba") for item in range(number)]


def _requests(file: Path) -> list[bytes]:
    attempt = f"read the inputs {file}"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise GoldenError(attempt, got=str(cause), expected="a JSON list") from cause
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise GoldenError(attempt, got="something else", expected="a JSON list of request bodies")
    return [json.dumps(item).encode() for item in content]
