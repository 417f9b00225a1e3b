"""YAML files into documents that know on which line each of their keys stands.

It knows YAML, not OpenSLO; errors name file, line and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The way to a value: keys of mappings and indices of lists.
Way = tuple[str | int, ...]

#: The next step where what was expected does not already say it.
MEND = "correct the named keys; slos/README.md lists them all"


class ObjectivesError(UsageError):
    """A document of objectives can't be read, or does not say what an objective needs."""


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML document: its file, its content, the line (from 1) of each way, and its text."""

    path: Path
    content: object
    lines: dict[Way, int]
    text: str = ""

    def place(self, way: Way) -> str:
        """Return ``line 12, key spec.objectives[0].target``, by the nearest way that exists."""
        known = way
        while known and known not in self.lines:
            known = known[:-1]
        return f"line {self.lines[known]}, key {dotted(way) or '(the document)'}"

    def error(self, way: Way, *, got: str, expected: str, mend: str = MEND) -> ObjectivesError:
        """Return the error that what stands at ``way`` is not what is needed there."""
        attempt = f"read the objective in {self.path}"
        return ObjectivesError(
            attempt, got=f"{self.place(way)}: {got}", expected=expected, mend=mend
        )


def dotted(way: Way) -> str:
    """Return a way as it is usually written."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way)
    return text.removeprefix(".")


def documents(path: Path) -> Iterator[Source]:
    """Give each YAML document of a file; empty ones are left out. Raises ObjectivesError."""
    try:
        text = path.read_text(encoding="utf-8")
        loader = yaml.SafeLoader(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as cause:
        raise _unreadable(path, cause) from cause
    try:
        while (source := _next(loader, path, text)) is not None:
            if source.content is not None:
                yield source
    finally:
        loader.dispose()


def _next(loader: yaml.SafeLoader, path: Path, text: str) -> Source | None:
    try:
        node = loader.get_node() if loader.check_node() else None
        if node is None:
            return None
        lines: dict[Way, int] = {}
        _walk(node, (), lines, path, ())
        own = text[node.start_mark.index : node.end_mark.index]
        return Source(path, loader.construct_document(node), lines, own)
    except yaml.YAMLError as cause:
        raise _unreadable(path, cause) from cause


def _unreadable(path: Path, cause: Exception) -> ObjectivesError:
    return ObjectivesError(
        f"read the objectives in {path}",
        got=_where(cause),
        expected="YAML in UTF-8",
        mend="correct the file at the named line",
    )


def _where(cause: Exception) -> str:
    """Return line, column and problem of a YAML error, in the form of all other errors here."""
    if not isinstance(cause, yaml.MarkedYAMLError) or cause.problem_mark is None:
        return " ".join(str(cause).split())
    at, began = cause.problem_mark, cause.context_mark
    since = f" {cause.context} that begins on line {began.line + 1}" if began else ""
    return f"line {at.line + 1}, column {at.column + 1}: {cause.problem}{since}"


def _walk(
    node: yaml.Node, way: Way, lines: dict[Way, int], path: Path, above: tuple[int, ...]
) -> None:
    """Note the line of each value; a key given twice is an error, its first value would be lost."""
    lines.setdefault(way, node.start_mark.line + 1)
    if id(node) in above:
        raise Source(path, None, lines).error(way, got="an alias of itself", expected="a value")
    deeper = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*way, index), lines, path, deeper)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            inside = (*way, str(key.value))
            if inside in lines:
                got = f"given again on line {key.start_mark.line + 1}"
                raise Source(path, None, lines).error(inside, got=got, expected="each key once")
            lines[inside] = key.start_mark.line + 1
            _walk(item, inside, lines, path, deeper)
