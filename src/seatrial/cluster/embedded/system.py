"""Turns what the operating system refuses into an error with its mend."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seatrial.cluster.embedded.layout import Layout


@contextmanager
def errors_told(place: Layout) -> Iterator[None]:
    """Raise what the system refused in the block, a full disk first of all, as `SeatrialError`."""
    try:
        yield
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SeatrialError(
            f"bring up the embedded cluster {place.name!r}",
            got=str(error),
            expected=f"{place.cache} and {place.state} to be writable, with space left",
            mend="free space, or move the cache with XDG_CACHE_HOME; then try again",
        ) from error
