"""What it costs clients when a node is drained, and when one is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import LEAST, costs, landed

if TYPE_CHECKING:
    from .conftest import Hold

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.faults,
    pytest.mark.parametrize("config", [3], indirect=True, ids=["three nodes"]),
]


def test_a_drained_node_loses_no_request(hold: Hold) -> None:
    """Its replica and its proxy end in order, one after another, and start elsewhere."""
    found = hold("drain-node", 120.0)
    landed(found)
    seen = costs(found)
    assert seen.n >= LEAST
    assert (seen.errors, seen.timeouts, seen.unsent) == (0, 0, 0)


#: A proxy on the lost node is a killed proxy, and nobody says so: kube-proxy sends connections to
#: it until the node counts as lost.
LOST_NODE = 600


def test_a_lost_node_loses_few_requests(hold: Hold) -> None:
    """Its replica and its proxy are gone at once: what is lost has a bound."""
    found = hold("lose-node", 120.0)
    landed(found)
    seen = costs(found)
    assert seen.n >= LEAST
    assert seen.errors + seen.timeouts + seen.unsent <= LOST_NODE
