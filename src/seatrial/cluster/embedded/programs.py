"""Builds the node's programs from the Go sources beside this file, once for each content.

What the programs do with their arguments is Go's; how they are started is `components`'.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from seatrial.cluster.embedded import oci
from seatrial.cluster.embedded.logs import tail
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from seatrial.progress import Progress

SOURCES = Path(__file__).with_name("programs")
_MINIMUM_GO = (1, 26)
_BUILD_TIMEOUT_S = 2400
_VERSION = re.compile(r"^\s*k8s\.io/kubernetes (v(\d+)\.(\d+)\.\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Programs:
    """What a build gives: the big binary, its image and the pause image as archives."""

    binary: Path
    node_image: Path
    pause_image: Path
    #: Their names; the tag is the content's, so that an old store never passes for a new one.
    node_image_name: str
    pause_image_name: str


def build(cache: Path, progress: Progress) -> Programs:
    """Give the programs, building them if this content was never built on this machine."""
    go, version = find_go()
    key = content_key(version)
    directory = cache / "programs" / key
    directory.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(directory.with_suffix(".lock"), timeout=_BUILD_TIMEOUT_S):
        if not directory.is_dir():
            with progress.step("build Kubernetes (the first time only, some 5 minutes)"):
                _build(go, directory, key)
    return _programs(directory, key)


def find_go() -> tuple[Path, str]:
    """Give a Go toolchain that is new enough, and its version: the environment's own first."""
    candidates = [Path(sys.executable).with_name("go")]
    if on_path := shutil.which("go"):
        candidates.append(Path(on_path))
    seen = []
    for go in candidates:
        if go.exists():
            version = _go_version(go)
            if _numbers(version) >= _MINIMUM_GO:
                return go, version
            seen.append(f"{go} is {version}")
    raise SeatrialError(
        "find a Go toolchain",
        got="; ".join(seen) or "none beside Python and none on PATH",
        expected="Go 1.26 or newer",
        mend="pip install 'seatrial[embedded]', which brings one",
    )


def content_key(go_version: str) -> str:
    """Name a build by all that goes into it."""
    digest = hashlib.sha256(f"{go_version} {oci.architecture()} {_flags()}".encode())
    for path in sorted(SOURCES.rglob("*")):
        # A Go test goes into no build.
        if path.suffix in {".go", ".mod", ".sum"} and not path.name.endswith("_test.go"):
            digest.update(str(path.relative_to(SOURCES)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def kubernetes_version() -> tuple[str, str, str]:
    """Give version, major and minor of the Kubernetes that go.mod names."""
    found = _VERSION.search((SOURCES / "go.mod").read_text())
    if found is None:
        raise SeatrialError("read Kubernetes' version", got=f"none in {SOURCES / 'go.mod'}")
    return found.group(1), found.group(2), found.group(3)


def _flags() -> tuple[str, ...]:
    version, major, minor = kubernetes_version()
    stamp = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        # The Go proxy serves sources without their commit.
        "gitCommit": "unknown",
        "gitTreeState": "archive",
    }
    package = "k8s.io/component-base/version"
    stamped = " ".join(f"-X {package}.{name}={value}" for name, value in stamp.items())
    return ("-trimpath", "-tags", "providerless", "-ldflags", f"-s -w {stamped}")


def _build(go: Path, directory: Path, key: str) -> None:
    partial = directory.with_suffix(".part")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    _compile(go, partial, directory.with_suffix(".log"))
    made = _programs(partial, key)
    (partial / "node").rename(made.binary)
    _pack(made.node_image, made.node_image_name, made.binary, "seatrial-node")
    _pack(made.pause_image, made.pause_image_name, partial / "pause", "pause")
    partial.rename(directory)


def _compile(go: Path, target: Path, log: Path) -> None:
    # No C, so that the file is static and runs in an empty image; no other toolchain than the
    # one whose version is in the key.
    environment = os.environ | {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
    }
    argv = (
        # Dies with this process: two must never write one directory.
        *("setpriv", "--pdeathsig", "KILL"),
        *(str(go), "build", *_flags(), "-o", f"{target}/", ".", "./pause"),
    )
    with log.open("wb") as output:
        done = subprocess.run(
            argv,
            cwd=SOURCES,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=_BUILD_TIMEOUT_S,
            check=False,
        )
    if done.returncode != 0:
        raise SeatrialError(
            "build Kubernetes with Go",
            got=f"exit code {done.returncode}; the end of {log}:\n{tail(log)}",
            expected="a build from the Go module proxy (GOPROXY) or the module cache",
            mend="check the network and the disk's space, then try again",
        )


def _pack(image: Path, name: str, binary: Path, entry: str) -> None:
    layer = BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        oci.add_file(tar, entry, binary, mode=0o755)
    config = oci.ImageConfig(entrypoint=(f"/{entry}",), user="65535:65535")
    oci.write_image(image, name=name, layers=[layer.getvalue()], config=config)


def _programs(directory: Path, key: str) -> Programs:
    return Programs(
        binary=directory / "seatrial-node",
        node_image=directory / "node.tar",
        pause_image=directory / "pause.tar",
        node_image_name=f"docker.io/seatrial/node:{key}",
        pause_image_name=f"docker.io/seatrial/pause:{key}",
    )


def _go_version(go: Path) -> str:
    done = subprocess.run(
        [str(go), "env", "GOVERSION"],
        env=os.environ | {"GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
