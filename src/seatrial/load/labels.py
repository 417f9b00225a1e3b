"""Who answered: the arm, the replica and the proxy's retries, from an answer's headers."""

from __future__ import annotations

import re

from seatrial.timeline import NO_ARM, NO_REPLICA

#: Distinct header values kept; a server that answers with ever new ones must not fill memory.
REMEMBERED = 1024
MOST_RETRIES = 255
#: Seldon writes the route as ``:NAME_VERSION:``.
ROUTE = re.compile(r":?(?P<name>[^:]+?)(?:_\d+)?:?")


class Labels:
    """The indices that a record holds in place of names.

    An arm is one of the plan's, matched exactly, bare or as Seldon writes it (``:arm_1:``).
    A replica's index is given at its first answer; from the 256th replica on it is NO_REPLICA.
    """

    def __init__(
        self, arms: tuple[str, ...], arm_header: str, replica_header: str, attempts_header: str
    ) -> None:
        """Take the plan's arms and the names of the headers."""
        self._arm_index = {name: index for index, name in enumerate(arms)}
        self._arm_header = arm_header.lower().encode("ascii")
        self._replica_header = replica_header.lower().encode("ascii")
        self._attempts_header = attempts_header.lower().encode("ascii")
        self._arms: dict[bytes, int] = {}
        self._replicas: dict[bytes, int] = {}
        #: How many good answers did not say how often the proxy tried.
        self.untold = 0

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas' addresses; a record's ``replica`` is the position."""
        return tuple(address.decode("latin-1") for address in self._replicas)

    def read(self, headers: dict[bytes, bytes]) -> tuple[int, int, int]:
        """Return (arm, replica, retries) of an answer with these headers, names in lower case."""
        return (
            self._arm(headers.get(self._arm_header, b"")),
            self._replica(headers.get(self._replica_header, b"")),
            _retries(headers.get(self._attempts_header, b"")),
        )

    def note_good(self, headers: dict[bytes, bytes]) -> None:
        """Take note of a good answer: telling of no attempt is no proof that one was enough."""
        if not headers.get(self._attempts_header, b"").isdigit():
            self.untold += 1

    def _arm(self, value: bytes) -> int:
        known = self._arms.get(value)
        if known is not None:
            return known
        text = value.decode("latin-1").strip()
        match = ROUTE.fullmatch(text)
        names = (text, text.strip(":"), match["name"] if match else text)
        index = next((self._arm_index[name] for name in names if name in self._arm_index), NO_ARM)
        if len(self._arms) < REMEMBERED:
            self._arms[value] = index
        return index

    def _replica(self, value: bytes) -> int:
        if not value:
            return NO_REPLICA
        known = self._replicas.get(value)
        if known is None and len(self._replicas) < NO_REPLICA:
            known = self._replicas[value] = len(self._replicas)
        return NO_REPLICA if known is None else known


def _retries(value: bytes) -> int:
    """Attempts minus the first one; 0 where the proxy does not say."""
    if value == b"1" or not value.isdigit():
        return 0
    return min(max(int(value) - 1, 0), MOST_RETRIES)
