"""What an Envoy's admin port answers, as the Timeline keeps it; knows no network.

Counters there are live, unlike histograms, which are merged every few seconds.
Source of the names: Envoy's documentation, 'Cluster manager: statistics'.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any
from urllib.parse import quote

from seatrial.cluster import ClusterError
from seatrial.timeline import UpstreamCounts

#: Each field of ``UpstreamCounts`` with the end of the statistic's name.
STATISTICS = {
    "requests": "upstream_rq_total",
    "retries": "upstream_rq_retry",
    "retry_successes": "upstream_rq_retry_success",
    "retry_overflow": "upstream_rq_retry_overflow",
    "pending_overflow": "upstream_rq_pending_overflow",
    "active_overflow": "upstream_rq_active_overflow",
    "timeouts": "upstream_rq_timeout",
    "try_timeouts": "upstream_rq_per_try_timeout",
    "ejections": "outlier_detection.ejections_enforced_total",
    "health_failures": "health_check.failure",
    "ejections_active": "outlier_detection.ejections_active",
    "members": "membership_total",
    "members_healthy": "membership_healthy",
}
_FIELDS = {name: field for field, name in STATISTICS.items()}
_NAMES = "|".join(name.replace(".", r"\.") for name in STATISTICS.values())
_PATTERN = rf"^cluster\..+\.({_NAMES})$"
#: Only what is needed: an Envoy has some hundred statistics for each upstream.
STATS_PATH = f"/stats?format=json&filter={quote(_PATTERN, safe='')}"
HOSTS_PATH = "/clusters?format=json"


def upstreams(body: bytes) -> tuple[UpstreamCounts, ...]:
    """Return the counts in the answer to ``STATS_PATH``, by name; () for an Envoy without any.

    A statistic that an upstream does not have (no outlier detection, no health checks) is 0.
    Raises ClusterError for what is no such answer.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    try:
        for entry in json.loads(body)["stats"]:
            upstream, field = _split(str(entry["name"]))
            found[upstream][field] = int(entry["value"])
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise _strange(STATS_PATH, body) from cause
    if any("requests" not in counts for counts in found.values()):
        raise _strange(STATS_PATH, body)
    return tuple(
        UpstreamCounts(upstream=name, **{field: counts.get(field, 0) for field in STATISTICS})
        for name, counts in sorted(found.items())
    )


def _split(name: str) -> tuple[str, str]:
    """Part ``cluster.<upstream>.<statistic>``; an upstream's name may have dots of its own."""
    for end, field in _FIELDS.items():
        if name.endswith(f".{end}"):
            return name.removeprefix("cluster.").removesuffix(f".{end}"), field
    raise ValueError(name)


def ejected(body: bytes) -> tuple[str, ...]:
    """Return the addresses left out for their errors at this instant, from ``HOSTS_PATH``."""
    try:
        found = {
            _address(host)
            for status in json.loads(body).get("cluster_statuses", ())
            for host in status.get("host_statuses", ())
            if host["health_status"].get("failed_outlier_check")
        }
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise _strange(HOSTS_PATH, body) from cause
    return tuple(sorted(found))


def _address(host: dict[str, Any]) -> str:
    """Return ``ip:port``, or a pipe's path."""
    address = host["address"]
    if "socket_address" in address:
        socket = address["socket_address"]
        return f"{socket['address']}:{socket['port_value']}"
    return str(address)


def _strange(path: str, body: bytes) -> ClusterError:
    return ClusterError(
        f"read {path.partition('?')[0]} of a proxy's admin port",
        got=repr(body[:200]),
        expected="the JSON of an Envoy's admin port",
        mend="set target.proxy_admin_port, or 0 where the proxy is no Envoy",
    )
