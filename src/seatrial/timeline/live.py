"""The requests of a load that still runs, read from the file that its generator keeps.

Whoever reads it never disturbs the load: the file is mapped, each request's slot is written once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.timeline.records import REQUEST

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PARTIAL_FILE = "requests.partial"
#: The outcome byte of a request that has not ended. No ``Outcome`` has this value.
PENDING = 255


def ended_so_far(
    directory: Path, from_ns: int | None = None, until_ns: int | None = None
) -> NDArray[Any]:
    """Return the requests that have ended in a load that still runs; dtype ``REQUEST``, a copy.

    Only those with an intended start in ``[from_ns, until_ns)`` where these are given, in ns since
    the epoch; no others are read. None at all where there is no load, or it has finished.
    """
    partial = directory / PARTIAL_FILE
    try:
        if not partial.stat().st_size:
            return np.empty(0, dtype=REQUEST)
        slots: NDArray[Any] = np.asarray(np.memmap(partial, dtype=REQUEST, mode="r"))
    except FileNotFoundError:
        return np.empty(0, dtype=REQUEST)
    intended = slots["intended"]
    first = 0 if from_ns is None else int(np.searchsorted(intended, from_ns))
    last = len(slots) if until_ns is None else int(np.searchsorted(intended, until_ns))
    part = slots[first:last]
    return np.array(part[part["outcome"] != PENDING])
