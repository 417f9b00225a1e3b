"""The records of one load while it runs: a mapped file that outlives the process's SIGKILL.

The engine ends each request in it; ``finish`` or, after a death, ``recover`` turns it into
``requests.npy``. It judges nothing.
"""

from __future__ import annotations

import mmap
import os
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial.timeline import PARTIAL_FILE, PENDING, REQUEST

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

REQUESTS_FILE = "requests.npy"
RECORD = struct.Struct("<qqqHBBBBBB")

if RECORD.size != REQUEST.itemsize:
    raise AssertionError(RECORD.size)


class Ledger:
    """One slot for each planned request, in the order of their intended starts."""

    def __init__(self, directory: Path, intended: NDArray[np.int64]) -> None:
        """Create the mapped file, every request pending. ``intended``: ns, shape ``(planned,)``."""
        self._directory = directory
        self._path = directory / PARTIAL_FILE
        slots = np.zeros(len(intended), dtype=REQUEST)
        slots["intended"] = intended
        slots["sent"] = -1
        slots["outcome"] = PENDING
        slots.tofile(self._path)
        with self._path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.ended = 0

    def end(self, index: int, *record: int) -> None:
        """End request ``index``; ``record`` is in the order of ``REQUEST``'s fields."""
        RECORD.pack_into(self._map, index * RECORD.size, *record)
        self.ended += 1

    def finish(self) -> int:
        """Write ``requests.npy``, drop the mapped file; return how many requests it holds."""
        self._map.flush()
        self._map.close()
        return recover(self._directory)


def recover(directory: Path) -> int:
    """Turn the records that ended into ``requests.npy``; return how many. 0 when none are there.

    Requests that were pending when the process died are left out: nothing is known of them, and
    the count that falls short of the plan says so.
    """
    partial = directory / PARTIAL_FILE
    if not partial.is_file():
        return 0
    slots: NDArray[Any] = np.fromfile(partial, dtype=REQUEST)
    ended = slots[slots["outcome"] != PENDING]
    target = directory / REQUESTS_FILE
    unfinished = target.with_name(f".{REQUESTS_FILE}.{os.getpid()}")
    with unfinished.open("wb") as file:
        np.save(file, ended, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)
    partial.unlink()
    return len(ended)
