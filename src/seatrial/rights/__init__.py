"""The rights that a trial needs of an existing cluster's API, and whether its identity has them.

`table` is the one source: the roles in ``k8s/rbac`` grant exactly what stands there, and before a
trial begins each right that it will use is asked for. It changes nothing.
"""

from seatrial.rights.check import MissingRightsError, demand, missing
from seatrial.rights.faults import FAULTS, of_faults, unknown
from seatrial.rights.parts import Part
from seatrial.rights.rule import Right, Rule, Scope
from seatrial.rights.table import RULES, rights

__all__ = [
    "FAULTS",
    "RULES",
    "MissingRightsError",
    "Part",
    "Right",
    "Rule",
    "Scope",
    "demand",
    "missing",
    "of_faults",
    "rights",
    "unknown",
]
