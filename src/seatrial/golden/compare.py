"""Where an answer's outputs differ from the expected ones: the first difference, in words.

Names, datatypes and shapes must be the same; floats agree within the tolerance, all else exactly.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seatrial.golden.values import FLOATS, Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.golden.values import Element, Tolerance


class DecodeError(Exception):
    """What came is no Open Inference Protocol output; it says why."""


def decode(outputs: object) -> tuple[Output, ...]:
    """Return an answer's outputs, as JSON gives the member of that name, as values.

    Raises DecodeError.
    """
    if not isinstance(outputs, list) or not outputs:
        raise DecodeError("no outputs")
    return tuple(_decoded(item) for item in outputs)


def outputs_in(body: bytes) -> object:
    """Return the member ``outputs`` of an answer's body, None where it has none.

    Raises DecodeError for a body that is no JSON.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as cause:
        raise DecodeError("a body that is no JSON") from cause
    return content.get("outputs") if isinstance(content, dict) else None


def difference(expected: Sequence[Output], got: Sequence[Output], tolerance: Tolerance) -> str:
    """Return the first difference as ``expected this, got that``; "" where there is none."""
    found = {item.name: item for item in got}
    names = sorted(item.name for item in expected)
    if sorted(item.name for item in got) != names:
        return f"expected outputs {', '.join(names)}, got {', '.join(found)}"
    differences = (_of_output(item, found[item.name], tolerance) for item in expected)
    return next((text for text in differences if text), "")


def _decoded(item: object) -> Output:
    if not isinstance(item, dict):
        raise DecodeError(f"the output {_brief(item)}, which is no object")
    name, datatype, shape = (item.get(key) for key in ("name", "datatype", "shape"))
    data = _flat(item.get("data"))
    if not (isinstance(name, str) and isinstance(datatype, str) and isinstance(shape, list)):
        raise DecodeError(f"the output {_brief(item)} without name, datatype or shape")
    if data is None:
        raise DecodeError(f"{name}: data that is no tensor")
    return Output(name, datatype, tuple(shape), tuple(data))


def _flat(data: object) -> list[Element] | None:
    """Return a tensor's elements in row-major order, nested lists or not; None: no tensor."""
    if not isinstance(data, list):
        return None
    elements: list[Element] = []
    for item in data:
        if isinstance(item, (bool, int, float, str)):
            elements.append(item)
            continue
        inner = _flat(item)
        if inner is None:
            return None
        elements.extend(inner)
    return elements


def _of_output(expected: Output, got: Output, tolerance: Tolerance) -> str:
    for what, wanted, came in (
        ("datatype", expected.datatype, got.datatype),
        ("shape", list(expected.shape), list(got.shape)),
        ("elements", len(expected.data), len(got.data)),
    ):
        if wanted != came:
            return f"{expected.name}: expected {what} {_brief(wanted)}, got {_brief(came)}"
    floats = expected.datatype in FLOATS
    for position, (element, other) in enumerate(zip(expected.data, got.data, strict=True)):
        if not (_close(element, other, tolerance) if floats else element == other):
            where = f"{expected.name}[{position}]"
            return f"{where}: expected {_brief(element)}, got {_brief(other)}"
    return ""


def _close(wanted: Element, came: Element, tolerance: Tolerance) -> bool:
    if isinstance(wanted, str) or isinstance(came, str):
        return False
    return tolerance.allows(came, wanted)


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 -- what fits into a reason
