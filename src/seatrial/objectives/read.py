"""Files and folders of documents into objectives; and their copy beside the trial they judged."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from seatrial.objectives.profile import used
from seatrial.objectives.source import ObjectivesError
from seatrial.objectives.translate import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from seatrial.objectives.profile import Used
    from seatrial.slo import Objective

#: The folder in a trial's directory that keeps the documents it was judged by.
KEPT = "slos"


def read(path: Path, profile: str | None = None) -> tuple[Objective, ...]:
    """Return the objectives of a file, or of every ``.yaml`` and ``.yml`` file of a folder.

    ``profile`` names a folder below: its documents replace those of the same name, or add to them.
    Raises ObjectivesError, with file, line and key, for what is no SLO, for two objectives of one
    name, for a profile that does not fit, and where there is no objective at all.
    """
    found: dict[str, Objective] = {}
    chosen = used(path, profile)
    if profile is not None:
        _check_whole(used(path, None), {item.name: item for item in chosen})
    for item in chosen:
        for objective in translate(item.document, item.source):
            if objective.name in found:
                raise ObjectivesError(
                    f"read the objectives in {path}",
                    got=f"{objective.name} in {found[objective.name].source} and in "
                    f"{objective.source}",
                    expected="one name for each objective",
                    mend="rename one of them",
                )
            found[objective.name] = objective
    if not found:
        raise ObjectivesError(
            f"read the objectives in {path}",
            got="no objective",
            expected="one at least: what promises nothing can't be kept",
            mend="give the folder of OpenSLO documents, or one of them",
        )
    return tuple(found.values())


def _check_whole(defaults: Iterable[Used], chosen: Mapping[str, Used]) -> None:
    """Refuse a profile's document that promises something in fewer phases or scenarios."""
    for before in defaults:
        after = chosen[before.name]
        dropped = _promises(before) - _promises(after)
        if dropped:
            raise after.source.error(
                ("metadata", "name"),
                got=f"{after.name} drops {'; '.join(sorted(dropped))}",
                expected="all that the document promises that it replaces, with other figures",
                mend="promise that, too; what is promised beside it is a document of its own",
            )


def _promises(item: Used) -> set[str]:
    """Return what a document promises, figures apart: of what, in which phase and scenario."""
    return {
        " ".join(filter(None, (found.indicator, whose, found.phase.words, "of", scenario)))
        for found in translate(item.document, item.source)
        for whose in [f"of {found.arm or f'each {found.each}'}" if found.arm or found.each else ""]
        for scenario in found.scenarios
    }


def keep(path: Path, directory: Path, profile: str | None = None) -> Path:
    """Copy the documents in use into a trial's directory and return the folder they are in.

    So the trial can be judged again as it was, after the documents have changed; no profile need
    be named then.
    """
    target = directory / KEPT
    target.mkdir(parents=True, exist_ok=True)
    for file, items in groupby(used(path, profile), key=lambda item: item.source.path):
        prefix = "" if path in (file.parent, file) else f"{file.parent.name}."
        name = f"{prefix}{file.name}"
        partial = target / f".{name}.{os.getpid()}"
        texts = [f"# from {file.name}\n{item.source.text.rstrip()}\n" for item in items]
        partial.write_text("---\n".join(texts), encoding="utf-8")
        partial.replace(target / name)
    return target
