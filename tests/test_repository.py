"""The repository's own promises: its map is true, its modules say their job, files stay small."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted(
    path for name in ("tests", "slo_tests", "fixtures") for path in ROOT.glob(f"{name}/**/*.py")
)


def test_every_path_the_map_names_exists() -> None:
    """ARCHITECTURE.md names no file or folder that is not there."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./-]+/[\w./-]*)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_map_can_be_read_in_two_minutes() -> None:
    """ARCHITECTURE.md stays under 400 words."""
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()) < 400


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_module_states_its_job(path: Path) -> None:
    """Every module starts with a docstring, and no file outgrows 250 lines."""
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 250


def test_every_test_is_a_sentence() -> None:
    """Every test's docstring is the one promise it checks."""
    missing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert missing == []
