"""Which cluster: never guessed, always reached, and named in every error."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seatrial.cluster import ClusterError, connect, credentials
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.conftest import LoopbackApi

CERTIFIED = """
apiVersion: v1
kind: Config
clusters: [{name: here, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: me, user: {client-certificate-data: Y2VydGlmaWNhdGU=, client-key-data: a2V5}}]
contexts: [{name: here, context: {cluster: here, user: me}}]
"""


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"kubeconfig": Path("here")},
        {"context": "here"},
        {"kubeconfig": Path("here"), "context": "here", "embedded": "seatrial"},
        {"kubeconfig": Path("here"), "embedded": "seatrial"},
    ],
)
def test_half_a_choice_is_refused(choice: dict[str, Any]) -> None:
    """A kubeconfig without its context, a context alone, or both kinds at once are refused."""
    with pytest.raises(UsageError, match="choose a cluster"):
        connect(**choice)


def test_joined_kubeconfigs_are_refused(tmp_path: Path) -> None:
    """Paths joined by a colon are refused with the command that merges them."""
    with pytest.raises(UsageError, match="flatten"):
        connect(kubeconfig=Path(f"{tmp_path}/a:{tmp_path}/b"), context="here")


def test_a_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    """A kubeconfig that does not exist is a usage error that names it."""
    with pytest.raises(UsageError, match="absent"):
        connect(kubeconfig=tmp_path / "absent", context="here")


def test_a_wrong_context_names_the_right_ones(kubeconfig: Path) -> None:
    """A context that the kubeconfig lacks is refused with those it has."""
    with pytest.raises(UsageError, match="there are here"):
        connect(kubeconfig=kubeconfig, context="there")


def test_an_unreachable_cluster_is_an_error(
    refused: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Connecting to an address where nothing listens raises, and does not return a cluster."""
    with pytest.raises(ClusterError, match="refused"):
        connect(kubeconfig=refused(tmp_path), context="here")


def test_an_answering_cluster_is_returned(kubeconfig: Path, loopback: LoopbackApi) -> None:
    """A reachable cluster is returned with its names, and got the kubeconfig's token."""
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        assert (cluster.name, cluster.kind, cluster.version()) == ("here", "existing", "v1.2.3")
        assert cluster.network_namespace is None
    assert loopback.requests[0][1]["authorization"] == "Bearer secret"


def test_loopback_is_reached_without_a_proxy(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in the environment is not asked for an API server on loopback."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with connect(kubeconfig=kubeconfig, context="here") as cluster:
        assert cluster.version() == "v1.2.3"


def test_keys_do_not_stay_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kubeconfig's inline keys are readable for TLS and in no temporary file."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    file = tmp_path / "certified"
    file.write_text(CERTIFIED)
    settings = credentials.client(file, "here").configuration
    assert Path(settings.key_file).read_bytes() == b"key"
    assert Path(settings.cert_file).read_bytes() == b"certificate"
    assert list(temporary.iterdir()) == []
