"""One undo record as a value, and as JSON."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from seatrial.errors import SeatrialError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """What one change has to be put back to.

    ``cluster`` is the UID of the namespace kube-system: contexts are renamed, and embedded
    clusters of one name follow each other. ``mechanism`` names who undoes it, ``before`` (JSON)
    is what that needs. ``holder`` says who made it, ``made`` when (RFC 3339 UTC).
    """

    id: str
    made: str
    cluster: str
    context: str
    namespace: str
    mechanism: str
    what: str  # a sentence for people: what is changed of which object
    holder: str
    before: Json = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str, *, where: str) -> Record:
        """Return the record in ``text``. Raises SeatrialError naming ``where`` it was found."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as cause:
            raise SeatrialError(
                f"read the undo record {where}",
                got=f"{type(cause).__name__}: {cause}",
                expected="a record that this version of seatrial wrote",
                mend="undo it with the version that wrote it",
            ) from cause


def new_record(  # one argument for each fact, all by name
    *, cluster: str, context: str, namespace: str, mechanism: str, what: str, before: Json
) -> Record:
    """Return a new record, made now by this process."""
    return Record(
        id=f"{mechanism}-{secrets.token_hex(4)}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        cluster=cluster,
        context=context,
        namespace=namespace,
        mechanism=mechanism,
        what=what,
        holder=f"{socket.gethostname()}/{os.getpid()}",
        before=before,
    )
