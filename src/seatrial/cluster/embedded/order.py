"""What the watcher is told when it is started: one value, passed as its one argument."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from seatrial.cluster.embedded.state import Process


@dataclass(frozen=True, slots=True)
class Order:
    """What to start and whom to watch. ``listener`` is the relay's descriptor."""

    name: str
    cache: str
    binary: str
    store: str
    listener: int
    api_port: int
    starter: Process
    owner: Process | None

    def to_json(self) -> str:
        """Give it as the watcher's one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Order:
        """Read the argument back."""
        fields = json.loads(text)
        owner = fields["owner"] and Process(**fields["owner"])
        return cls(**{**fields, "starter": Process(**fields["starter"]), "owner": owner})
