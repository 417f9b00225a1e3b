"""Where seatrial keeps files between runs: one directory below the user's cache."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """Give seatrial's cache directory: ``$XDG_CACHE_HOME/seatrial`` or ``~/.cache/seatrial``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    root = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return root / "seatrial"
