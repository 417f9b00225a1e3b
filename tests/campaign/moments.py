"""The campaign's moments: which fault is held, who is killed in it and when. Pure, from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Card = TypeVar("Card")

#: Who dies: pytest, the experiment's process, the load's, all three at once, or for 20 s the API.
VICTIMS = ("pytest", "chaos", "load", "all", "api")
#: Of ten moments so many lie inside the fault; the others anywhere in the trial.
INSIDE = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """One kill. ``at``: where in its span it happens, in [0, 1): in the fault or in the trial."""

    number: int
    kind: str
    victim: str
    inside: bool
    at: float


def moments(seed: int, kinds: Sequence[str], count: int) -> tuple[Moment, ...]:
    """Return ``count`` moments: every kind and every victim as often as the others, give or take 1.

    The same seed gives the same moments; a longer campaign begins with those of a shorter one.
    """
    drawn = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    rows = zip(
        range(count),
        _decks(drawn.randrange(2**32), kinds, count),
        _decks(drawn.randrange(2**32), VICTIMS, count),
        _decks(drawn.randrange(2**32), range(10), count),
        strict=False,
    )
    return tuple(
        Moment(number, kind, victim, card < INSIDE, round(drawn.random(), 6))
        for number, kind, victim, card in rows
    )


def _decks(seed: int, cards: Sequence[Card], count: int) -> list[Card]:
    """Return ``count`` cards of shuffled decks, one whole deck after the other."""
    drawn = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    found: list[Card] = []
    while len(found) < count:
        found += drawn.sample(list(cards), len(cards))
    return found[:count]
