"""A change that did not take is named, part by part."""

from __future__ import annotations

import json

import pytest

from seatrial.cluster import ContainerState
from seatrial.workload.effect import Shortfall, _config_map, _container
from seatrial.workload.manifest import Manifest, Reference

DECLARED = {
    "name": "mlserver",
    "resources": {
        "requests": {"cpu": "500m", "memory": "2Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    },
    "env": [{"name": "MLSERVER_PARALLEL_WORKERS", "value": "4"}],
}


def state(**changes: object) -> ContainerState:
    """Return a container in which all that was declared is in effect, but for ``changes``."""
    fields: dict[str, object] = {
        "name": "mlserver",
        "image": "i",
        "image_id": "d",
        "ready": True,
        "restart_count": 0,
        "cpu_request_m": 500,
        "cpu_limit_m": 2000,
        "memory_request_mib": 2048,
        "memory_limit_mib": 2048,
        "env": (("MLSERVER_PARALLEL_WORKERS", "4"),),
    }
    return ContainerState(**(fields | changes))  # type: ignore[arg-type]  # built from plain fields


def test_a_change_in_effect_has_no_shortfall() -> None:
    """Quantities in other units, equal in amount, are in effect."""
    assert list(_container("mlserver-0/mlserver", DECLARED, state())) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cpu_request_m": 100}, Shortfall("p", "cpu in requests", "500", "100")),
        ({"cpu_limit_m": None}, Shortfall("p", "cpu in limits", "2000", "None")),
        ({"memory_request_mib": 1024}, Shortfall("p", "memory in requests", "2048", "1024")),
        ({"env": ()}, Shortfall("p", "MLSERVER_PARALLEL_WORKERS", "4", "None")),
    ],
)
def test_each_part_that_did_not_take_is_named(
    changes: dict[str, object], expected: Shortfall
) -> None:
    """One part not in effect is one shortfall with both figures."""
    assert list(_container("p", DECLARED, state(**changes))) == [expected]


def test_a_setting_that_mlserver_never_reads_is_told() -> None:
    """A variable that MLServer takes without a word and ignores is no tuning."""
    declared = {"name": "mlserver", "env": [{"name": "GUNICORN_WORKERS", "value": "8"}]}
    (found,) = _container("p", declared, state(env=(("GUNICORN_WORKERS", "8"),)))
    assert "not one that MLServer reads" in str(found)


def test_a_config_map_with_other_content_is_named_by_its_key() -> None:
    """Each key that differs, is missing or was added is a shortfall; contents are not shown."""
    where = Reference("v1", "ConfigMap", "ns", "envoy")
    declared = Manifest(where, json.dumps({"data": {"a": "1", "b": "2"}}))
    now = Manifest(where, json.dumps({"data": {"a": "1", "b": "3", "c": "4"}}))
    assert [item.what for item in _config_map(declared, now)] == ["b", "c"]
    assert list(_config_map(declared, declared)) == []
