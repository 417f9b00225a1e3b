"""What long work shows of its steps."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from seatrial.progress import LineProgress, TerminalProgress, for_stream


def test_a_step_is_told_with_its_time() -> None:
    """A finished step is a line with its name and its seconds."""
    out = io.StringIO()
    with LineProgress(out).step("API server"):
        pass
    assert re.fullmatch(r"API server +\d+\.\d s\n", out.getvalue())


def test_a_failed_step_is_told_as_failed_and_raises_on() -> None:
    """A step that raises is marked; the error goes on to whoever handles it."""
    out = io.StringIO()
    with pytest.raises(ValueError, match="why"), LineProgress(out).step("etcd"):
        raise ValueError("why")
    assert re.fullmatch(r"etcd +\d+\.\d s  failed\n", out.getvalue())


def test_a_terminal_shows_nested_steps_inside_their_own() -> None:
    """Steps may nest: the inner one is told first, set in by two columns."""
    out = io.StringIO()
    progress = TerminalProgress(Console(file=out, force_terminal=False))
    with progress.step("outer"), progress.step("inner"):
        progress.note("a note")
    expected = r"a note\n  ✓ inner  \d+\.\d s\n✓ outer  \d+\.\d s\n"
    assert re.fullmatch(expected, out.getvalue())


def test_a_pipe_gets_plain_lines() -> None:
    """Where there is no terminal, there are no colours and no spinner."""
    assert isinstance(for_stream(io.StringIO()), LineProgress)
