"""A golden set's JSON file, ``seatrial.golden/1``: read, checked, written.

golden/README.md describes the form. An error names file, key and what was expected there.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seatrial.errors import UsageError
from seatrial.golden.check import problem
from seatrial.golden.values import Golden, Input, Output, Tolerance

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "seatrial.golden/1"
Arm = Annotated[str, Field(pattern=r"^(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$")]
Finite = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class GoldenError(UsageError):
    """A golden set can't be read or recorded, or could not tell a right answer from a wrong one."""


class Part(BaseModel):
    """A mapping of the file: no unknown keys, no coercion."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Bounds(Part):
    """The tolerance, as the file has it."""

    relative: Finite
    absolute: Finite


class Tensor(Part):
    """One expected output, as the file has it."""

    name: Annotated[str, Field(min_length=1)]
    datatype: str
    shape: list[Annotated[int, Field(ge=0)]]
    data: Annotated[list[bool | int | float | str], Field(min_length=1)]


class Entry(Part):
    """One input. What a model takes is its own business: ``request`` is sent as it stands."""

    request: Annotated[dict[str, Any], Field(min_length=1)]
    expected: Annotated[
        dict[Arm, Annotated[list[Tensor], Field(min_length=1)]], Field(min_length=1)
    ]


class File(Part):
    """The whole file."""

    form: Literal["seatrial.golden/1"] = Field(alias="schema")
    tolerance: Bounds
    inputs: Annotated[list[Entry], Field(min_length=2)]


def read(path: Path) -> Golden:
    """Return the golden set in ``path``. Raises GoldenError where it is none, or could not fail."""
    attempt = f"read the golden set {path}"
    try:
        content = File.model_validate_json(path.read_bytes())
    except OSError as cause:
        mend = "name it in request.golden, or record it: seatrial golden record"
        raise GoldenError(attempt, got=str(cause), expected="a file", mend=mend) from cause
    except ValidationError as cause:
        raise GoldenError(
            attempt,
            got="; ".join(
                f"{'.'.join(str(part) for part in item['loc']) or 'the file'}: {item['msg']}"
                for item in cause.errors(include_url=False)[:3]
            ),
            expected=f"the form of {SCHEMA}",
            mend="golden/README.md describes it",
        ) from cause
    golden = Golden(
        Tolerance(content.tolerance.relative, content.tolerance.absolute),
        tuple(_input(item) for item in content.inputs),
    )
    _check(golden, attempt)
    return golden


def write(golden: Golden, path: Path) -> None:
    """Write the set, whole or not at all, one input a line. Raises GoldenError as ``read`` does."""
    _check(golden, f"write the golden set {path}")
    tolerance = {"relative": golden.tolerance.relative, "absolute": golden.tolerance.absolute}
    lines = ",\n".join(_line(item) for item in golden.inputs)
    text = f'"schema": "{SCHEMA}",\n"tolerance": {json.dumps(tolerance)},\n"inputs": [\n{lines}\n]'
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
    partial.replace(path)


def _check(golden: Golden, attempt: str) -> None:
    found = problem(golden)
    if found is not None:
        raise GoldenError(attempt, got=found.got, expected=found.expected)


def _input(entry: Entry) -> Input:
    return Input(
        request=json.dumps(entry.request, separators=(",", ":")).encode(),
        expected={
            arm: tuple(
                Output(item.name, item.datatype, tuple(item.shape), tuple(item.data))
                for item in outputs
            )
            for arm, outputs in entry.expected.items()
        },
    )


def _line(item: Input) -> str:
    expected = {
        arm: [
            {"name": out.name, "datatype": out.datatype, "shape": out.shape, "data": out.data}
            for out in outputs
        ]
        for arm, outputs in item.expected.items()
    }
    return f'{{"expected": {json.dumps(expected)},\n "request": {item.request.decode()}}}'
