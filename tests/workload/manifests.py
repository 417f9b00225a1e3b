"""The manifests of k8s/ as kustomize builds them, and how two of them differ."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from seatrial.cluster.kubectl import binary

K8S = Path(__file__).parents[2] / "k8s"


@cache
def built(folder: str) -> dict[tuple[str, str], Any]:
    """Return the objects of one folder by kind and name."""
    done = subprocess.run(
        [str(binary()), "kustomize", str(K8S / folder)],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )
    objects = list(yaml.safe_load_all(done.stdout))
    return {(item["kind"], item["metadata"]["name"]): item for item in objects}


def container(folder: str, kind: str, name: str) -> Any:  # noqa: ANN401 -- raw YAML
    """Return the only container of a workload."""
    (only,) = built(folder)[kind, name]["spec"]["template"]["spec"]["containers"]
    return only


def differences(one: Any, two: Any, path: str = "") -> set[str]:  # noqa: ANN401 -- raw YAML
    """Return the paths at which two parsed documents differ."""
    if isinstance(one, dict) and isinstance(two, dict):
        return {
            found
            for key in one.keys() | two.keys()
            for found in differences(one.get(key), two.get(key), f"{path}/{key}")
        }
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return {
            found
            for index, (left, right) in enumerate(zip(one, two, strict=True))
            for found in differences(left, right, f"{path}/{index}")
        }
    return set() if one == two else {path}
