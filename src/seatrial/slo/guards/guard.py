"""What a guard says: a name, what was seen, the mend, and whether the measurements can be trusted.

Two strengths. A *void* guard says that the measurements can't be trusted: the objective is
INCONCLUSIVE whatever they show. The others say that something was not proven or not seen: the
objective can't PASS, but what was measured is true, so a promise it breaks is a FAIL.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """One reason why a trial can't PASS an objective. ``what`` and ``mend`` are one clause each."""

    name: str
    what: str
    mend: str
    void: bool

    def __str__(self) -> str:
        """Name, what was seen and the mend, in one line."""
        return f"{self.name}: {self.what}; {self.mend}"
