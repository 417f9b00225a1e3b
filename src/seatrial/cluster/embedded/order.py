"""What a watcher is told when it is started: one value, passed as its one argument."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from seatrial.cluster.embedded.state import Process


@dataclass(frozen=True, slots=True)
class Order:
    """Which node to start and whom to watch. ``nodes`` is how many the cluster has.

    The first node's ``listener`` is the relay's descriptor, and its ``owner`` whose death ends the
    cluster. A further node has no listener (-1), and its owner is the first one's outer process.
    """

    name: str
    cache: str
    binary: str
    store: str
    listener: int
    api_port: int
    starter: Process
    owner: Process | None
    number: int = 1
    nodes: int = 1

    def to_json(self) -> str:
        """Give it as the watcher's one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Order:
        """Read the argument back."""
        fields = json.loads(text)
        owner = fields["owner"] and Process(**fields["owner"])
        return cls(**{**fields, "starter": Process(**fields["starter"]), "owner": owner})
