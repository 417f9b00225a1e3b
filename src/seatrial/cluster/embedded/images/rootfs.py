"""Filling directories that become an image's layers: Debian's base, Python packages, models.

Each function runs one bounded program that writes only below the directory it is given. The image's
own programs run in a chroot without any mount, so nothing is left behind when one is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded.images.recipe import (
    BASE_PACKAGES,
    DEBIAN_SUITE,
    MODEL_SOURCES,
    PYTHON_VERSION,
    machine,
)
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PYTHON_PATH = "/opt/mlserver:/opt/seatrial"
MODELS = "mnt/models"
_SECONDS = 900.0


class ImageBuildError(SeatrialError):
    """A workload image could not be built."""


def run(
    attempt: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None, mend: str = ""
) -> str:
    """Run ``argv`` for at most 15 minutes; return its stdout, or raise with the end of its stderr.

    The program is killed with this process, so that a build that was killed does not go on.
    """
    # setpriv, not preexec_fn: the latter is unsafe when the caller has threads.
    tied = ["setpriv", "--pdeathsig", "KILL", "--", *argv]
    try:
        done = subprocess.run(
            tied,
            capture_output=True,
            check=True,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as cause:
        tail = (cause.stderr or cause.stdout).strip()[-2000:]
        raise ImageBuildError(
            attempt, got=f"{argv[0]} ended with code {cause.returncode}:\n{tail}", mend=mend
        ) from cause
    except subprocess.TimeoutExpired as cause:
        raise ImageBuildError(
            attempt, got=f"{argv[0]} still ran after {_SECONDS:.0f} s", mend=mend
        ) from cause
    except FileNotFoundError as cause:
        raise ImageBuildError(
            attempt, got="no program setpriv", mend="install Debian's package util-linux"
        ) from cause
    return done.stdout


def debian_base(root: Path, work: Path) -> None:
    """Extract the base packages into the new directory ``root`` (about 70 MB).

    The packages come from wherever the host's apt gets Debian, so that a mirror or a proxy that is
    configured there is used here too.
    """
    attempt = f"unpack Debian {DEBIAN_SUITE}'s base packages for the workload images"
    if shutil.which("mmdebstrap") is None:
        raise ImageBuildError(attempt, got="no mmdebstrap", mend="apt-get install mmdebstrap")
    line = f"deb [signed-by={KEYRING}] $(REPO_URI) $(RELEASE) $(COMPONENT)"
    wanted = ("Created-By: Packages", "Origin: Debian")
    listed = run(attempt, ["apt-get", "indextargets", "--format", line, *wanted])
    sources = [entry for entry in listed.splitlines() if f" {DEBIAN_SUITE}" in entry]
    if not sources:
        raise ImageBuildError(
            attempt,
            got="the host's apt lists no source of it",
            expected=f"a source of Debian {DEBIAN_SUITE} that has been updated",
            mend="run apt-get update; on another release, add a source of " + DEBIAN_SUITE,
        )
    source_list = work / "sources.list"
    source_list.write_text("\n".join(dict.fromkeys(sources)) + "\n", encoding="utf-8")
    include = f"--include={','.join(BASE_PACKAGES)}"
    variant = ["--quiet", "--variant=extract", "--mode=root", "--format=directory", include]
    run(
        attempt,
        ["mmdebstrap", *variant, DEBIAN_SUITE, str(root), str(source_list)],
        env={"SOURCE_DATE_EPOCH": "0"},
        mend="check that the host's apt can download packages",
    )


def python_packages(requirements: Path, target: Path) -> None:
    """Install pinned, hashed wheels for Debian 12's Python into ``target``, whatever runs here."""
    attempt = f"install {requirements.name} into {target.name}"
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise ImageBuildError(attempt, got=f"no {uv}", mend="pip install 'seatrial[embedded]'")
    # Debian 12 has glibc 2.36, which says which wheels run in the image.
    where = ["--python-version", PYTHON_VERSION, "--python-platform", f"{machine()}-manylinux_2_36"]
    pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(requirements)]
    install = [str(uv), "pip", "install", "--quiet", "--link-mode", "hardlink"]
    run(
        attempt,
        [*install, *where, *pinned, "--target", str(target)],
        mend="check that pip can download packages on this machine",
    )


def compile_bytecode(root: Path, *folders: str) -> None:
    """Compile ``folders`` (absolute, inside ``root``) with the image's own Python.

    A replica's five processes import scikit-learn each; without bytecode they took 64 s to be
    Ready instead of 28 s. Unchecked hashes: the layers' time stamps are all the same.
    """
    flags = ["-q", "-j", "2", "--invalidation-mode", "unchecked-hash"]
    argv = [*_chroot(root), "-m", "compileall", *flags, *folders]
    run("compile the image's Python bytecode", argv)


def train_models(root: Path) -> None:
    """Put seatrial's own files into ``root`` and train both models there."""
    own = root / "opt/seatrial"
    own.mkdir(parents=True)
    for source in MODEL_SOURCES:
        shutil.copyfile(source, own / source.name)
    (root / MODELS).mkdir(parents=True)
    # One thread: sums in a fixed order, so that equal seeds give equal models.
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    env = {**one_thread, "PYTHONPATH": PYTHON_PATH, "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [*_chroot(root), "/opt/seatrial/train_models.py", f"/{MODELS}"]
    run("train the models of the workload", argv, env=env)


def pack(layer: Path, root: Path, *members: str) -> None:
    """Write ``members`` of ``root`` as a tar that is the same for the same content."""
    owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--sort=name"]
    flags = ["--format=posix", "--pax-option=delete=atime,delete=ctime", *owner]
    # No device nodes: the container runtime makes its own /dev.
    argv = ["tar", "--create", "--file", str(layer), *flags, "--exclude=./dev/*"]
    run(f"pack the layer {layer.name}", [*argv, "--directory", str(root), *members])


def _chroot(root: Path) -> list[str]:
    return ["chroot", str(root), "/usr/bin/python3"]
