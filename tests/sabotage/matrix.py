"""The matrix of what each cell should be and was: made, checked and printed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from seatrial.slo import Outcome

from .sabotage import LOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seatrial.slo import Verdict

    from .sabotage import Sabotage


@dataclass(frozen=True, slots=True)
class Cell:
    """One objective under one sabotage. ``instrument``: the lost one that its reason must name.

    ``was`` is None where the sabotage has not been tried, or gave no verdict on the objective.
    """

    sabotage: str
    objective: str
    should: Outcome
    was: Outcome | None = None
    instrument: str = ""
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Whether it was not what it should be, or not for the reason it should be."""
        named = not self.instrument or any(word in self.reason for word in LOST[self.instrument])
        return self.was is not self.should or not named


def cells(sabotage: Sabotage, objectives: Iterable[str]) -> tuple[Cell, ...]:
    """Return the cells that a sabotage should fill. Raises ValueError for a pattern of nothing."""
    names = tuple(objectives)
    return tuple(_cells(sabotage, names))


def _cells(sabotage: Sabotage, names: tuple[str, ...]) -> Iterator[Cell]:
    for pattern, outcome in sabotage.cells.items():
        for name in _matching(sabotage, pattern, names):
            yield Cell(sabotage.name, name, outcome)
    for instrument, pattern in sabotage.loses.items():
        for name in _matching(sabotage, pattern, names):
            yield Cell(sabotage.name, name, Outcome.INCONCLUSIVE, instrument=instrument)


def _matching(sabotage: Sabotage, pattern: str, names: tuple[str, ...]) -> list[str]:
    found = [name for name in names if fnmatchcase(name, pattern)]
    if not found:
        raise ValueError(f"the sabotage {sabotage.name} means {pattern}, which is no objective")
    return found


def seen(planned: Iterable[Cell], verdicts: Iterable[Verdict]) -> tuple[Cell, ...]:
    """Return the cells with what the trial's verdicts were."""
    by_name = {verdict.objective: verdict for verdict in verdicts}
    return tuple(
        Cell(
            cell.sabotage, cell.objective, cell.should, found.outcome, cell.instrument, found.reason
        )
        if (found := by_name.get(cell.objective))
        else cell
        for cell in planned
    )


def gaps(found: Iterable[Cell], objectives: Iterable[str], *, tried: bool) -> tuple[str, ...]:
    """Return what the matrix does not prove: ``tried`` by what was seen, or by what should be."""
    done = [cell for cell in found if not tried or not cell.differs]
    failed = {cell.objective for cell in done if cell.should is Outcome.FAIL}
    lost = {cell.instrument for cell in done}
    never = [f"{name} is never FAIL" for name in objectives if name not in failed]
    kept = [f"losing {name} is never INCONCLUSIVE" for name in LOST if name not in lost]
    return (*never, *kept)


def as_lines(found: Iterable[Cell], what: Mapping[str, str]) -> Iterator[str]:
    """Yield the matrix as text: the sabotages, and under each its cells."""
    last = ""
    for cell in found:
        if cell.sabotage != last:
            yield f"{cell.sabotage}: {what[cell.sabotage]}"
            last = cell.sabotage
        name = (
            f"{cell.objective} (without {cell.instrument})" if cell.instrument else cell.objective
        )
        was = cell.was or "not tried"
        yield f"  {name:<42} should be {cell.should:<13} was {was:<13}{_mark(cell)}"


def _mark(cell: Cell) -> str:
    if not cell.differs:
        return "ok"
    return "DIFFERS" if cell.was is not cell.should else f"DIFFERS: {cell.instrument} is not named"
