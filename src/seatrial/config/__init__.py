"""``seatrial.toml`` into typed, frozen values: which cluster, which workload, which load.

Only this package and ``objectives`` read users' YAML and TOML. It contacts nothing.
"""

from seatrial.config.model import (
    Autoscaling,
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
    "Autoscaling",
    "ClusterChoice",
    "Config",
    "ConfigError",
    "FaultChoice",
    "LoadShape",
    "Request",
    "Target",
    "read",
]
