"""A loopback API server that keeps ConfigMaps as a real one does, and a cache of the test's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import Cluster, connect
from seatrial.undo import Record, new_record
from tests.cluster.conftest import kubeconfig, loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.conftest import Answer, LoopbackApi

__all__ = ["kubeconfig", "loopback"]

UID = "c0ffee00-0000-4000-8000-000000000001"
MAPS = "/api/v1/namespaces/{namespace}/configmaps"


class Keeper(dict[str, Any]):
    """Answers that remember ConfigMaps: created once, listed, deleted. ``down`` refuses them."""

    def __init__(self, api: LoopbackApi) -> None:
        """Take the server's place of answers, with what it knew."""
        super().__init__(api.answers)
        self.maps: dict[str, dict[str, Any]] = {}
        self.down = False
        self._api = api
        self["GET /api/v1/namespaces/kube-system"] = _json({"metadata": {"uid": UID}})

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 -- dict's own signature
        """Return the answer to a request, which the server has noted already."""
        method, _, path = key.partition(" ")
        path = path.partition("?")[0]
        if "/configmaps" not in path:
            return super().get(key, default)
        if self.down:
            return 500, b'{"message": "down"}'
        if method == "POST":
            return self._create(path)
        if method == "DELETE":
            found = self.maps.pop(path, None)
            return _json({}) if found else (404, b'{"message": "none"}')
        prefix = path.removesuffix("configmaps")
        return _json({"items": [it for at, it in self.maps.items() if at.startswith(prefix)]})

    def _create(self, path: str) -> Answer:
        manifest = json.loads(self._api.requests[-1][2])
        at = f"{path}/{manifest['metadata']['name']}"
        if at in self.maps:
            return 409, b'{"message": "exists"}'
        self.maps[at] = manifest
        return _json(manifest)


def _json(body: object) -> Answer:
    return 200, json.dumps(body).encode()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a cache directory of its own and return where records go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "seatrial" / "undo"


@pytest.fixture
def keeper(loopback: LoopbackApi) -> Keeper:
    """Return what the API server remembers."""
    loopback.answers = Keeper(loopback)
    return loopback.answers


@pytest.fixture
def cluster(kubeconfig: Path, keeper: Keeper) -> Iterator[Cluster]:
    """Connect to the server."""
    assert not keeper.maps
    with connect(kubeconfig=kubeconfig, context="here") as found:
        yield found


def record(what: str = "a change", namespace: str = "ns", **before: object) -> Record:
    """Return a new record of the loopback cluster."""
    return new_record(
        cluster=UID, context="here", namespace=namespace, mechanism="test", what=what, before=before
    )
