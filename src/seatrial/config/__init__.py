"""``seatrial.toml`` into typed, frozen values: which cluster, which workload, which load.

Only this module (and ``objectives``) reads files that users write. It contacts nothing.
"""

from seatrial.config.model import (
    ClusterChoice,
    Config,
    ConfigError,
    FaultChoice,
    LoadShape,
    Request,
    Target,
)
from seatrial.config.read import read

__all__ = [
    "ClusterChoice",
    "Config",
    "ConfigError",
    "FaultChoice",
    "LoadShape",
    "Request",
    "Target",
    "read",
]
