"""Images appear in the cache whole, once, and whatever was killed while building them."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from seatrial.cluster.embedded.images import build, recipe, rootfs
from seatrial.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of images of a user who has none yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "seatrial" / "images"


def _present(cache: Path, *kinds: recipe.Recipe) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        (cache / f"{kind.short}-{kind.key()}.tar").write_bytes(b"whole")


def test_cached_images_are_returned_without_building(cache: Path) -> None:
    """With both images in the cache nothing is run, nothing is written."""
    _present(cache, *recipe.RECIPES)
    before = sorted(cache.iterdir())
    paths = build.build_all(SilentProgress())
    assert [path.read_bytes() for path in paths] == [b"whole", b"whole"]
    assert sorted(cache.iterdir()) == before


def test_what_a_killed_build_left_is_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next build removes the work folders of killed ones before it starts."""
    left = cache / "building-killed" / "root"
    left.mkdir(parents=True)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(rootfs.ImageBuildError):
        build.build_all(SilentProgress())
    assert not left.parent.exists()


def test_a_failed_build_leaves_no_image(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that fails says what is missing, and leaves neither image nor work folder."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(rootfs.ImageBuildError, match="mmdebstrap"):
        build.build_all(SilentProgress())
    assert [path.name for path in cache.iterdir() if path.suffix != ".lock"] == []


def test_a_failing_program_is_named_with_its_words() -> None:
    """An error carries the program, its exit code and the end of what it said."""
    with pytest.raises(rootfs.ImageBuildError, match=r"tar ended with code 2:\n(.|\n)*no-such"):
        rootfs.run("pack nothing", ["tar", "--create", "--file", "/dev/null", "no-such"])


def test_layers_of_equal_content_are_equal_bytes(tmp_path: Path) -> None:
    """A layer depends on its content alone, not on when or in which order it was written."""
    names = [f"{number:02}" for number in range(40)]
    for layer, order in (("one", names), ("two", names[::-1])):
        (tmp_path / layer / "dir").mkdir(parents=True)
        for name in order:
            (tmp_path / layer / "dir" / name).write_text(name, encoding="utf-8")
        rootfs.pack(tmp_path / f"{layer}.tar", tmp_path / layer, ".")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as packed:
        members = packed.getnames()
    assert members == sorted(members)


@pytest.mark.cluster
def test_the_built_images_hold_what_they_are_named_after() -> None:
    """The real images carry their names, and both models are in MLServer's."""
    for kind, path in zip(recipe.RECIPES, build.build_all(SilentProgress()), strict=True):
        with tarfile.open(path) as image:
            index = json.loads(_member(image, "index.json"))
            (manifest,) = index["manifests"]
            assert manifest["annotations"]["io.containerd.image.name"] == kind.name
            names = _files(image, manifest["digest"])
        expected = {
            "mlserver": {
                "./mnt/models/baseline-predictor/model.joblib",
                "./mnt/models/enhanced-predictor/model.joblib",
                "./opt/mlserver/bin/mlserver",
            },
            "envoy": {"./usr/local/bin/envoy", "./bin/busybox"},
        }[kind.short]
        assert expected <= names


@pytest.mark.cluster
def test_a_build_that_is_killed_leaves_nothing_running(cache: Path) -> None:
    """After SIGKILL of a build no image is there, its programs end, and the next build is whole."""
    script = (
        "from seatrial.cluster.embedded.images import build_all;"
        "from seatrial.progress import SilentProgress;"
        "build_all(SilentProgress())"
    )
    building = subprocess.Popen([sys.executable, "-c", script])
    try:
        _await(lambda: any(cache.glob("building-*/*/usr/*")), "the base being unpacked")
    finally:
        building.kill()
        building.wait(timeout=10)
    assert not list(cache.glob("*.tar"))
    _await(lambda: not _programs_in(cache), "the killed build's programs to end")
    paths = build.build_all(SilentProgress())
    assert sorted(paths) == sorted(cache.glob("*.tar"))
    assert not list(cache.glob("building-*"))


def _await(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, f"waited 30 s for {what}"
        time.sleep(0.05)


def _programs_in(folder: Path) -> list[str]:
    """Return the command lines of processes that name ``folder``."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        found += [line] if str(folder) in line else []
    return found


def _member(image: tarfile.TarFile, name: str) -> bytes:
    stream = image.extractfile(name)
    assert stream is not None
    return stream.read()


def _files(image: tarfile.TarFile, digest: str) -> set[str]:
    blob = "blobs/sha256/" + digest.removeprefix("sha256:")
    names: set[str] = set()
    for layer in json.loads(_member(image, blob))["layers"]:
        stream = image.extractfile("blobs/sha256/" + layer["digest"].removeprefix("sha256:"))
        assert stream is not None
        with tarfile.open(fileobj=stream) as files:
            names.update(files.getnames())
    return names
