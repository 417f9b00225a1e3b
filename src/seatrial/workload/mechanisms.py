"""How what `workload` changes is undone, by the name its records carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.undo import Mechanism

MECHANISMS: Mapping[str, Mechanism] = {}
