"""What makes a golden set worth comparing with: it is consistent, and it could fail.

Pure. Each problem is found with what was expected in its place.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from seatrial.golden.compare import difference
from seatrial.golden.values import ANY_ARM, FLOATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.golden.values import Golden, Output

WHOLE = frozenset({"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})
#: JSON's types for the elements of each datatype of the Open Inference Protocol.
ELEMENTS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(FLOATS, (int, float)),
    **dict.fromkeys(WHOLE, (int,)),
    "BOOL": (bool,),
    "BYTES": (str,),
}


class Problem(NamedTuple):
    """What is wrong with a golden set, and what was expected in its place."""

    got: str
    expected: str


def problem(golden: Golden) -> Problem | None:
    """Return the first reason why the set can't be used, None where it can."""
    return next((item for rule in (_contradictions, _alike) for item in rule(golden)), None)


def _contradictions(golden: Golden) -> Iterator[Problem]:
    arms = set(golden.arms)
    if ANY_ARM in arms and len(arms) > 1:
        yield Problem(f"{ANY_ARM} beside {', '.join(sorted(arms - {ANY_ARM}))}", "either")
    for number, item in enumerate(golden.inputs):
        if set(item.expected) != arms:
            came = ", ".join(sorted(item.expected))
            wanted = ", ".join(sorted(arms))
            yield Problem(f"input {number}: answers of {came}", f"of {wanted}, as input 0 has")
        for arm, outputs in item.expected.items():
            yield from _outputs(outputs, f"input {number}, {arm}")


def _outputs(outputs: tuple[Output, ...], where: str) -> Iterator[Problem]:
    if len({item.name for item in outputs}) < len(outputs):
        yield Problem(f"{where}: two outputs of one name", "each output once")
    for item in outputs:
        place = f"{where}, {item.name}"
        if math.prod(item.shape) != len(item.data):
            got = f"{place}: {len(item.data)} elements for the shape {list(item.shape)}"
            yield Problem(got, f"{math.prod(item.shape)} of them")
        kinds = ELEMENTS.get(item.datatype)
        if kinds is None:
            yield Problem(f"{place}: datatype {item.datatype}", f"one of {', '.join(ELEMENTS)}")
            continue
        for element in item.data:
            if type(element) not in kinds or not _finite(element):
                yield Problem(f"{place}: the element {element!r}", f"a value of {item.datatype}")


def _finite(element: object) -> bool:
    return not isinstance(element, float) or math.isfinite(element)


def _alike(golden: Golden) -> Iterator[Problem]:
    """Ask whether wrong answers would show: inputs, and arms, must be told apart by theirs."""
    first = golden.inputs[0].expected
    for arm in golden.arms:
        others = (item.expected[arm] for item in golden.inputs[1:])
        if not any(difference(first[arm], other, golden.tolerance) for other in others):
            got = f"{arm} answers all {len(golden.inputs)} inputs alike, within the tolerance"
            yield Problem(got, "answers that differ: a model that never looks would pass")
    for one, other in combinations(golden.arms, 2):
        both = ((item.expected[one], item.expected[other]) for item in golden.inputs)
        if not any(difference(*pair, golden.tolerance) for pair in both):
            got = f"{one} and {other} answer every input alike, within the tolerance"
            yield Problem(got, f"an input that tells them apart; arms meant to be alike: {ANY_ARM}")
