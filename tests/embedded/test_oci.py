"""The image archives seatrial writes itself."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import archive, oci
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "docker.io/example/model:1"


def layer(text: bytes) -> bytes:
    """Give a layer with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        oci.add_file(tar, "file", text)
    return buffer.getvalue()


def read(path: Path) -> dict[str, bytes]:
    """Give every member of the tar."""
    with tarfile.open(path) as tar:
        return {
            member.name: content.read()
            for member in tar
            if (content := tar.extractfile(member)) is not None
        }


def written(path: Path, *layers: bytes) -> Path:
    """Write an image of these layers."""
    config = oci.ImageConfig(entrypoint=("/file",), env=(("A", "b"),), user="65535")
    oci.write_image(path, name=NAME, layers=layers, config=config)
    return path


def test_every_digest_is_its_contents(tmp_path: Path) -> None:
    """A blob's file name is the sha256 of its bytes, so containerd can verify each."""
    for name, content in read(written(tmp_path / "i.tar", layer(b"x"))).items():
        if name.startswith("blobs/sha256/"):
            assert name.removeprefix("blobs/sha256/") == hashlib.sha256(content).hexdigest()


def test_index_leads_to_layers_and_configuration(tmp_path: Path) -> None:
    """From index.json one reaches the manifest, its layers and how the container starts."""
    content = read(written(tmp_path / "i.tar", layer(b"x"), layer(b"y")))
    entry = json.loads(content["index.json"])["manifests"][0]
    manifest = json.loads(content["blobs/sha256/" + entry["digest"].removeprefix("sha256:")])
    digests = [item["digest"].removeprefix("sha256:") for item in manifest["layers"]]
    settings = json.loads(
        content["blobs/sha256/" + manifest["config"]["digest"].removeprefix("sha256:")]
    )
    assert [content[f"blobs/sha256/{digest}"] for digest in digests] == [layer(b"x"), layer(b"y")]
    assert settings["config"] == {
        "Entrypoint": ["/file"],
        "Env": ["A=b"],
        "User": "65535",
        "WorkingDir": "/",
    }


def test_same_input_gives_same_bytes(tmp_path: Path) -> None:
    """Two writes of one image differ in no byte: caches go by content."""
    first = written(tmp_path / "a.tar", layer(b"x"))
    second = written(tmp_path / "b.tar", layer(b"x"))
    assert first.read_bytes() == second.read_bytes()


def test_layer_from_a_file_is_the_same_as_from_memory(tmp_path: Path) -> None:
    """A layer may be a path or bytes."""
    file = tmp_path / "layer.tar"
    file.write_bytes(layer(b"x"))
    oci.write_image(
        tmp_path / "a.tar", name=NAME, layers=[file], config=oci.ImageConfig(entrypoint=("/f",))
    )
    oci.write_image(
        tmp_path / "b.tar",
        name=NAME,
        layers=[layer(b"x")],
        config=oci.ImageConfig(entrypoint=("/f",)),
    )
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_equal_layers_are_stored_once(tmp_path: Path) -> None:
    """A layer that occurs twice is one blob: a tar with two members of a name is ambiguous."""
    path = written(tmp_path / "i.tar", layer(b"x"), layer(b"x"))
    with tarfile.open(path) as tar:
        names = tar.getnames()
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["model:1", "example/model:1", "docker.io/example/model"])
def test_incomplete_names_are_refused(tmp_path: Path, name: str) -> None:
    """A name the kubelet would not find is refused when the image is written."""
    with pytest.raises(SeatrialError, match="registry/repository:tag"):
        oci.write_image(tmp_path / "i.tar", name=name, layers=[], config=oci.ImageConfig())


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """An image whose layer can't be read appears neither whole nor in part."""
    missing = tmp_path / "no-such-layer.tar"
    with pytest.raises(FileNotFoundError):
        oci.write_image(tmp_path / "i.tar", name=NAME, layers=[missing], config=oci.ImageConfig())
    assert list(tmp_path.iterdir()) == []


def test_own_archive_is_read_back(tmp_path: Path) -> None:
    """`load-image` reads the name of what `write_image` wrote."""
    assert archive.names(written(tmp_path / "i.tar", layer(b"x"))) == (NAME,)
