"""What Allure shows of a run as a whole: its environment and the kinds of defect."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: A promise that does not hold, apart from one that this trial can't decide.
CATEGORIES: list[dict[str, object]] = [
    {"name": "promise broken", "matchedStatuses": ["failed"]},
    {"name": "inconclusive", "matchedStatuses": ["broken"]},
]
_VERSIONS = "versions.json"


def describe_run(results: Path, directory: Path) -> None:
    """Write both files into the directory of Allure results, from the trial in ``directory``.

    A trial that ended before it knew what was running has no environment to show.
    """
    write_categories(results)
    versions = directory / _VERSIONS
    if versions.is_file():
        write_environment(results, environment(json.loads(versions.read_text(encoding="utf-8"))))


def environment(versions: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of ``versions.json`` as Allure shows them: one line a thing that ran."""
    facts = {name: str(versions[name]) for name in ("kubernetes", "context", "kernel", "python")}
    facts |= {name: str(number) for name, number in sorted(versions["packages"].items())}
    images = {item["image"]: item["digest"] for item in versions["images"]}
    return facts | {f"image {name}": digest for name, digest in sorted(images.items())}


def write_environment(results: Path, facts: Mapping[str, str]) -> Path:
    """Write ``environment.properties`` into the directory of Allure results and return its path."""
    lines = [f"{_key(name)} = {_escape(value)}" for name, value in facts.items()]
    return _write(results / "environment.properties", "\n".join(lines) + "\n")


def write_categories(results: Path) -> Path:
    """Write ``categories.json`` into the directory of Allure results and return its path."""
    return _write(results / "categories.json", json.dumps(CATEGORIES, indent=2) + "\n")


def _key(name: str) -> str:
    """Escape what would end a key in a properties file."""
    return "".join(f"\\{letter}" if letter in " :=" else letter for letter in _escape(name))


def _escape(text: str) -> str:
    """Escape as a properties file must; JSON has the same escapes for what can occur here."""
    return json.dumps(text)[1:-1]


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path
