"""Reads which images an archive holds, before anything is done with it.

Both kinds: an OCI layout (index.json) and `docker save` (manifest.json), plain or compressed.
"""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: Both tables name the image by digests of all its parts. Docker's own is asked first: newer
#: versions write both, and only this one keeps every tag.
_TABLES = ("manifest.json", "index.json")
_NAME = "io.containerd.image.name"
_REFERENCE = "org.opencontainers.image.ref.name"


def table_of_contents(file: Path) -> bytes:
    """Give manifest.json or index.json; `UsageError` if the file is no image archive."""
    return _read_table(file)[1]


def names(file: Path) -> tuple[str, ...]:
    """List the complete names of the images in ``file``; `UsageError` if one has none.

    A name without a registry is Docker's: ``model:1`` means ``docker.io/library/model:1``.
    """
    kind, content = _read_table(file)
    try:
        document = json.loads(content)
        found = _docker_names(document) if kind == "manifest.json" else _oci_names(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(file, f"a {kind} of another shape ({error!r})") from error
    if not found:
        raise UsageError(
            f"load the image archive {file}",
            got="an image without a name",
            expected="a tag in manifest.json, or io.containerd.image.name in index.json",
            mend="save it by its name: docker save NAME:TAG -o FILE",
        )
    return tuple(complete(name) for name in found)


def complete(name: str) -> str:
    """Give the name as containerd knows it: with registry, repository and tag."""
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif "." not in first and ":" not in first and first != "localhost":
        name = f"docker.io/{name}"
    return name if ":" in name.rsplit("/", 1)[1] else f"{name}:latest"


def _docker_names(document: list[dict[str, list[str] | None]]) -> list[str]:
    return [tag for image in document for tag in image.get("RepoTags") or []]


def _oci_names(document: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    found = []
    for manifest in document["manifests"]:
        annotations = manifest.get("annotations", {})
        # A reference that is a mere tag ("latest") says nothing of the repository.
        reference = annotations.get(_REFERENCE, "")
        name = annotations.get(_NAME) or (reference if "/" in reference else "")
        if name:
            found.append(name)
    return found


def _read_table(file: Path) -> tuple[str, bytes]:
    tables: dict[str, bytes] = {}
    try:
        with tarfile.open(file, "r:*") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if name in _TABLES and (content := tar.extractfile(member)) is not None:
                    tables[name] = content.read()
                if len(tables) == len(_TABLES):
                    break
    except (tarfile.TarError, EOFError) as error:
        raise _unusable(file, "no tar, or only a part of one") from error
    except OSError as error:
        raise _unusable(file, str(error)) from error
    for name in _TABLES:
        if name in tables:
            return name, tables[name]
    raise _unusable(file, "a tar without manifest.json and index.json")


def _unusable(file: Path, got: str) -> UsageError:
    return UsageError(
        f"load the image archive {file}",
        got=got,
        expected="a tar as `docker save` or `skopeo copy … oci-archive:` writes it",
        mend="save the image again: docker save NAME:TAG -o FILE",
    )
