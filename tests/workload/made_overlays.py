"""Overlays that tests make up, all in one namespace of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "roll-back"


def namespace() -> dict[str, Any]:
    """Return the namespace that these tests make and remove."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def kustomization(folder: Path, *objects: dict[str, Any]) -> Path:
    """Write a kustomization of ``objects``, all in the tests' namespace."""
    folder.mkdir(parents=True)
    names = [f"{index}.json" for index in range(len(objects))]
    for name, item in zip(names, objects, strict=True):
        (folder / name).write_text(json.dumps(item), encoding="utf-8")
    head = {"kind": "Kustomization", "namespace": NAMESPACE, "resources": names}
    (folder / "kustomization.yaml").write_text(json.dumps(head), encoding="utf-8")
    return folder
