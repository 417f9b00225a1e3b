"""A golden set: inputs with the answers that each arm must give, read, compared and written.

It sends nothing and judges nothing: ``workload`` records a set, ``load`` compares with it.
"""

from seatrial.golden.compare import DecodeError, decode, difference, outputs_in
from seatrial.golden.file import GoldenError, read, write
from seatrial.golden.values import ANY_ARM, Golden, Input, Output, Tolerance

__all__ = [
    "ANY_ARM",
    "DecodeError",
    "Golden",
    "GoldenError",
    "Input",
    "Output",
    "Tolerance",
    "decode",
    "difference",
    "outputs_in",
    "read",
    "write",
]
