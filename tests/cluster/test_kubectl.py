"""kubectl: pinned, bounded, and its words kept."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster import ClusterError, NotFoundError, connect, kubectl

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.conftest import LoopbackApi

KUBERC = """
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults: [{command: version, options: [{name: output, default: json}]}]
"""


def test_it_uses_the_pinned_context(
    kubeconfig: Path, loopback: LoopbackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request goes to the pinned cluster, whatever KUBECONFIG says."""
    monkeypatch.setenv("KUBECONFIG", "/nonexistent/a:/nonexistent/b")
    loopback.answers["GET /livez"] = (200, b"ok")
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        assert cluster.kubectl("get", "--raw", "/livez", timeout_s=10) == "ok"


def test_the_users_preferences_do_not_bend_it(
    kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defaults in the user's kuberc change no command, wherever that file is."""
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "kuberc").write_text(KUBERC)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBERC", str(tmp_path / ".kube" / "kuberc"))
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        assert cluster.kubectl("version", "--client", timeout_s=10).startswith("Client Version: v")


def test_its_error_is_kept(kubeconfig: Path) -> None:
    """A failed command raises with kubectl's own words and the command."""
    with (
        connect(kubeconfig=kubeconfig, context="here") as cluster,
        pytest.raises(ClusterError, match=r"get --raw /none(.|\n)*server could not find"),
    ):
        cluster.kubectl("get", "--raw", "/none", timeout_s=10)


def test_a_missing_object_is_not_found(kubeconfig: Path, loopback: LoopbackApi) -> None:
    """A NotFound of the API is a NotFoundError, not just any failure."""
    loopback.answers["GET /gone"] = (
        404,
        json.dumps(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "reason": "NotFound",
                "message": "x",
                "code": 404,
            }
        ).encode(),
    )
    with connect(kubeconfig=kubeconfig, context="here") as cluster, pytest.raises(NotFoundError):
        cluster.kubectl("get", "--raw", "/gone", timeout_s=10)


def test_it_ends_when_its_time_is_out(kubeconfig: Path, loopback: LoopbackApi) -> None:
    """A command that hangs is ended and raises within its time."""
    loopback.answers["GET /hang"] = None
    started = time.monotonic()
    with (
        connect(kubeconfig=kubeconfig, context="here") as cluster,
        pytest.raises(ClusterError, match="no end within 1 s"),
    ):
        cluster.kubectl("get", "--raw", "/hang", timeout_s=1)
    assert time.monotonic() - started < 4


def test_a_manifest_loses_what_the_server_sets() -> None:
    """What a manifest must not carry to be applied again is removed; the rest stays."""
    raw = {
        "kind": "Service",
        "metadata": {
            "name": "a",
            "uid": "1",
            "resourceVersion": "2",
            "managedFields": [],
            "labels": {"x": "y"},
        },
        "spec": {"clusterIP": "10.0.0.1"},
        "status": {"loadBalancer": {}},
    }
    kept = json.loads(kubectl.without_server_fields(json.dumps(raw)))
    assert kept == {
        "kind": "Service",
        "metadata": {"name": "a", "labels": {"x": "y"}},
        "spec": {"clusterIP": "10.0.0.1"},
    }
