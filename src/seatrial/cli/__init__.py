"""The command line, ``seatrial``: each command is a thin call of the library; errors end here."""

from __future__ import annotations

import sys
import traceback

import typer

from seatrial.cli import attest as attest_commands
from seatrial.cli import cluster as cluster_commands
from seatrial.cli import fault as fault_commands
from seatrial.cli import faults as faults_command
from seatrial.cli import golden as golden_commands
from seatrial.cli import judge as judge_command
from seatrial.cli import report as report_command
from seatrial.cli import rights as rights_command
from seatrial.cli import slo as slo_commands
from seatrial.cli import undo as undo_command
from seatrial.errors import EXIT_INCONCLUSIVE, SeatrialError

app = typer.Typer(
    name="seatrial",
    help=(
        "Decides whether a scaled model-serving deployment keeps its promises.\n\n"
        "The trial itself is a pytest run: `pytest slo_tests -m production`. "
        "These commands handle what it needs and what it leaves.\n\n"
        "Exit codes: 0 PASS or done, 1 FAIL, 2 wrong usage, 3 the surroundings did not allow it, "
        "10 INCONCLUSIVE."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(attest_commands.app, name="attest")
app.add_typer(cluster_commands.app, name="cluster")
app.add_typer(fault_commands.app, name="fault")
app.add_typer(golden_commands.app, name="golden")
app.add_typer(slo_commands.app, name="slo")
app.command()(judge_command.judge)
app.command()(faults_command.faults)
app.command()(report_command.report)
app.command()(undo_command.undo)
app.command(name="rights")(rights_command.rights_command)
app.command()(undo_command.undo)


def main() -> None:
    """Run the command line; a SeatrialError is told without a traceback."""
    try:
        app()
    except SeatrialError as error:
        typer.echo(f"seatrial could not {error}", err=True)
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001 -- a defect of seatrial decides nothing: it is no FAIL
        traceback.print_exc()
        sys.exit(EXIT_INCONCLUSIVE)
