"""Profiles: a folder below the documents replaces some of them, or adds to them; no typo does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial import objectives

if TYPE_CHECKING:
    from seatrial.slo import Objective

SLOS = Path(__file__).parents[2] / "slos"
SUCCESS = (SLOS / "success-outside-fault.yaml").read_text(encoding="utf-8")
STRICT = SUCCESS.replace("target: 0.999", "target: 0.9999")
TIMEOUTS = (SLOS / "timeouts.yaml").read_text(encoding="utf-8")


def folder(tmp_path: Path, *, profile: str) -> Path:
    """Write two documents side by side in one file, and one in the profile ``strict``."""
    (tmp_path / "slos/strict").mkdir(parents=True)
    (tmp_path / "slos/all.yaml").write_text(f"{SUCCESS}---\n{TIMEOUTS}", encoding="utf-8")
    (tmp_path / "slos/strict/success.yaml").write_text(profile, encoding="utf-8")
    return tmp_path / "slos"


def figures(path: Path, profile: str | None = None) -> dict[str, float]:
    """Return each objective's promised value."""
    return {item.name: item.value for item in objectives.read(path, profile)}


def test_a_profile_replaces_documents_of_the_same_name(tmp_path: Path) -> None:
    """Without the profile the defaults hold; with it, its document does, and the rest stays."""
    slos = folder(tmp_path, profile=STRICT)
    assert figures(slos) == {"success-outside-fault": 0.999, "timeouts": 0}
    assert figures(slos, "strict") == {"success-outside-fault": 0.9999, "timeouts": 0}


def test_a_profile_that_replaces_nothing_is_an_error(tmp_path: Path) -> None:
    """A misspelt name is told with the nearest one and its line."""
    wrong = STRICT.replace("name: success-outside-fault", "name: success-outside-fualt", 1)
    slos = folder(tmp_path, profile=wrong)
    with pytest.raises(objectives.ObjectivesError) as caught:
        objectives.read(slos, "strict")
    assert "line 5, key metadata.name" in caught.value.got
    assert "did you mean success-outside-fault?" in caught.value.got
    assert "labels: {profile: adds}" in caught.value.mend


def test_a_profile_may_add_a_promise_that_says_so(tmp_path: Path) -> None:
    """The label stands for what is meant: a promise beside the others."""
    new = STRICT.replace("  name: success-outside-fault", "  name: stricter", 1)
    slos = folder(tmp_path, profile=new.replace("severity: critical", "profile: adds"))
    assert set(figures(slos, "strict")) == {"success-outside-fault", "timeouts", "stricter"}


def test_a_promise_that_says_it_adds_replaces_none(tmp_path: Path) -> None:
    """A new promise by the name of an old one would take its place."""
    slos = folder(tmp_path, profile=STRICT.replace("severity: critical", "profile: adds"))
    with pytest.raises(objectives.ObjectivesError, match="replaces a document"):
        objectives.read(slos, "strict")


@pytest.mark.parametrize("profile", ["strickt", "all.yaml", ".."])
def test_an_unknown_profile_is_named_with_those_there_are(tmp_path: Path, profile: str) -> None:
    """A misspelt profile is no empty one."""
    slos = folder(tmp_path, profile=STRICT)
    with pytest.raises(objectives.ObjectivesError, match="one of strict"):
        objectives.read(slos, profile)


def test_what_is_kept_is_what_was_used(tmp_path: Path) -> None:
    """Beside the trial stand the profile's documents in the place of those they replaced."""
    slos = folder(tmp_path, profile=STRICT)
    kept = objectives.keep(slos, tmp_path / "trial", "strict")
    assert figures(kept) == {"success-outside-fault": 0.9999, "timeouts": 0}
    assert sorted(path.name for path in kept.iterdir()) == ["all.yaml", "strict.success.yaml"]


@pytest.mark.parametrize(
    ("was", "now", "dropped"),
    [
        (
            "phases: [outside]",
            "phases: [baseline]",
            "success outside the fault window of production",
        ),
        ("severity: critical", "scenario: autoscaling", "of production"),
        ("phases: [outside]", "phases: [outside]\n              each: arm", "success outside"),
    ],
    ids=["a phase", "a scenario", "the whole of it"],
)
def test_a_profile_drops_nothing_of_what_it_replaces(
    tmp_path: Path, was: str, now: str, dropped: str
) -> None:
    """Other figures for the same promises: what would silently not be judged is an error."""
    assert was in STRICT
    slos = folder(tmp_path, profile=STRICT.replace(was, now))
    with pytest.raises(objectives.ObjectivesError) as caught:
        objectives.read(slos, "strict")
    assert "success-outside-fault drops" in caught.value.got
    assert dropped in caught.value.got


def test_the_production_profile_is_stricter() -> None:
    """It can be read, promises at least all that the defaults do, and nothing more loosely."""
    defaults = {item.name: item for item in objectives.read(SLOS)}
    strict = {item.name: item for item in objectives.read(SLOS, "production")}
    assert set(defaults) < set(strict)
    changed = [name for name in defaults if _figures(defaults[name]) != _figures(strict[name])]
    assert {name.rsplit("-", 1)[0] for name in changed} == {
        "success",
        "latency-p95",
        "latency-mean",
    }
    for name in changed:
        before, after = defaults[name], strict[name]
        stricter = after.value > before.value if before.op == "gte" else after.value < before.value
        assert stricter or (after.within_ms or 0) < (before.within_ms or 0)


def _figures(item: Objective) -> tuple[float, float | None]:
    return item.value, item.within_ms
