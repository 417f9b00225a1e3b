"""What two healthy proxies count in the synthetic trial: each takes half of the requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seatrial.timeline import ProxySample, UpstreamCounts
from tests.healthy import RATE, SECOND, WATCHED

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("seldon-envoy-a", "seldon-envoy-b")
#: A proxy answers within so many ns, and is asked once a second, never on the second itself.
ANSWER_NS, OFFSET_NS = 5_000_000, 300_000_000
INSTANTS = range(-5 * SECOND + OFFSET_NS, WATCHED, SECOND)
Samples = tuple[ProxySample, ...]


def counts(upstream: str, requests: int, **more: int) -> UpstreamCounts:
    """Return counts of which only some are not 0, with three healthy members."""
    zero = dict.fromkeys(UpstreamCounts.__dataclass_fields__, 0)
    found: dict[str, Any] = {**zero, "requests": requests, "members": 3, "members_healthy": 3}
    return UpstreamCounts(**{**found, **more, "upstream": upstream})


def sample(at_ns: int, name: str, *upstreams: UpstreamCounts, **more: Any) -> ProxySample:  # noqa: ANN401 -- any field
    """Return what a proxy answered at an instant; its uid is its name's unless given."""
    found: dict[str, Any] = {
        "asked_ns": at_ns - ANSWER_NS,
        "uid": f"uid of {name}",
        "restarts": 0,
        "answered": True,
        "gone": False,
        "upstreams": upstreams,
    }
    return ProxySample(at_ns=at_ns, name=name, **{**found, **more})


def proxy() -> Samples:
    """Return the samples of two proxies that count requests and nothing else."""
    return tuple(
        sample(
            at,
            name,
            counts("baseline-predictor", max(0, at) * RATE * 35 // (100 * SECOND)),
            counts("enhanced-predictor", max(0, at) * RATE * 15 // (100 * SECOND)),
        )
        for at in INSTANTS
        for name in NAMES
    )


def counted(samples: Samples, at_s: float, name: str = NAMES[0], **added: int) -> Samples:
    """Let a proxy count so much more for its first upstream, from an instant (s) on."""

    def more(item: ProxySample) -> ProxySample:
        first, *rest = item.upstreams
        grown = {field: getattr(first, field) + number for field, number in added.items()}
        return replace(item, upstreams=(replace(first, **grown), *rest))

    return changed(samples, name, more, from_s=at_s)


def changed(
    samples: Samples,
    name: str,
    change: Callable[[ProxySample], ProxySample | None],
    *,
    from_s: float = -10.0,
) -> Samples:
    """Change the samples of a proxy from an instant (s) on; None leaves one out."""
    found = (
        change(item) if item.name == name and item.at_ns >= from_s * SECOND else item
        for item in samples
    )
    return tuple(item for item in found if item is not None)
