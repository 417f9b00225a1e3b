"""Says which step is under way and how long each one took.

Everything that takes longer than a second or two is given a `Progress`. What does not belong
here: results. They are returned, or raised as a `SeatrialError`.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class Progress(Protocol):
    """Where long work reports its steps."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Enter a step; leaving it says how it ended and how many seconds it took."""

    def note(self, text: str) -> None:
        """Say one thing that the reader should know, such as what is about to be installed."""


class LineProgress:
    """One plain line a finished step: for logs, pipes and CI. Writes to stderr by default."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Report to ``stream``."""
        self._stream = stream if stream is not None else sys.stderr

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Print the step when it ends, failed ones marked so."""
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self._line(f"{name:<44} {time.monotonic() - started:6.1f} s  failed")
            raise
        self._line(f"{name:<44} {time.monotonic() - started:6.1f} s")

    def note(self, text: str) -> None:
        """Print the text as a line."""
        self._line(text)

    def _line(self, text: str) -> None:
        # A reader that has gone (`| head`) must not end what is being done.
        with suppress(OSError):
            print(text, file=self._stream, flush=True)


class TerminalProgress:
    """A spinner while a step runs, and a line once it has ended. Steps may nest."""

    def __init__(self, console: Console) -> None:
        """Report to ``console``."""
        self._console = console
        self._depth = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Spin, then print the step's time. Only the outermost step spins: a terminal has one."""
        started = time.monotonic()
        indent = "  " * self._depth
        self._depth += 1
        try:
            if self._depth == 1:
                with self._console.status(name):
                    yield
            else:
                yield
        except BaseException:
            self._console.print(f"{indent}[red]✗[/red] {name}  {time.monotonic() - started:.1f} s")
            raise
        finally:
            self._depth -= 1
        self._console.print(f"{indent}[green]✓[/green] {name}  {time.monotonic() - started:.1f} s")

    def note(self, text: str) -> None:
        """Print the text as a line."""
        self._console.print(text)


class SilentProgress:
    """Says nothing: for callers that show progress in another way."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:  # noqa: ARG002 - the Protocol's signature
        """Enter the step."""
        yield

    def note(self, text: str) -> None:
        """Drop the text."""


def for_stream(stream: TextIO | None = None) -> Progress:
    """Give the progress that fits ``stream`` (stderr by default): rich on a terminal, else lines.

    Progress goes to stderr, so that a command's stdout holds its result alone.
    """
    target = stream if stream is not None else sys.stderr
    if target.isatty():
        return TerminalProgress(Console(file=target, highlight=False))
    return LineProgress(target)
