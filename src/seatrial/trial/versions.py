"""What exactly was tried: versions of the tools, of the cluster, and the replicas' images."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from seatrial import timeline

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.config import Config

PACKAGES = (
    "seatrial",
    "chaostoolkit",
    "chaostoolkit-lib",
    "kubernetes",
    "locust",
    "numpy",
    "scipy",
)
PART = "versions.json"


@dataclass(frozen=True, slots=True)
class Image:
    """One container's image: as named in the manifest, and the digest that runs."""

    pod: str
    container: str
    image: str
    digest: str


@dataclass(frozen=True, slots=True)
class Versions:
    """Everything whose version may change a verdict."""

    packages: dict[str, str]
    python: str
    kernel: str
    kubernetes: str
    context: str
    images: tuple[Image, ...]


def save_versions(cluster: Cluster, config: Config, directory: Path) -> None:
    """Write ``versions.json``: read from what runs, not from what was asked for."""
    images = tuple(
        Image(pod.name, container.name, container.image, container.image_id)
        for pod in cluster.pods(config.target.namespace, "")
        for container in pod.containers
    )
    found = Versions(
        packages={name: version(name) for name in PACKAGES},
        python=platform.python_version(),
        kernel=platform.release(),
        kubernetes=cluster.version(),
        context=cluster.context,
        images=images,
    )
    timeline.save_part(directory, PART, found)
