"""A run that is asked to end unwinds what it began."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

CODE = """
import signal, sys, time
from fixtures.ending import end_on_termination
end_on_termination()
try:
    print("begun", flush=True)
    signal.pause()
finally:
    print("put back", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_termination_unwinds(number: signal.Signals) -> None:
    """SIGTERM and SIGHUP run what a trial registered for its end, as Ctrl-C does."""
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "begun\n"
        process.send_signal(number)
        assert said.readline() == "put back\n"
    assert process.wait(10) != 0
