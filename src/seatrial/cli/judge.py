"""``seatrial judge``: the verdicts on a trial that was recorded before, without any cluster."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from seatrial import objectives, slo, timeline
from seatrial.cli.records import named, print_records
from seatrial.cli.slo import say_profiles
from seatrial.errors import UsageError
from seatrial.report.table import attested_text, figures_table, proxies_table, verdict_table
from seatrial.slo import Outcome
from seatrial.trial import attested
from seatrial.trial.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.slo import Verdict
    from seatrial.timeline import Timeline
    from seatrial.trial import Attested

TrialDirectory = Annotated[
    Path,
    typer.Argument(
        help="A trial's directory: it holds plan.json and the records.", show_default=False
    ),
]
Documents = Annotated[
    Path | None,
    typer.Option(
        "--slos",
        help="OpenSLO documents, a file or a folder. Default: those kept in the trial's directory.",
        show_default=False,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        help="The folder below --slos whose documents replace those of the same name.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as verdicts.json has it.")]
Reasons = Annotated[bool, typer.Option("--reasons", help="Print each verdict's reason, a line.")]
RecordsOf = Annotated[
    str | None,
    typer.Option(
        "--records",
        metavar="OBJECTIVE",
        help="Print the records behind that verdict: requests as CSV, samples as they are.",
        show_default=False,
    ),
]


def _print_schema(asked: bool) -> None:  # noqa: FBT001 -- typer's callback
    if asked:
        schema = files("seatrial.report").joinpath("verdicts.schema.json")
        typer.echo(schema.read_text(encoding="utf-8"), nl=False)
        raise typer.Exit


Schema = Annotated[
    bool,
    typer.Option(
        "--schema", help="Print the JSON Schema of --json.", callback=_print_schema, is_eager=True
    ),
]


def judge(  # noqa: PLR0917 -- each is an option of the command line
    directory: TrialDirectory,
    slos: Documents = None,
    profile: Profile = None,
    as_json: AsJson = False,  # noqa: FBT002 -- a flag of the command line
    reasons: Reasons = False,  # noqa: FBT002 -- the same
    records: RecordsOf = None,
    schema: Schema = False,  # noqa: ARG001, FBT002 -- the same; it is answered before
) -> None:
    """Judge a recorded trial again. Nothing is contacted and nothing is written.

    With the documents kept beside the trial the verdicts are those it had; under other ones
    (--slos) they are what those ask for. What the trial left behind is told, and counts, too.
    Exit codes: 0 PASS, 1 FAIL, 10 INCONCLUSIVE.
    """
    recorded = timeline.load(directory)
    chosen = _documents(directory, slos)
    promises = objectives.read(chosen, profile)
    say_profiles(chosen, profile)
    verdicts = slo.judge(recorded, promises)
    if not verdicts:
        raise UsageError(
            f"judge the trial in {directory}",
            got=f"no promise of the scenario {recorded.plan.judged_as} in {chosen}",
            expected="one at least",
            mend="give a document the label scenario, or name other ones with --slos",
        )
    if slos is None:
        _compare(verdicts, directory / VERDICTS)
    if records is not None:
        print_records(recorded, named(records, promises, directory))
    else:
        _print(recorded, verdicts, reasons=reasons, as_json=as_json)
    said = attested(recorded)
    if said is not None:
        _tell(said, apart=as_json or reasons or records is not None)
    outcomes = [item.outcome for item in verdicts] + ([said.outcome] if said else [])
    raise typer.Exit(Outcome.worst(outcomes).exit_code)


def _print(
    recorded: Timeline, verdicts: Sequence[Verdict], *, reasons: bool, as_json: bool
) -> None:
    if reasons:
        typer.echo("\n".join(verdict.reason for verdict in verdicts))
    elif as_json:
        figures = slo.figures_of(recorded, slo.phases_of(recorded.plan))
        typer.echo(json.dumps(slo.as_json(verdicts, figures), indent=2, ensure_ascii=False))
    else:
        console = Console()
        for table in (figures_table(recorded), proxies_table(recorded), verdict_table(verdicts)):
            console.print(table)


def _tell(said: Attested, *, apart: bool) -> None:
    """Print what was attested; on stderr where stdout is for a program, if it is no PASS."""
    if not apart:
        Console(soft_wrap=True).print(attested_text(said.outcome, said.reason))
    elif said.outcome is not Outcome.PASS:
        Console(soft_wrap=True, stderr=True).print(attested_text(said.outcome, said.reason))


def _documents(directory: Path, given: Path | None) -> Path:
    """Return where the promises stand: nothing is guessed where none were kept."""
    if given is not None:
        return given
    kept = directory / objectives.KEPT
    if not kept.is_dir():
        raise UsageError(
            f"judge the trial in {directory}",
            got=f"no documents kept in {kept}",
            expected="the promises to judge it by",
            mend="name them: --slos slos",
        )
    return kept


def _compare(verdicts: Sequence[Verdict], saved: Path) -> None:
    """Say on stderr which outcomes differ from the saved ones: record or seatrial have changed."""
    if not saved.is_file():
        return
    before = _outcomes(saved)
    for verdict in verdicts:
        was = before.get(verdict.objective, "not judged")
        if was != verdict.outcome:
            text = f"differs from {saved}: {verdict.objective} was {was}, is {verdict.outcome}"
            typer.echo(text, err=True)


def _outcomes(saved: Path) -> dict[str, str]:
    try:
        found = json.loads(saved.read_text(encoding="utf-8"))
        return {item["objective"]: item["outcome"] for item in found["verdicts"]}
    except (ValueError, KeyError, TypeError, OSError) as cause:
        raise UsageError(
            f"compare with the saved verdicts {saved}",
            got=f"{type(cause).__name__}: {cause}",
            expected="verdicts as a trial wrote them",
            mend="remove the file to judge without comparing",
        ) from cause
