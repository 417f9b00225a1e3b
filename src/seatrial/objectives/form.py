"""From a YAML document to its checked form; what is wrong with it is told by line and key."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from seatrial.objectives.model import Document
from seatrial.objectives.source import MEND, ObjectivesError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from seatrial.objectives.source import Source, Way


def document(source: Source) -> Document:
    """Return the document in its checked form. Raises ObjectivesError with file, line and key."""
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
