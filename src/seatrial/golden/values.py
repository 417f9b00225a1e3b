"""What a golden set holds, as plain values: inputs, expected outputs, the tolerance for floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: In place of an arm's name: what any arm must answer, also one that is not known.
ANY_ARM = "*"
#: Datatypes of the Open Inference Protocol that are compared within the tolerance.
FLOATS = frozenset({"FP16", "FP32", "FP64", "BF16"})

#: One element of a tensor.
Element = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a float may be off: ``absolute`` plus ``relative`` times the expected value."""

    relative: float = 1e-6
    absolute: float = 1e-6

    def allows(self, got: float, expected: float) -> bool:
        """Tell whether ``got`` is close enough; a NaN and an infinity never are."""
        return abs(got - expected) <= self.absolute + self.relative * abs(expected)


@dataclass(frozen=True, slots=True)
class Output:
    """One named tensor of an answer, ``data`` flat in row-major order."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """One request body and, for each arm (or ``ANY_ARM`` alone), the outputs it must give."""

    request: bytes
    expected: Mapping[str, tuple[Output, ...]]


@dataclass(frozen=True, slots=True)
class Golden:
    """A golden set. All its inputs have answers of the same arms."""

    tolerance: Tolerance
    inputs: tuple[Input, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that the set has answers of; ``ANY_ARM`` alone where it makes no difference."""
        return tuple(self.inputs[0].expected)

    @property
    def bodies(self) -> tuple[bytes, ...]:
        """The requests' bodies, in the set's order."""
        return tuple(item.request for item in self.inputs)

    def expected(self, number: int, arm: str) -> tuple[Output, ...] | None:
        """Return what ``arm`` must answer to input ``number`` (from 0); None: nobody knows."""
        answers = self.inputs[number].expected
        return answers.get(ANY_ARM) or answers.get(arm)
