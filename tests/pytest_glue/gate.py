"""How a test runs pytest as a user would: on a configuration and tests of its own folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
SLOS = ROOT / "slos"
#: Tests that lie elsewhere run as if they lay in the repository.
AT_HOME = (
    *("-p", "conftest", f"--rootdir={ROOT}", f"-c{ROOT / 'pyproject.toml'}"),
    f"--confcutdir={ROOT}",
)


def settings(folder: Path, slos: Path = SLOS) -> str:
    """Write a configuration whose reports stay in the test's own folder; return its option."""
    file = folder / "seatrial.toml"
    file.write_text(
        f'objectives = "{slos}"\nreports = "{folder / "reports"}"\n'
        f'[target]\noverlay = "{ROOT / "k8s/overlays/embedded"}"\n'
        f'[nightly]\noverlay = "{ROOT / "k8s/overlays/nodes"}"\n'
        f'[autoscaling]\noverlay = "{ROOT / "k8s/overlays/autoscaling"}"\n'
        f'[fault]\nexperiment = "{ROOT / "experiments/kill-replica.yaml"}"\n',
        encoding="utf-8",
    )
    return f"--seatrial-config={file}"


def case(folder: Path, tests: str) -> Path:
    """Write a file of tests; it alone is a choice among the tests, its folder is all of them."""
    file = folder / "slo_tests/test_case.py"
    file.parent.mkdir()
    file.write_text(f"import pytest\n{tests}", encoding="utf-8")
    return file


def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run pytest in the repository and return how it ended and what it said; at most 180 s."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env=env,
        check=False,
        timeout=180,
        capture_output=True,
        text=True,
    )
