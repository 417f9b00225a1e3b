"""One undo record as a value, and as JSON."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from seatrial.errors import SeatrialError

Json = dict[str, Any]
#: Ids and UIDs become names of files and objects: nothing else may stand in them.
_SAFE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class UndoError(SeatrialError):
    """What was changed could not be recorded, or not be put back."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one change has to be put back to.

    ``cluster`` is the UID of the namespace kube-system: contexts are renamed, and embedded
    clusters of one name follow each other. ``mechanism`` names who undoes it, ``before`` (JSON)
    is what that needs; no secret's content stands in it. ``holder`` says who made it (host/pid),
    ``made`` when (RFC 3339 UTC, to the microsecond: records are undone in reverse order).
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
        """Return the record in ``text``. Raises UndoError naming ``where`` it was found."""
        try:
            found = cls(**json.loads(text))
            found.check()
        except (ValueError, TypeError) as cause:
            raise UndoError(
                f"read the undo record {where}",
                got=f"{type(cause).__name__}: {cause}",
                expected="a record that this version of seatrial wrote",
                mend="undo it with the version that wrote it",
            ) from cause
        return found

    def check(self) -> None:
        """Raise ValueError for what would reach outside its place.

        Anybody may have written the ConfigMap it comes from.
        """
        if not all(isinstance(value, str) for value in (*self._words(), self.id, self.cluster)):
            raise ValueError("something else than text where text belongs")
        for name in (self.id, self.cluster):
            if not _SAFE.fullmatch(name):
                raise ValueError(f"{name!r} is no id")
        if not isinstance(self.before, dict):
            raise ValueError(f"before is {type(self.before).__name__}")  # noqa: TRY004 -- one error for all that is wrong

    def _words(self) -> tuple[str, ...]:
        return (self.made, self.context, self.namespace, self.mechanism, self.what, self.holder)


def new_record(  # one argument for each fact, all by name
    *, cluster: str, context: str, namespace: str, mechanism: str, what: str, before: Json
) -> Record:
    """Return a new record, made now by this process."""
    return Record(
        id=f"{mechanism}-{secrets.token_hex(4)}",
        made=datetime.now(UTC).isoformat(timespec="microseconds"),
        cluster=cluster,
        context=context,
        namespace=namespace,
        mechanism=mechanism,
        what=what,
        holder=f"{socket.gethostname()}/{os.getpid()}",
        before=before,
    )
