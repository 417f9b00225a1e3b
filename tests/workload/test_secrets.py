"""Secrets of an overlay: never written down, so never changed where they exist."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from seatrial.workload import redacted
from seatrial.workload.manifest import Manifest, parse
from seatrial.workload.record import WorkloadError
from seatrial.workload.secrets import scrubbed, without_unchanged

PLAIN = "correct horse"
CODED = base64.b64encode(PLAIN.encode()).decode()


def secret(**keys: Any) -> Manifest:  # noqa: ANN401 -- raw JSON
    """Return a Secret named ``key`` with these fields."""
    raw = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "namespace": "n"}}
    (found,) = parse(json.dumps(raw | keys))
    return found


MAP = parse('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}')[0]


@pytest.mark.parametrize("declared", [{"stringData": {"a": PLAIN}}, {"data": {"a": CODED}}])
def test_one_that_is_as_declared_is_not_touched(declared: dict[str, Any]) -> None:
    """However its content is written, the same content is no change; other objects stay."""
    now = secret(data={"a": CODED, "b": "eA=="}, type="Opaque")
    left = without_unchanged([MAP, secret(**declared)], {now.reference: now}, "apply")
    assert left == (MAP,)


@pytest.mark.parametrize(
    "declared",
    [
        {"stringData": {"a": "another"}},
        {"data": {"c": CODED}},
        {"data": {"a": CODED}, "type": "example.org/other"},
        {"data": {"a": CODED}, "metadata": {"name": "key", "namespace": "n", "labels": {"x": "y"}}},
    ],
)
def test_one_that_is_otherwise_is_refused(declared: dict[str, Any]) -> None:
    """The error names it and what to do, and none of its content."""
    now = secret(data={"a": CODED}, type="Opaque")
    with pytest.raises(WorkloadError, match="Secret key in n") as told:
        without_unchanged([secret(**declared)], {now.reference: now}, "apply")
    assert "leave it out of the overlay" in str(told.value)
    assert not any(word in str(told.value) for word in (PLAIN, CODED))


def test_a_new_one_is_applied_whole() -> None:
    """What is not there yet can be removed without knowing its content."""
    new = secret(stringData={"a": PLAIN})
    assert without_unchanged([new], {}, "apply") == (new,)


def test_what_is_written_down_names_keys_alone() -> None:
    """A manifest for people keeps a Secret's keys; everything else is as it was."""
    raw = json.loads(redacted(secret(stringData={"a": PLAIN}, data={"b": CODED})).text)
    assert (raw["stringData"], raw["data"]) == ({"a": "(redacted)"}, {"b": "(redacted)"})
    assert redacted(MAP) == MAP


def test_annotations_are_left_out() -> None:
    """Kubectl's last applied configuration holds the content once more."""
    old = {"kubectl.kubernetes.io/last-applied-configuration": CODED}
    item = secret(metadata={"name": "key", "namespace": "n", "annotations": old})
    assert CODED not in redacted(item).text


def test_a_message_does_not_quote_it() -> None:
    """Neither plain nor encoded, whatever kubectl says."""
    message = f"can't read {PLAIN!r} nor {CODED}"
    assert scrubbed(message, [secret(stringData={"a": PLAIN})]) == (
        "can't read '(redacted)' nor (redacted)"
    )
