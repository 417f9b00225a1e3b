"""Files and folders of documents into objectives; and their copy beside the trial they judged."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from seatrial.objectives.model import Document
from seatrial.objectives.source import MEND, ObjectivesError, Source, documents
from seatrial.objectives.translate import translate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from seatrial.objectives.source import Way
    from seatrial.slo import Objective

#: The folder in a trial's directory that keeps the documents it was judged by.
KEPT = "slos"


def read(path: Path) -> tuple[Objective, ...]:
    """Return the objectives of a file, or of every ``.yaml`` and ``.yml`` file of a folder.

    Raises ObjectivesError, with file, line and key, for what is no SLO, for two objectives of one
    name, and where there is no objective at all.
    """
    found: dict[str, Objective] = {}
    for file in _files(path):
        for objective in _file(file):
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


def keep(path: Path, directory: Path) -> Path:
    """Copy the documents of ``path`` into a trial's directory and return the folder they are in.

    So the trial can be judged again as it was, after the documents have changed.
    """
    target = directory / KEPT
    target.mkdir(parents=True, exist_ok=True)
    for file in _files(path):
        partial = target / f".{file.name}.{os.getpid()}"
        partial.write_bytes(file.read_bytes())
        partial.replace(target / file.name)
    return target


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return _documents(path)
    if not path.is_file():
        raise ObjectivesError(
            f"read the objectives in {path}",
            got="no such file or folder",
            mend="give the folder of OpenSLO documents, or one of them",
        )
    return [path]


def _documents(folder: Path) -> list[Path]:
    """List a folder's documents; refuse what would be promised by its looks and never judged."""
    shown = sorted(item for item in folder.iterdir() if not item.name.startswith("."))
    found = [item for item in shown if item.is_file() and item.suffix in (".yaml", ".yml")]
    strange = [item.name for item in shown if item not in found and item.suffix != ".md"]
    if strange:
        raise ObjectivesError(
            f"read the objectives in {folder}",
            got=", ".join(strange),
            expected="documents named *.yaml or *.yml, side by side, and *.md",
            mend="move the rest elsewhere",
        )
    return found


def _file(path: Path) -> Iterable[Objective]:
    for source in documents(path):
        yield from translate(_document(source), source)


def _document(source: Source) -> Document:
    try:
        return Document.model_validate(source.content)
    except ValidationError as cause:
        problems = cause.errors(include_url=False)
        expected = dict.fromkeys(_expected(problem) for problem in problems)
        raise ObjectivesError(
            f"read the objective in {source.path}",
            got="; ".join(f"{source.place(_way(item))}: {_got(item)}" for item in problems),
            expected="; ".join(expected),
            mend=MEND,
        ) from cause


def _way(problem: ErrorDetails) -> Way:
    return tuple(part for part in problem["loc"] if part != "[key]")


def _got(problem: ErrorDetails) -> str:
    if problem["type"] == "missing":
        return "missing"
    if problem["type"] == "extra_forbidden":
        *above, last = problem["loc"]
        near = get_close_matches(str(last), _keys(above), n=1)
        return f"unknown key, did you mean {near[0]}?" if near else "unknown key"
    allowed = problem.get("ctx", {}).get("expected", "")
    near = get_close_matches(str(problem["input"]), allowed.replace("'", "").split(", "), n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    return f"{problem['input']!r}"[:80] + hint


def _expected(problem: ErrorDetails) -> str:
    """Say what was expected: of an unknown key, the ones there are."""
    *above, last = problem["loc"]
    if problem["type"] == "extra_forbidden":
        return f"one of the keys {', '.join(_keys(above))}"
    if problem["type"] == "missing":
        return f"the key {last}"
    return problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


def _keys(way: list[str | int]) -> list[str]:
    """Return the keys of the mapping at ``way``, as the model has them."""
    model: type[BaseModel] = Document
    for part in way:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:
            model = _model(fields[str(part)].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 -- any type there is
    """Return the model in an annotation, through lists and options."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model(item) for item in get_args(annotation))
    return next((item for item in inner if item is not None), None)
