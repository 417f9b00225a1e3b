"""Pipeline steps of the two models; runs in the model server's image, never in seatrial itself.

Both steps are pickled by reference, so this module must be importable wherever a model is loaded.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.base import BaseEstimator, TransformerMixin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Mounted from the optional ConfigMap of a sabotage; absent in normal life.
DELAY_FILE = Path("/etc/seatrial/model/delay-ms")
STALE_FILE = Path("/etc/seatrial/model/stale-replica")


class FlattenWindow(TransformerMixin, BaseEstimator):
    """Turn windows of shape (n, days, features) into rows of shape (n, days * features)."""

    def fit(self, windows: NDArray[np.float32], directions: object = None) -> FlattenWindow:
        """Learn nothing; ``directions`` is there for scikit-learn's pipeline."""
        del windows, directions
        self.fitted_ = True
        return self

    def transform(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one row for each window."""
        return windows.reshape(len(windows), -1)


class SabotageDelay(TransformerMixin, BaseEstimator):
    """Sleep before each prediction for the milliseconds in DELAY_FILE, if that file is there.

    A sabotage must make a *real* model slow, at once and without a restart: so the file is read
    anew for each prediction (some 10 µs). It holds a worker as a slow model would.
    """

    def fit(self, rows: NDArray[np.float32], directions: object = None) -> SabotageDelay:
        """Learn nothing; ``directions`` is there for scikit-learn's pipeline."""
        del rows, directions
        self.fitted_ = True
        return self

    def transform(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``rows`` as they are, late when sabotaged."""
        try:
            delay_ms = float(DELAY_FILE.read_text(encoding="ascii"))
        except FileNotFoundError:
            return rows
        time.sleep(delay_ms / 1000)
        return rows


class SabotageStale(TransformerMixin, BaseEstimator):
    """Hand features on in the order of an older pipeline, on the replica that STALE_FILE names.

    So one replica's answers are wrong, and neither late nor errors.
    """

    def fit(self, rows: NDArray[np.float32], directions: object = None) -> SabotageStale:
        """Learn nothing; ``directions`` is there for scikit-learn's pipeline."""
        del rows, directions
        self.fitted_ = True
        return self

    def transform(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``rows`` as they are, their columns turned round when sabotaged."""
        try:
            stale = STALE_FILE.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return rows
        return rows[:, ::-1] if stale == socket.gethostname() else rows
