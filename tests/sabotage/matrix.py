"""The matrix of what each cell should be and was: made, checked and printed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from seatrial.slo import SCENARIOS, Outcome

from .sabotage import LOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seatrial.slo import Verdict

    from .sabotage import Sabotage

    #: Of each scenario, by its name, the objectives that its trials are judged by.
    Promised: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One objective of a scenario under one sabotage.

    ``instrument``: the lost one that its reason must name. ``says``: what the reason must hold.
    ``was`` is None where the sabotage has not been tried, or gave no verdict on the objective.
    ``kept``: only retries at the proxy should keep the promise; ``was_kept``: only they did.
    """

    sabotage: str
    objective: str
    should: Outcome
    was: Outcome | None = None
    instrument: str = ""
    reason: str = ""
    scenario: str = SCENARIOS[0]
    says: str = ""
    kept: bool = False
    was_kept: bool = False

    @property
    def differs(self) -> bool:
        """Whether it was not what it should be, or not for the reason it should be."""
        return self.was is not self.should or bool(self.lacks)

    @property
    def lacks(self) -> str:
        """What its reason should say and does not; "" where it says all."""
        if self.instrument and not any(word in self.reason for word in LOST[self.instrument]):
            return f"{self.instrument} is not named"
        if self.was_kept is not self.kept:
            return f"kept {'only' if self.was_kept else 'not only'} by retries"
        return "" if self.says in self.reason else f"it does not say {self.says!r}"


def cells(sabotage: Sabotage, promised: Promised) -> tuple[Cell, ...]:
    """Return the cells that a sabotage should fill. Raises ValueError for a pattern of nothing."""
    names = promised.get(sabotage.scenario, ())
    unsaid = set(sabotage.says) - set(names)
    if unsaid:
        raise ValueError(f"the sabotage {sabotage.name} means {unsaid}, which is no objective")
    return tuple(
        replace(cell, scenario=sabotage.scenario, says=sabotage.says.get(cell.objective, ""))
        for cell in _cells(sabotage, names)
    )


def _cells(sabotage: Sabotage, names: tuple[str, ...]) -> Iterator[Cell]:
    kept = {
        name for pattern in sabotage.kept_by_retries for name in _matching(sabotage, pattern, names)
    }
    for pattern, outcome in sabotage.cells.items():
        for name in _matching(sabotage, pattern, names):
            yield Cell(sabotage.name, name, outcome, kept=name in kept)
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
    return tuple(_seen(cell, by_name.get(cell.objective)) for cell in planned)


def _seen(cell: Cell, found: Verdict | None) -> Cell:
    if found is None:
        return cell
    return replace(cell, was=found.outcome, reason=found.reason, was_kept=found.kept_by_retries)


def gaps(found: Iterable[Cell], promised: Promised, *, tried: bool) -> tuple[str, ...]:
    """Return what the matrix does not prove: ``tried`` by what was seen, or by what should be.

    An objective of two scenarios must be seen to FAIL in a trial of each.
    """
    done = [cell for cell in found if not tried or not cell.differs]
    failed = {(cell.scenario, cell.objective) for cell in done if cell.should is Outcome.FAIL}
    lost = {cell.instrument for cell in done}
    never = [
        f"{name} is never FAIL in {scenario}"
        for scenario, names in promised.items()
        for name in names
        if (scenario, name) not in failed
    ]
    kept = [f"losing {name} is never INCONCLUSIVE" for name in LOST if name not in lost]
    return (*never, *kept)


def as_lines(found: Iterable[Cell], what: Mapping[str, str]) -> Iterator[str]:
    """Yield the matrix as text: the sabotages, and under each its cells."""
    last = ""
    for cell in found:
        if cell.sabotage != last:
            yield f"{cell.sabotage} ({cell.scenario}): {what[cell.sabotage]}"
            last = cell.sabotage
        name = cell.objective
        name += f" (without {cell.instrument})" if cell.instrument else ""
        name += " (kept by retries)" if cell.kept else ""
        was = cell.was or "not tried"
        yield f"  {name:<42} should be {cell.should:<13} was {was:<13}{_mark(cell)}"


def _mark(cell: Cell) -> str:
    if not cell.differs:
        return "ok"
    return "DIFFERS" if cell.was is not cell.should else f"DIFFERS: {cell.lacks}"
