"""The `Cluster` that all of seatrial works with, the same for an embedded and an existing one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from seatrial.cluster import kubectl, parse_autoscaler, parse_pods, parse_scaling, paths, watching
from seatrial.cluster.client import CALL_TIMEOUT_S, Api
from seatrial.cluster.errors import ClusterError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from seatrial.cluster.values import (
        Autoscaler,
        Endpoints,
        Event,
        HttpAnswer,
        Pod,
        Scalable,
        WorkloadKind,
    )


@dataclass(frozen=True)
class Cluster:
    """One cluster, pinned to one context. Made by `connect`, usable from several threads.

    ``node_pid``: of an embedded cluster, the process whose network namespace the load enters.
    Every call ends within 10 s, or the time it is given; all raise ClusterError.
    """

    name: str
    context: str
    kubeconfig: Path
    kind: Literal["embedded", "existing"]
    node_pid: int | None
    api: Api = field(repr=False, compare=False)

    def __enter__(self) -> Self:
        """Return the cluster itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close all idle connections."""
        self.api.close()

    @property
    def network_namespace(self) -> Path | None:
        """The network namespace where pods can be reached: the embedded node's, else None."""
        return None if self.node_pid is None else Path(f"/proc/{self.node_pid}/ns/net")

    def version(self) -> str:
        """Return the API server's version, such as ``v1.37.2``."""
        return str(self.api.get("read the API server's version", "/version")["gitVersion"])

    def pods(self, namespace: str, selector: str) -> tuple[Pod, ...]:
        """Return the pods that ``selector`` matches, sorted by name; "" matches all."""
        attempt = f"list pods {selector!r} in {namespace}"
        found = watching.listing(self.api, attempt, paths.pods(namespace), paths.labelled(selector))
        return tuple(sorted(map(parse_pods.pod, found.items), key=lambda pod: pod.name))

    def pod(self, namespace: str, name: str) -> Pod:
        """Return one pod. Raises NotFoundError when there is none of that name."""
        attempt = f"read pod {name} in {namespace}"
        return parse_pods.pod(self.api.get(attempt, paths.pods(namespace, name)))

    def scalable(self, kind: WorkloadKind, namespace: str, name: str) -> Scalable:
        """Return a workload as it is now. Raises NotFoundError."""
        attempt = f"read {kind} {name} in {namespace}"
        raw = self.api.get(attempt, paths.workloads(kind, namespace, name))
        return parse_scaling.scalable(kind, raw)

    def find_scalable(self, namespace: str, name: str) -> Scalable:
        """Return the StatefulSet of that name, else the Deployment. Raises NotFoundError."""
        try:
            return self.scalable("StatefulSet", namespace, name)
        except NotFoundError:
            return self.scalable("Deployment", namespace, name)

    def autoscaler(self, namespace: str, name: str) -> Autoscaler:
        """Return a HorizontalPodAutoscaler as it is now. Raises NotFoundError."""
        attempt = f"read HorizontalPodAutoscaler {name} in {namespace}"
        raw = self.api.get(attempt, paths.autoscalers(namespace, name))
        return parse_autoscaler.autoscaler(raw)

    def endpoints(self, namespace: str, service: str) -> Endpoints:
        """Return the addresses behind a Service; none at all is a valid answer."""
        attempt = f"list endpoints of {service} in {namespace}"
        found = watching.listing(
            self.api, attempt, paths.slices(namespace), paths.of_service(service)
        )
        return parse_scaling.endpoints(namespace, service, found.items)

    def service_address(self, namespace: str, service: str) -> tuple[str, int]:
        """Return a Service's cluster IP and its first port. Raises NotFoundError."""
        attempt = f"read Service {service} in {namespace}"
        spec = self.api.get(attempt, paths.objects("Service", namespace, service))["spec"]
        address = spec.get("clusterIP", "None")
        if address in ("None", "") or not spec.get("ports"):
            raise ClusterError(
                attempt,
                got=f"clusterIP {address!r}, {len(spec.get('ports') or [])} ports",
                expected="a Service with an address of its own and a port",
            )
        return str(address), int(spec["ports"][0]["port"])

    def watch_pods(
        self, namespace: str, selector: str, *, seconds: float, known: tuple[Pod, ...] = ()
    ) -> Iterator[tuple[Event, Pod]]:
        """Yield the pods there are as ADDED, then their changes for at most ``seconds``.

        ``known`` are pods seen earlier; those that are no longer there come as DELETED.
        """
        attempt = f"watch pods {selector!r} in {namespace}"
        where = (attempt, paths.pods(namespace), paths.labelled(selector))
        items, version = watching.listing(self.api, *where)
        here = [parse_pods.pod(raw) for raw in items]
        yield from (("ADDED", pod) for pod in here)
        uids = {pod.uid for pod in here}
        yield from (("DELETED", pod) for pod in known if pod.uid not in uids)
        for event, raw in watching.follow(self.api, *where, version=version, seconds=seconds):
            yield event, parse_pods.pod(raw)

    def watch_scalable(
        self,
        kind: WorkloadKind,
        namespace: str,
        name: str,
        *,
        seconds: float,
        known: Scalable | None = None,
    ) -> Iterator[tuple[Event, Scalable]]:
        """Yield a workload as ADDED, then its changes for at most ``seconds``.

        ``known`` is it as seen earlier; if there is none any more it comes as DELETED.
        """
        attempt = f"watch {kind} {name} in {namespace}"
        where = (attempt, paths.workloads(kind, namespace), paths.named(name))
        parse = partial(parse_scaling.scalable, kind)
        return watching.changes(self.api, *where, parse, seconds=seconds, known=known)

    def watch_autoscaler(
        self, namespace: str, name: str, *, seconds: float, known: Autoscaler | None = None
    ) -> Iterator[tuple[Event, Autoscaler]]:
        """Yield an autoscaler as ADDED, then its changes for at most ``seconds``.

        ``known`` is it as seen earlier; if there is none any more it comes as DELETED.
        """
        attempt = f"watch HorizontalPodAutoscaler {name} in {namespace}"
        where = (attempt, paths.autoscalers(namespace), paths.named(name))
        parse = parse_autoscaler.autoscaler
        return watching.changes(self.api, *where, parse, seconds=seconds, known=known)

    def watch_endpoints(
        self, namespace: str, service: str, *, seconds: float
    ) -> Iterator[tuple[Event, Endpoints]]:
        """Yield a Service's endpoints as ADDED, then as MODIFIED for at most ``seconds``.

        A Service without any EndpointSlice has no addresses, and that is yielded too.
        """
        attempt = f"watch endpoints of {service} in {namespace}"
        where = (attempt, paths.slices(namespace), paths.of_service(service))
        items, version = watching.listing(self.api, *where)
        slices = {raw["metadata"]["name"]: raw for raw in items}
        yield "ADDED", parse_scaling.endpoints(namespace, service, slices.values())
        for event, raw in watching.follow(self.api, *where, version=version, seconds=seconds):
            slices[raw["metadata"]["name"]] = raw
            if event == "DELETED":
                del slices[raw["metadata"]["name"]]
            yield "MODIFIED", parse_scaling.endpoints(namespace, service, slices.values())

    def pod_get(
        self, namespace: str, pod: str, port: int, path: str, *, timeout_s: float
    ) -> tuple[int, bytes]:
        """GET ``path`` from a pod through the API server, which says 503 if it can't reach it."""
        where = paths.pods(namespace, f"{pod}:{port}") + "/proxy" + path
        attempt = f"GET {path} from pod {pod}:{port} in {namespace}"
        answer = self.api.proxied(attempt, "GET", where, headers={}, body=None, timeout_s=timeout_s)
        return answer.status, answer.body

    def service_request(
        self,
        namespace: str,
        service: str,
        port: int,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> HttpAnswer:
        """Send a request to a Service through the API server and return the answer as it is."""
        where = paths.objects("Service", namespace, f"{service}:{port}")
        attempt = f"{method} {path} from Service {service}:{port} in {namespace}"
        return self.api.proxied(
            attempt,
            method,
            where + "/proxy" + path,
            headers=headers or {},
            body=body,
            timeout_s=timeout_s,
        )

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout_s: float) -> str:
        """Return what kubectl prints, pinned to this context; ClusterError has its words."""
        # An embedded cluster's discovery cache ends with its directory, not in the user's home.
        cache = self.kubeconfig.parent / "kubectl-cache" if self.kind == "embedded" else None
        return kubectl.run(
            self.kubeconfig,
            self.context,
            arguments,
            stdin=stdin,
            cache=cache,
            read_only=self.api.read_only,
            timeout_s=timeout_s,
        )

    def get_manifest(self, kind: str, namespace: str, name: str) -> str | None:
        """Return an object as it can be applied again, or None where there is none."""
        try:
            asked = ("get", kind, name, f"--namespace={namespace}", "--output=json")
            found = self.kubectl(*asked, timeout_s=3 * CALL_TIMEOUT_S)
        except NotFoundError:
            return None
        return kubectl.without_server_fields(found)
