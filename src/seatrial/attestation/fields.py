"""Turns JSON of the API into fields by path; where a secret may stand, a digest stands instead.

Digested are: values of environment variables and HTTP headers, commands and their arguments,
options of volume drivers, data of ConfigMaps, and annotations of anybody but Kubernetes and
seatrial. Names stay readable, of variables, mounts and Secrets too. A Secret itself is never read.

A digest is made with a salt: without it, not even a short secret can be guessed from its digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

#: seatrial's own annotations and labels.
OURS = "seatrial.dev/"
_HIDDEN = frozenset({"command", "args", "volumeAttributes", "options"})
#: A ConfigMap's own.
_DATA = ("data", "binaryData")
#: Under these, it is the key ``value`` that may hold a secret.
_HIDDEN_VALUES = frozenset({"env", "httpHeaders"})
#: kubectl keeps the whole manifest there, environment and all.
_WHOLE_MANIFEST = "kubectl.kubernetes.io/last-applied-configuration"
_READABLE = (".kubernetes.io", ".k8s.io", f".{OURS.rstrip('/')}")
#: A longer annotation is somebody's document, not a word.
_LONGEST = 200
#: What tells the items of a list apart, the first of these that all have and that differs.
_IDENTITIES = ("name", "mountPath", "containerPort", "port", "type")
_BYTES = 8


def fields(raw: Mapping[str, Any], salt: str) -> dict[str, str]:
    """Return each leaf's text by its path, such as ``spec.containers[main].image``; sorted."""
    leaves = _leaves(raw, ())
    return dict(sorted((_joined(keys), _shown(keys, leaf, salt)) for keys, leaf in leaves))


def digest(text: str, salt: str) -> str:
    """Return what stands for a text that may hold a secret: equal only for equal texts."""
    found = hashlib.blake2b(text.encode(), key=salt.encode(), digest_size=_BYTES)
    return f"digest {found.hexdigest()}"


def _leaves(raw: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(raw, dict) and raw:
        for key, item in raw.items():
            yield from _leaves(item, (*keys, key))
    elif isinstance(raw, list) and raw:
        for name, item in zip(_names(raw), raw, strict=True):
            yield from _leaves(item, (*keys, f"[{name}]"))
    elif keys:
        yield keys, raw


def _names(items: list[Any]) -> list[str]:
    """Name a list's items by what tells them apart, so that an added one moves no other."""
    for key in _IDENTITIES:
        names = [str(item[key]) for item in items if isinstance(item, dict) and key in item]
        if len(set(names)) == len(items):
            return names
    return [str(number) for number in range(len(items))]


def _joined(keys: tuple[str, ...]) -> str:
    path = ""
    for key in keys:
        if key.startswith("["):
            path += key
        elif "." in key or "/" in key:
            path += f"[{key}]"
        else:
            path += f".{key}" if path else key
    return path


def _shown(keys: tuple[str, ...], leaf: object, salt: str) -> str:
    text = leaf if isinstance(leaf, str) else json.dumps(leaf, sort_keys=True)
    return digest(text, salt) if _may_be_secret(keys, text) else text


def _may_be_secret(keys: tuple[str, ...], text: str) -> bool:
    if keys[0] in _DATA or not _HIDDEN.isdisjoint(keys):
        return True
    if keys[-1] == "value" and not _HIDDEN_VALUES.isdisjoint(keys):
        return True
    if "annotations" not in keys[:-1]:
        return False
    domain = keys[-1].partition("/")[0]
    known = f".{domain}".endswith(_READABLE)
    return not known or keys[-1] == _WHOLE_MANIFEST or len(text) > _LONGEST
