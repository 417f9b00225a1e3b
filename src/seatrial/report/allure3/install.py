"""Allure 3's npm packages in the user's cache: fetched once a lock file, whole or not at all.

A folder under its final name is complete: it is filled under another name and then renamed. What
a killed installation left is removed by the next one, which holds the same lock.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from seatrial.progress import Progress
    from seatrial.report.allure3.node import Node

_PINNED = Path(__file__).parent
_FILES = ("package.json", "package-lock.json")
_CLI = Path("node_modules/allure/cli.js")
_LOCK_SECONDS = 600.0
_INSTALL_SECONDS = 600.0
_TAIL_LINES = 15
#: Lifecycle scripts of packages are never run; none of the locked ones needs its own.
_NPM_CI = (
    "ci",
    "--ignore-scripts",
    "--omit=dev",
    "--omit=optional",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
)


class InstallError(SeatrialError):
    """npm could not install the locked packages."""


def allure_cli(node: Node, progress: Progress) -> Path:
    """Return the path of Allure 3's command-line script, installing it into the cache if needed.

    Raises InstallError with the end of npm's log when npm fails, and DeadlineError when another
    process holds the cache for ten minutes.
    """
    home = _home()
    if not (home / _CLI).is_file():
        with _lock(home):
            if not (home / _CLI).is_file():
                _install(home, node, progress)
    return home / _CLI


def _home() -> Path:
    digest = hashlib.sha256(b"".join((_PINNED / name).read_bytes() for name in _FILES)).hexdigest()
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "seatrial" / f"allure-{digest[:16]}"


def _lock(home: Path) -> AbstractContextManager[object]:
    home.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.with_name(f"{home.name}.lock"))
    try:
        return lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as cause:
        raise DeadlineError(
            f"install Allure 3 into {home}",
            got=f"another process held {lock.lock_file} for {_LOCK_SECONDS:.0f} s",
            mend="end the other process, or wait for it",
        ) from cause


def _install(home: Path, node: Node, progress: Progress) -> None:
    for left in home.parent.glob(f"{home.name}.partial-*"):
        shutil.rmtree(left)
    partial = home.with_name(f"{home.name}.partial-{os.getpid()}")
    partial.mkdir()
    for name in _FILES:
        shutil.copyfile(_PINNED / name, partial / name)
    with progress.step("Allure 3 from the npm registry (once)"):
        _npm_ci(partial, node, log=home.with_name(f"{home.name}.log"))
    if home.exists():  # without its script it was damaged from outside
        shutil.rmtree(home)
    partial.rename(home)


def _npm_ci(folder: Path, node: Node, *, log: Path) -> None:
    attempt = f"install Allure 3 with npm into {folder}"
    mend = f"see {log}; npm must reach its registry"
    with log.open("w", encoding="utf-8") as output:
        try:
            code = subprocess.run(
                [*node.npm, *_NPM_CI],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_INSTALL_SECONDS,
                check=False,
            ).returncode
        except (OSError, subprocess.TimeoutExpired) as cause:
            raise InstallError(attempt, got=f"{cause}\n{_tail(log)}", mend=mend) from cause
    if code != 0 or not (folder / _CLI).is_file():
        raise InstallError(attempt, got=f"npm ended with code {code}\n{_tail(log)}", mend=mend)


def _tail(log: Path) -> str:
    """Return the last lines of a log, indented to stand in an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])
