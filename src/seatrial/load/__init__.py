"""The load: open-loop requests at planned instants, sent by a Locust process, recorded one by one.

It does not judge, watch the cluster or break anything. ``start`` an order, ``wait`` for the
report; the records are ``requests.npy`` in the order's directory.
"""

from seatrial.load.launch import LoadDiedError, LoadProcess, start
from seatrial.load.order import LoadOrder, order_for
from seatrial.load.process import read_token
from seatrial.load.schedule import Stage, planned, schedule

__all__ = [
    "LoadDiedError",
    "LoadOrder",
    "LoadProcess",
    "Stage",
    "order_for",
    "planned",
    "read_token",
    "schedule",
    "start",
]
