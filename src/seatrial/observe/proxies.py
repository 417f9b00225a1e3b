"""Samples what each proxy counts, every second, through the API server.

It needs the rights to list pods and to `get` pods/proxy in the target's namespace.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING

from seatrial.cluster import ClusterError
from seatrial.observe import envoy
from seatrial.timeline import PERIODS_S, ProxySample

if TYPE_CHECKING:
    from seatrial.cluster import Cluster, Pod
    from seatrial.config import Target
    from seatrial.observe.watchers import Clock, Write
    from seatrial.timeline import UpstreamCounts

#: Between two rounds. What happens at a phase's edge is known as exactly as this.
PERIOD_S = PERIODS_S["proxy"]
#: A proxy that takes longer can't be sampled each second; what it counts shows in the next sample.
ANSWER_S = 3.0


@dataclass(slots=True)
class Proxies:
    """Samples the admin port of each of the proxy's pods; one that is gone is said so once."""

    cluster: Cluster
    target: Target
    part: str = "proxy.jsonl"
    seen: dict[str, Pod] = field(default_factory=dict)

    def round(self, clock: Clock, write: Write) -> None:
        """Wait, then sample each proxy that runs: so a trial's last sample follows its end.

        Raises ClusterError, after all were sampled, for the first that did not answer.
        """
        Event().wait(PERIOD_S)
        target = self.target
        selector = self.cluster.find_scalable(target.namespace, target.proxy).selector
        asked = clock()
        here = {pod.uid: pod for pod in self.cluster.pods(target.namespace, selector)}
        for uid in set(self.seen) - set(here):
            write(replace(_sample(clock(), asked, self.seen[uid], None), gone=True))
        self.seen = here
        errors = [self._sampled(pod, clock, write) for pod in here.values() if _runs(pod)]
        for error in filter(None, errors):
            raise error

    def _sampled(self, pod: Pod, clock: Clock, write: Write) -> ClusterError | None:
        asked = clock()
        try:
            counts = envoy.upstreams(self._get(pod, envoy.STATS_PATH))
            at = clock()
            ejected: tuple[str, ...] = ()
            if any(item.ejections_active for item in counts):
                ejected = envoy.ejected(self._get(pod, envoy.HOSTS_PATH))
        except ClusterError as error:
            write(_sample(clock(), asked, pod, None))
            return error
        write(_sample(at, asked, pod, counts, ejected))
        return None

    def _get(self, pod: Pod, path: str) -> bytes:
        port = self.target.proxy_admin_port
        status, body = self.cluster.pod_get(
            self.target.namespace, pod.name, port, path, timeout_s=ANSWER_S
        )
        if status != 200:  # noqa: PLR2004 -- HTTP's own word
            raise ClusterError(
                f"read what the proxy {pod.name} counts, port {port}",
                got=f"HTTP {status}: {body[:200].decode('utf-8', 'replace')}",
                expected="the answer of an Envoy's admin port",
                mend="set target.proxy_admin_port, or 0 where there is none",
            )
        return body


def _runs(pod: Pod) -> bool:
    """Tell whether a proxy may count something; one that ends still does until it is gone."""
    return pod.phase == "Running" and pod.ip is not None


def _sample(
    at_ns: int,
    asked_ns: int,
    pod: Pod,
    counts: tuple[UpstreamCounts, ...] | None,
    ejected: tuple[str, ...] = (),
) -> ProxySample:
    return ProxySample(
        at_ns=at_ns,
        asked_ns=asked_ns,
        name=pod.name,
        uid=pod.uid,
        restarts=pod.restarts,
        answered=counts is not None,
        gone=False,
        upstreams=counts or (),
        ejected=ejected,
    )
