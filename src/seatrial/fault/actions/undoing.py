"""The action that undoes what the other actions left, from their undo records alone."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError
from seatrial.fault.putting_back import put_back
from seatrial.fault.replicas import Configuration, cluster_of
from seatrial.fault.told import Told, proof
from seatrial.fault.waiting import EVERY_S
from seatrial.undo import ReplayError

if TYPE_CHECKING:
    from seatrial.undo.replay import Done

logger = logging.getLogger("chaostoolkit")

#: Longer than an API server's restart, shorter than what a stopped experiment is given.
DEADLINE_S = 45.0


def undo_all(
    namespace: str,
    *,
    deadline_s: float = DEADLINE_S,
    configuration: Configuration | None = None,
) -> Told:
    """Undo every fault whose undo record is left in ``namespace``, the newest first.

    Does nothing where none is left, so it stands in the method, after the fault's time, and again
    among the rollbacks. What fails, such as while the API server is away, is tried again for
    ``deadline_s`` s. Raises, and so fails, with what could not be undone by then.
    """
    end = time.monotonic() + deadline_s
    done: Done = ()
    while True:
        try:
            with cluster_of(configuration) as cluster:
                done += put_back(cluster, namespace)
            break
        except SeatrialError as error:
            done += error.done if isinstance(error, ReplayError) else ()
            if time.monotonic() > end:
                raise
            logger.warning("Not undone yet: %s", error)
            time.sleep(EVERY_S)
    for record, _ in done:
        logger.info("Undone: %s", record.what)
    return Told(
        undone=[found.said for _, found in done],
        proofs=[proof(*item) for _, found in done for item in found.proofs],
    )
