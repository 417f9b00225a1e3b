"""Experiments that need no cluster: their activities are ordinary programs of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

PROGRAMS = Path(__file__).parent / "programs"
Raw = dict[str, Any]


def _program(name: str, path: str, arguments: str = "", **more: object) -> Raw:
    """Return an activity that runs a program."""
    provider = {
        "type": "python",
        "module": "seatrial_test_programs",
        "func": "run",
        "arguments": {"path": path, "arguments": arguments},
    }
    return {"type": "action", "name": name, "provider": provider, **more}


class Program(Protocol):
    """Makes an activity that runs a program."""

    def __call__(self, name: str, path: str, arguments: str = "", **more: object) -> Raw:
        """Return the activity."""


@pytest.fixture
def program() -> Program:
    """Return the function that makes an activity of a program."""
    return _program


class Write(Protocol):
    """Writes an experiment; keyword arguments replace its top-level keys."""

    def __call__(self, **keys: object) -> Path:
        """Return the file."""


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a valid experiment with some keys replaced."""
    monkeypatch.setenv("PYTHONPATH", str(PROGRAMS))

    def write(**keys: object) -> Path:
        steady = _program("steady", "true", type="probe", tolerance=0)
        raw: Raw = {
            "title": "A test",
            "description": "Of how experiments are run",
            "steady-state-hypothesis": {"title": "steady", "probes": [steady]},
            "method": [_program("act", "true")],
            "rollbacks": [_program("undo", "touch", str(tmp_path / "undone"))],
        }
        raw.update({key.replace("_", "-"): value for key, value in keys.items()})
        file = tmp_path / "test.yaml"
        file.write_text(yaml.safe_dump({key: item for key, item in raw.items() if item != ...}))
        return file

    return write
