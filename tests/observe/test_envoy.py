"""What an Envoy's admin port answers, read: counts by upstream, and who is left out."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from seatrial.cluster import ClusterError
from seatrial.observe import envoy
from tests.proxies import counts

#: As Envoy 1.40 answers, in part; ``retry.upstream_rq_503`` and its like must not be taken along.
STATS = {
    "cluster.baseline-predictor.health_check.failure": 3,
    "cluster.baseline-predictor.membership_healthy": 2,
    "cluster.baseline-predictor.membership_total": 3,
    "cluster.baseline-predictor.outlier_detection.ejections_active": 1,
    "cluster.baseline-predictor.outlier_detection.ejections_enforced_total": 2,
    "cluster.baseline-predictor.upstream_rq_active_overflow": 7,
    "cluster.baseline-predictor.upstream_rq_pending_overflow": 6,
    "cluster.baseline-predictor.upstream_rq_per_try_timeout": 4,
    "cluster.baseline-predictor.upstream_rq_retry": 5,
    "cluster.baseline-predictor.upstream_rq_retry_overflow": 8,
    "cluster.baseline-predictor.upstream_rq_retry_success": 9,
    "cluster.baseline-predictor.upstream_rq_timeout": 1,
    "cluster.baseline-predictor.upstream_rq_total": 45,
    "cluster.outbound|80||model.svc.local.upstream_rq_total": 25,
}
OTHERS = (
    "cluster.baseline-predictor.retry.upstream_rq_503",
    "cluster.baseline-predictor.upstream_rq_retry_backoff_exponential",
    "cluster.baseline-predictor.outlier_detection.ejections_total",
    "cluster_manager.cluster_added",
    "http.seldon_mesh.downstream_rq_total",
)


def _answer(statistics: dict[str, int]) -> bytes:
    entries = [{"name": name, "value": value} for name, value in statistics.items()]
    return json.dumps({"stats": entries}).encode()


def test_each_upstreams_counts_are_read() -> None:
    """Every statistic lands in its field; an upstream without one has 0 there, dots in its name."""
    dotted, named = sorted(envoy.upstreams(_answer(STATS)), key=lambda item: item.requests)
    assert (dotted.upstream, dotted.requests) == ("outbound|80||model.svc.local", 25)
    assert dotted == counts(dotted.upstream, 25, members=0, members_healthy=0)
    assert named == counts(
        "baseline-predictor",
        45,
        retries=5,
        retry_successes=9,
        retry_overflow=8,
        pending_overflow=6,
        active_overflow=7,
        timeouts=1,
        try_timeouts=4,
        ejections=2,
        health_failures=3,
        ejections_active=1,
        members=3,
        members_healthy=2,
    )
    assert named.overflows == 21


def test_only_what_is_read_is_asked_for() -> None:
    """The filter that Envoy is given lets each statistic through, and none of its neighbours."""
    [wanted] = parse_qs(urlsplit(envoy.STATS_PATH).query)["filter"]
    assert all(re.search(wanted, name) for name in STATS)
    assert not [name for name in OTHERS if re.search(wanted, name)]


@pytest.mark.parametrize(
    "body",
    [
        b"404 page not found",
        b"{}",
        b'{"stats": [{"name": "cluster.a.upstream_rq_total"}]}',
        b'{"stats": [{"name": "cluster.a.upstream_rq_retry", "value": 1}]}',
        b'{"stats": [{"name": "memory", "value": 1}]}',
    ],
)
def test_what_is_no_such_answer_is_refused(body: bytes) -> None:
    """An answer of something else than an Envoy is an error with the mend, never zero counts."""
    with pytest.raises(ClusterError, match=re.escape("target.proxy_admin_port")):
        envoy.upstreams(body)


def test_who_is_left_out_is_named() -> None:
    """A replica that fails the outlier check is named once, whichever upstreams leave it out."""
    left_out = {"failed_outlier_check": True, "eds_health_status": "HEALTHY"}
    body = json.dumps(
        {
            "cluster_statuses": [
                {
                    "name": name,
                    "host_statuses": [
                        _host("10.0.0.1", {"failed_active_health_check": True}),
                        _host("10.0.0.2", left_out),
                    ],
                }
                for name in ("baseline-predictor", "enhanced-predictor")
            ]
        }
    )
    assert envoy.ejected(body.encode()) == ("10.0.0.2:8080",)
    with pytest.raises(ClusterError, match="clusters"):
        envoy.ejected(b'{"cluster_statuses": [{"host_statuses": [{}]}]}')


def _host(ip: str, health: dict[str, object]) -> dict[str, object]:
    address = {"socket_address": {"address": ip, "port_value": 8080}}
    return {"address": address, "health_status": health}
