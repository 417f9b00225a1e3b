"""What goes into the workload's images, as values: names, packages, pinned files, cache keys.

Nothing is built or run here; ``rootfs`` and ``build`` do that.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

#: Debian packages that building needs on the host; the preflight installs them.
DEBIAN_PACKAGES = ("debian-archive-keyring", "mmdebstrap")

#: What the images' file system is made of. Debian 12 has the Python the requirements are for.
DEBIAN_SUITE = "bookworm"
BASE_PACKAGES = (
    "busybox",
    "ca-certificates",
    "libgomp1",
    "libpython3.11-stdlib",
    "libstdc++6",
    "python3-minimal",
)
PYTHON_VERSION = "3.11"

#: Raise it when the way of building changes what is built.
FORMAT = 1

CONTENT = Path(str(files(__package__)))
MODEL_SOURCES = (CONTENT / "content/seatrial_steps.py", CONTENT / "content/train_models.py")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One image: its full name with tag, its pinned requirements, and other files it is made of."""

    short: str
    name: str
    requirements: Path
    sources: tuple[Path, ...] = ()

    def key(self) -> str:
        """Return 16 hex digits that change whenever anything that goes in changes."""
        digest = hashlib.sha256()
        facts = (str(FORMAT), self.name, machine(), DEBIAN_SUITE, *BASE_PACKAGES)
        digest.update("\0".join(facts).encode())
        for path in (self.requirements, *self.sources):
            content = path.read_bytes()
            digest.update(f"\0{path.name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]


MLSERVER = Recipe(
    short="mlserver",
    name="docker.io/seldonio/mlserver:1.7.1",
    requirements=CONTENT / "mlserver.txt",
    sources=MODEL_SOURCES,
)
ENVOY = Recipe(
    short="envoy",
    name="docker.io/envoyproxy/envoy:v1.40.0",
    requirements=CONTENT / "envoy.txt",
)
RECIPES = (MLSERVER, ENVOY)


def machine() -> str:
    """Return this machine's architecture as the kernel and Python wheels call it."""
    return platform.machine()
