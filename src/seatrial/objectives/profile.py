"""Which documents are in use: those of a file or folder, and a profile's in their place.

A folder below the documents is a profile: another set of figures for the same promises. Its
documents replace those of the same ``metadata.name``; one that adds a promise says so by the label
``profile: adds``. So a misspelt name is an error, and no promise is silently made twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from seatrial.objectives.form import document
from seatrial.objectives.source import ObjectivesError, Source, documents

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from seatrial.objectives.model import Document

LABEL, ADDS = "profile", "adds"


@dataclass(frozen=True, slots=True)
class Used:
    """A document that is in use, with its source."""

    document: Document
    source: Source

    @property
    def name(self) -> str:
        """The name by which a profile's document replaces another."""
        return self.document.metadata.name

    @property
    def adds(self) -> bool:
        """Whether it says that it stands beside the documents above its profile."""
        label = self.document.metadata.labels.get(LABEL)
        if label not in (None, ADDS):
            way = ("metadata", "labels", LABEL)
            raise self.source.error(way, got=f"{label}", expected=f"{ADDS}, or no such label")
        return label == ADDS


def used(path: Path, profile: str | None) -> list[Used]:
    """Return the documents in use, in the order of their files, a profile's after the others."""
    found = [item for file in _files(path) for item in _in(file)]
    if profile is None:
        return found
    chosen = [item for file in _documents(_folder(path, profile)) for item in _in(file)]
    names = {item.name for item in found}
    for item in chosen:
        _check(item, names)
    replaced = {item.name for item in chosen}
    return [*(item for item in found if item.name not in replaced), *chosen]


def profiles(path: Path) -> list[str]:
    """Return the names of the profiles that a folder of documents has."""
    if not path.is_dir():
        return []
    return sorted(item.name for item in path.iterdir() if item.is_dir() and item.name[0] != ".")


def _folder(path: Path, profile: str) -> Path:
    names = profiles(path)
    if profile in names:
        return path / profile
    near = get_close_matches(profile, names) or names
    raise ObjectivesError(
        f"read the profile {profile} in {path}",
        got="no such folder there",
        expected=f"one of {', '.join(near)}" if near else "a folder of that name; there is none",
        mend="correct the profile's name",
    )


def _check(item: Used, names: Collection[str]) -> None:
    """Refuse a document that is meant to replace another and does not, and the reverse."""
    way = ("metadata", "name")
    if item.adds and item.name in names:
        expected = f"a new name, as the label {LABEL} says that it {ADDS}"
        raise item.source.error(way, got=f"{item.name} replaces a document", expected=expected)
    if not item.adds and item.name not in names:
        near = get_close_matches(item.name, names, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise item.source.error(
            way,
            got=f"{item.name} replaces nothing{hint}",
            expected="the name of a document above the profile's folder",
            mend=f"correct the name, or say that it is a new promise: labels: {{{LABEL}: {ADDS}}}",
        )


def _in(file: Path) -> list[Used]:
    return [Used(document(source), source) for source in documents(file)]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = _documents(path, may_hold=profiles(path))
        for name in profiles(path):
            _documents(path / name)
        return found
    if not path.is_file():
        raise ObjectivesError(
            f"read the objectives in {path}",
            got="no such file or folder",
            mend="give the folder of OpenSLO documents, or one of them",
        )
    return [path]


def _documents(folder: Path, may_hold: Collection[str] = ()) -> list[Path]:
    """List a folder's documents; refuse what would be promised by its looks and never judged."""
    shown = sorted(item for item in folder.iterdir() if not item.name.startswith("."))
    found = [item for item in shown if item.is_file() and item.suffix in (".yaml", ".yml")]
    strange = [
        item.name
        for item in shown
        if item not in found and item.suffix != ".md" and item.name not in may_hold
    ]
    if strange or not (found or may_hold or not shown):
        raise ObjectivesError(
            f"read the objectives in {folder}",
            got=", ".join(strange) or "no document",
            expected="documents named *.yaml or *.yml, side by side, and *.md",
            mend="move the rest elsewhere",
        )
    return found
