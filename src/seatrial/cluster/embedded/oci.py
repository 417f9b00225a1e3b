"""Writes a container image as an OCI-layout tar, byte for byte the same for the same input.

It packs layers that exist; building their content belongs to `images`, importing to `store`.
Format: the OCI image specification v1, https://github.com/opencontainers/image-spec.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import platform
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MEDIA = "application/vnd.oci.image"
_CHUNK = 1 << 20
#: Python's names of the machine, as Go and OCI spell them.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How a container of the image starts.

    ``user`` is ``uid[:gid]``; ``exposed_ports`` look like ``8080/tcp``.
    """

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    working_dir: str = "/"
    user: str = ""
    exposed_ports: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Blob:
    """A part of the image: in memory or in a file, with its digest (sha256, hex) and size."""

    digest: str
    size: int
    source: bytes | Path

    def descriptor(self, media: str) -> dict[str, object]:
        return {
            "mediaType": f"{_MEDIA}.{media}",
            "digest": f"sha256:{self.digest}",
            "size": self.size,
        }


def write_image(
    path: Path, *, name: str, layers: Sequence[Path | bytes], config: ImageConfig
) -> None:
    """Write the image ``name`` to ``path``, which appears whole or not at all.

    ``name`` is complete (``docker.io/seldonio/mlserver:1.7.1``): the kubelet finds no other.
    ``layers`` are uncompressed tars, the lowest first. Raises `SeatrialError` for a name that is
    not complete.
    """
    if "/" not in name or "." not in name.split("/", 1)[0] or ":" not in name.rsplit("/", 1)[1]:
        raise SeatrialError(
            f"write the image {path}",
            got=f"the name {name!r}",
            expected="registry/repository:tag, such as docker.io/seldonio/mlserver:1.7.1",
            mend="give the complete name",
        )
    blobs = [_blob(layer) for layer in layers]
    settings = _blob(_json(_config_document(config, blobs)))
    manifest = _blob(_json(_manifest_document(settings, blobs)))
    index = _json(_index_document(manifest, name))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _pack(temporary, index, [manifest, settings, *blobs])
        temporary.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def architecture() -> str:
    """Name this machine's processor as OCI does; `SeatrialError` for one Kubernetes lacks."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise SeatrialError(
            "find this machine's architecture",
            got=machine,
            expected=" or ".join(ARCHITECTURES),
            mend="run seatrial on one of these",
        )
    return ARCHITECTURES[machine]


def add_file(tar: tarfile.TarFile, name: str, content: bytes | Path, *, mode: int = 0o644) -> None:
    """Add a file that belongs to root and carries no time, so that equal content is equal bytes."""
    member = tarfile.TarInfo(name)
    member.mode = mode
    if isinstance(content, bytes):
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
        return
    member.size = content.stat().st_size
    with content.open("rb") as source:
        tar.addfile(member, source)


def _blob(source: bytes | Path) -> _Blob:
    digest = hashlib.sha256()
    if isinstance(source, bytes):
        digest.update(source)
        return _Blob(digest.hexdigest(), len(source), source)
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return _Blob(digest.hexdigest(), source.stat().st_size, source)


def _pack(path: Path, index: bytes, blobs: Sequence[_Blob]) -> None:
    """Write the layout. Equal layers are one blob."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        add_file(tar, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        add_file(tar, "index.json", index)
        for blob in {blob.digest: blob for blob in blobs}.values():
            add_file(tar, f"blobs/sha256/{blob.digest}", blob.source)


def _config_document(config: ImageConfig, layers: Sequence[_Blob]) -> Mapping[str, object]:
    fields = {
        "Entrypoint": list(config.entrypoint),
        "Cmd": list(config.command),
        "Env": [f"{key}={value}" for key, value in config.env],
        "WorkingDir": config.working_dir,
        "User": config.user,
        "ExposedPorts": {port: {} for port in config.exposed_ports},
        "Labels": dict(config.labels),
    }
    return {
        "architecture": architecture(),
        "os": "linux",
        "config": {key: value for key, value in fields.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in layers]},
    }


def _manifest_document(settings: _Blob, layers: Sequence[_Blob]) -> Mapping[str, object]:
    return {
        "schemaVersion": 2,
        "mediaType": f"{_MEDIA}.manifest.v1+json",
        "config": settings.descriptor("config.v1+json"),
        "layers": [layer.descriptor("layer.v1.tar") for layer in layers],
    }


def _index_document(manifest: _Blob, name: str) -> Mapping[str, object]:
    described = manifest.descriptor("manifest.v1+json")
    described["platform"] = {"architecture": architecture(), "os": "linux"}
    described["annotations"] = {
        "io.containerd.image.name": name,
        "org.opencontainers.image.ref.name": name.rsplit(":", 1)[1],
    }
    return {"schemaVersion": 2, "mediaType": f"{_MEDIA}.index.v1+json", "manifests": [described]}


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
