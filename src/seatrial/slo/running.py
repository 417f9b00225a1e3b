"""How many of some requests come before a place among all of them: counts for sliding stretches.

Flags are kept as bits, with a count before every 64 of them: a fraction of a byte a request where
a running count would take four, and no more work to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD = 64


class Before(Protocol):
    """Tells how many of the requests it is about come before each place; int64."""

    def __call__(self, places: NDArray[np.int64], /) -> NDArray[np.int64]:
        """Count before ``places``, from 0 to the number of all requests."""


def every(places: NDArray[np.int64], /) -> NDArray[np.int64]:
    """Count all requests before each place: as many as the place says."""
    return places


def running(flags: NDArray[np.bool_]) -> Before:
    """Return what counts the requests whose flag is set."""
    packed = np.packbits(flags, bitorder="little")
    # One word more than is needed: the place behind the last request has one, too.
    padded = np.zeros((len(flags) // WORD + 1) * WORD // 8, dtype=np.uint8)
    padded[: len(packed)] = packed
    words = padded.view("<u8")
    counts = np.bitwise_count(words)
    full = np.zeros(len(words), dtype=np.int64)
    np.cumsum(counts[:-1], out=full[1:])

    def before(places: NDArray[np.int64], /) -> NDArray[np.int64]:
        word, bit = places // WORD, (places % WORD).astype(np.uint64)
        below = (np.uint64(1) << bit) - np.uint64(1)
        rest = np.bitwise_count(words[word] & below)
        return np.asarray(full[word] + rest, dtype=np.int64)

    return before
