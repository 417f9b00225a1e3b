"""A trial whose instruments are broken decides nothing: INCONCLUSIVE, whatever it saw."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.load.ledger import PARTIAL_FILE
from seatrial.slo import Outcome
from seatrial.trial import production

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config

    from .conftest import Hold

pytestmark = pytest.mark.sabotage
WAIT_S = 300.0


def _kill_load_when_it_runs(directory: Path, stop: threading.Event) -> None:
    """Wait for the load's first records in ``directory``, then SIGKILL the load process."""
    while not (directory / PARTIAL_FILE).exists():
        if stop.wait(0.2):
            return
    stop.wait(15.0)
    for child in psutil.Process().children(recursive=True):
        if "locust" in " ".join(child.cmdline()):
            os.kill(child.pid, signal.SIGKILL)


def test_a_load_killed_in_the_middle_decides_nothing(
    config: Config, hold: Hold, tmp_path: Path
) -> None:
    """SIGKILL of the load process leaves every promise about requests INCONCLUSIVE."""
    stop = threading.Event()
    killer = threading.Thread(
        target=_kill_load_when_it_runs, args=(tmp_path / "production", stop), daemon=True
    )
    killer.start()
    try:
        outcomes = hold(config, production(config))
    finally:
        stop.set()
        killer.join(WAIT_S)
    for key in (("success", "whole"), ("latency", "whole"), ("timeouts", "whole")):
        assert outcomes[key] is Outcome.INCONCLUSIVE
    assert Outcome.PASS not in {outcomes[key] for key in outcomes if key[0] == "success"}


@pytest.mark.sample
def test_a_fault_that_hits_nothing_decides_nothing(
    config: Config, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a selector that matches no pod, whatever depends on the fault is INCONCLUSIVE."""
    monkeypatch.setenv("SEATRIAL_FAULT_SELECTOR", "app.kubernetes.io/name=nobody")
    outcomes = hold(config, production(config))
    for key in (("success", "fault"), ("success", "whole"), ("served-again", "fault")):
        assert outcomes[key] is Outcome.INCONCLUSIVE
