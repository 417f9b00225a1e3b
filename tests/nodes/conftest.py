"""Hands and eyes of the tests of several nodes: those of the embedded cluster's own tests."""

from tests.embedded.conftest import live, name

__all__ = ["live", "name"]
