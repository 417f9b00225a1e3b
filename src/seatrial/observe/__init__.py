"""Observing a workload during a trial: watchers that append samples to the trial's directory.

It writes what it sees and judges nothing. What the load saw is `load`'s, the fault's proof
`fault`'s.
"""

from seatrial.observe.observer import Observer
from seatrial.observe.watchers import instruments

__all__ = ["Observer", "instruments"]
