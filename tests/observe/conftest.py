"""The loopback API server of the cluster's tests, for instruments to ask."""

from tests.cluster.conftest import kubeconfig, loopback

__all__ = ["kubeconfig", "loopback"]
