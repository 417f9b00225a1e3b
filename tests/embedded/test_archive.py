"""What is read of an image archive before it is loaded."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import archive, store
from seatrial.cluster.embedded.oci import add_file
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def tar_of(path: Path, **files: object) -> Path:
    """Write a tar of JSON files; a name's ``_`` stands for the dot."""
    with tarfile.open(path, "w") as tar:
        for name, document in files.items():
            add_file(tar, name.replace("_", "."), json.dumps(document).encode())
    return path


def test_docker_save_gives_every_tag(tmp_path: Path) -> None:
    """All tags of all images of a `docker save` are named, completed as Docker means them."""
    file = tar_of(
        tmp_path / "d.tar",
        manifest_json=[{"RepoTags": ["model:1", "me/model:1"]}, {"RepoTags": ["ghcr.io/x/y:2"]}],
    )
    assert archive.names(file) == (
        "docker.io/library/model:1",
        "docker.io/me/model:1",
        "ghcr.io/x/y:2",
    )


def test_compressed_archives_are_read(tmp_path: Path) -> None:
    """A .tar.gz is as good as a .tar."""
    plain = tar_of(tmp_path / "d.tar", manifest_json=[{"RepoTags": ["model:1"]}])
    packed = tmp_path / "d.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert archive.names(packed) == ("docker.io/library/model:1",)


def test_a_mere_tag_is_no_name(tmp_path: Path) -> None:
    """An OCI archive that says only `latest` is refused, for no pod could use it."""
    annotations = {"org.opencontainers.image.ref.name": "latest"}
    file = tar_of(tmp_path / "o.tar", index_json={"manifests": [{"annotations": annotations}]})
    with pytest.raises(UsageError, match="without a name"):
        archive.names(file)


def test_a_complete_reference_is_a_name(tmp_path: Path) -> None:
    """An OCI archive that gives the whole reference needs no annotation of containerd's."""
    annotations = {"org.opencontainers.image.ref.name": "ghcr.io/x/y:2"}
    file = tar_of(tmp_path / "o.tar", index_json={"manifests": [{"annotations": annotations}]})
    assert archive.names(file) == ("ghcr.io/x/y:2",)


def test_an_untagged_docker_image_is_refused(tmp_path: Path) -> None:
    """`docker save ID` has no tag: it is refused with the mend."""
    with pytest.raises(UsageError, match="docker save NAME:TAG"):
        archive.names(tar_of(tmp_path / "d.tar", manifest_json=[{"RepoTags": None}]))


@pytest.mark.parametrize(
    "content",
    [b"", b"no tar at all", gzip.compress(b"no tar")],
    ids=["empty", "no tar at all", "compressed, no tar"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no tar, or an empty one, is the user's mistake and said so."""
    file = tmp_path / "f"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="load the image archive"):
        archive.names(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that does not exist is the user's mistake, too."""
    with pytest.raises(UsageError, match="No such file"):
        archive.names(tmp_path / "absent.tar")


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    """An index that holds no manifests is refused, not taken for an empty set of images."""
    with pytest.raises(UsageError, match="another shape"):
        archive.names(tar_of(tmp_path / "o.tar", index_json={"schemaVersion": 2}))


def test_a_foreign_tar_is_refused(tmp_path: Path) -> None:
    """Any other tar is refused by what it lacks."""
    file = tmp_path / "t.tar"
    with tarfile.open(file, "w") as tar:
        tar.addfile(tarfile.TarInfo("README"), io.BytesIO())
    with pytest.raises(UsageError, match="without manifest"):
        archive.names(file)


def test_the_store_goes_by_content_not_by_name_or_order(tmp_path: Path) -> None:
    """A set of images is the same set under other file names and in another order."""
    one = tar_of(tmp_path / "1.tar", manifest_json=[{"RepoTags": ["model:1"]}])
    two = tar_of(tmp_path / "2.tar", manifest_json=[{"RepoTags": ["model:2"]}])
    copy = tmp_path / "copy.tar"
    copy.write_bytes(one.read_bytes())
    assert store.key([one, two]) == store.key([two, copy])
    assert store.key([one, two]) != store.key([one])
