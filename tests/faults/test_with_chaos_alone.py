"""Each shipped experiment by `chaos run` alone: it completes, its rollbacks too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.fault import journal
from seatrial.fault.catalogue import CATALOGUE
from seatrial.undo import left

from .conftest import ROOT, await_as_before

if TYPE_CHECKING:
    from seatrial.config import Config
    from seatrial.fault.catalogue import Fault
    from tests.deployed import Deployed

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.faults,
    pytest.mark.parametrize("config", [3], indirect=True, ids=["three nodes"]),
]
#: A restart of every replica there and back takes the longest.
DEADLINE_S = 600


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.kind)
def test_it_completes_with_rollbacks(
    deployed: Deployed, config: Config, tmp_path: Path, row: Fault
) -> None:
    """As a user would: two variables name the cluster, all others have their defaults."""
    cluster = deployed.cluster
    told = {
        "SEATRIAL_KUBECONFIG": str(cluster.kubeconfig),
        "SEATRIAL_CONTEXT": cluster.context,
    }
    chaos = Path(sys.executable).with_name("chaos")
    command = [str(chaos), "--no-version-check", "run", "--rollback-strategy", "always"]
    done = subprocess.run(
        [*command, str(ROOT / "experiments" / row.file)],
        cwd=tmp_path,
        env={**os.environ, **told},
        check=False,
        timeout=DEADLINE_S,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kept = journal.read(tmp_path / "journal.json")
    assert (kept.status, kept.deviated) == ("completed", False)
    assert kept.rollbacks
    assert {item.status for item in kept.rollbacks} == {"succeeded"}
    assert left(cluster, config.target.namespace) == ()
    await_as_before(deployed)
