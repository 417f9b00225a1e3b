"""OpenSLO v1 documents into the objectives that ``slo`` judges.

Only this package and ``config`` read users' YAML and TOML. It measures and decides nothing.
"""

from seatrial.objectives.profile import profiles
from seatrial.objectives.read import KEPT, keep, read
from seatrial.objectives.source import ObjectivesError

__all__ = ["KEPT", "ObjectivesError", "keep", "profiles", "read"]
