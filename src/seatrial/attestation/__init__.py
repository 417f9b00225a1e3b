"""The attestation: all that a trial may touch, read before and after, and what differs.

Reads through ``cluster`` alone and changes nothing. Putting things back is `undo`'s and
`workload`'s; what a difference means for a run is `trial`'s.
"""

from seatrial.attestation.compare import differences
from seatrial.attestation.settling import SETTLE_S, settled, settled_as
from seatrial.attestation.snapshot import snapshot

__all__ = ["SETTLE_S", "differences", "settled", "settled_as", "snapshot"]
