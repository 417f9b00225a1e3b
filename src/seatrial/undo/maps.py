"""The half of an undo record in the cluster: one ConfigMap each, in the record's namespace."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING

from seatrial.cluster import NotFoundError
from seatrial.cluster.writing import create, delete, listed
from seatrial.undo.record import Record, UndoError

if TYPE_CHECKING:
    from seatrial.cluster import Cluster
    from seatrial.undo.record import Json

#: The label that finds the records, whatever machine made them.
LABEL = "seatrial.dev/undo"
SELECTOR = f"{LABEL}=true"
_PREFIX = "seatrial-undo-"
_PLAIN, _PACKED = "record.json", "record.json.gz"
#: Up to here a record stays readable with kubectl; a larger one is compressed.
_PLAIN_BYTES = 256 * 1024
#: A ConfigMap holds 1 MiB, names and base64 not counted; some is left for its metadata.
_MOST_BYTES = 1000 * 1024


def write(cluster: Cluster, record: Record) -> None:
    """Create the record's ConfigMap. Raises ClusterError, or UndoError when it is too large."""
    create(cluster, "ConfigMap", record.namespace, _manifest(record))


def _manifest(record: Record) -> Json:
    labels = {LABEL: "true", "app.kubernetes.io/managed-by": "seatrial"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name(record),
            "namespace": record.namespace,
            "labels": labels,
            "annotations": {"seatrial.dev/what": record.what},
        },
        **_content(record),
    }


def name(record: Record) -> str:
    """Return the name of the record's ConfigMap."""
    return f"{_PREFIX}{record.id}"


def _content(record: Record) -> Json:
    text = record.to_json()
    data = text.encode()
    if len(data) <= _PLAIN_BYTES:
        return {"data": {_PLAIN: text}}
    packed = gzip.compress(data, mtime=0)
    if len(packed) > _MOST_BYTES:
        raise UndoError(
            f"record in the cluster how to undo: {record.what}",
            got=f"{len(data)} bytes, {len(packed)} compressed",
            expected=f"at most {_MOST_BYTES} compressed, which is what a ConfigMap holds",
            mend="apply a smaller overlay; nothing has been changed",
        )
    return {"binaryData": {_PACKED: base64.b64encode(packed).decode()}}


def remove(cluster: Cluster, record: Record) -> None:
    """Delete the record's ConfigMap; that it, or its whole namespace, is gone is as good."""
    try:
        delete(cluster, "ConfigMap", record.namespace, name(record))
    except NotFoundError:
        return


def texts(cluster: Cluster, namespace: str) -> dict[tuple[str, str], str]:
    """Return each record's text by (namespace, id); ``namespace`` "": of all of them.

    One that can't be unpacked is given as "", which is no record either.
    """
    return {
        (item["metadata"]["namespace"], item["metadata"]["name"].removeprefix(_PREFIX)): _text(item)
        for item in listed(cluster, "ConfigMap", namespace, SELECTOR)
    }


def _text(item: Json) -> str:
    if _PLAIN in (item.get("data") or {}):
        return str(item["data"][_PLAIN])
    try:
        packed = base64.b64decode((item.get("binaryData") or {}).get(_PACKED, ""), validate=True)
        return gzip.decompress(packed).decode()
    except (ValueError, OSError, EOFError):
        return ""
