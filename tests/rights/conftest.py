"""An API server's place on loopback, shared with the tests of the client."""

from __future__ import annotations

from tests.cluster.conftest import kubeconfig, loopback

__all__ = ["kubeconfig", "loopback"]
