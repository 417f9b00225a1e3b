"""`chaos discover` and plain `chaos` find what this package offers."""

from __future__ import annotations

import inspect

from seatrial.fault import actions, discover, probes


def test_all_activities_are_discovered() -> None:
    """Each exported activity is discovered, with its kind and its documentation."""
    found = {item["name"]: item for item in discover()["activities"]}
    assert set(found) == {*actions.__all__, *probes.__all__}
    kinds = {name: item["type"] for name, item in found.items()}
    expected = {
        **dict.fromkeys(actions.__all__, "action"),
        **dict.fromkeys(probes.__all__, "probe"),
    }
    assert kinds == expected
    assert all(item["doc"] for item in found.values())


def test_activities_are_documented_and_typed() -> None:
    """Every activity has a docstring and a type for each argument."""
    for module in (actions, probes):
        for name in module.__all__:
            function = getattr(module, name)
            assert inspect.getdoc(function)
            assert set(inspect.signature(function).parameters) < set(function.__annotations__)
