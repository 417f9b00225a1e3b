"""Observing a workload during a trial: watchers that append samples to the trial's directory.

It writes what it sees and judges nothing. What the load saw is `load`'s, the fault's proof
`fault`'s.
"""

from seatrial.observe.observer import Observer

__all__ = ["Observer"]
