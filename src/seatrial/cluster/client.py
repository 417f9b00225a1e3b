"""Speaks HTTP to one API server as its kubeconfig says: requests and streams of JSON.

The `kubernetes` package brings addresses, TLS and credentials; answers stay plain JSON here and
become values in the `parse_*` modules. Every call is bounded; nothing is tried twice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as SlowError

from seatrial.cluster.errors import (
    BudgetError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ReadOnlyError,
)
from seatrial.cluster.values import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubernetes.client import ApiClient
    from urllib3.response import BaseHTTPResponse

Json = dict[str, Any]

#: Seconds for ordinary calls: an API server that needs longer can't be observed each 5 s.
CALL_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0

_BY_STATUS = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 429: BudgetError}
_MENDS = {
    401: "renew the credentials in the kubeconfig",
    403: "give the kubeconfig's identity this right (`kubectl auth can-i`)",
}
_CREDENTIALS = ["BearerToken"]


class Api:
    """One API server; safe to use from several threads."""

    def __init__(self, client: ApiClient, *, read_only: bool = False) -> None:
        """Keep the client, which holds addresses, TLS and credentials.

        ``read_only``: whatever is no GET is refused before it is sent.
        """
        self._client = client
        self.read_only = read_only

    def close(self) -> None:
        """Close all idle connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # it ships no types

    def get(
        self,
        attempt: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Json:
        """GET ``path`` as JSON; ``attempt`` names it in errors. Raises ClusterError."""
        answer = self._send(attempt, "GET", path, query=query, timeout_s=timeout_s)
        return _json(attempt, answer)

    def delete(
        self, attempt: str, path: str, options: Json, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Json:
        """DELETE ``path`` with these DeleteOptions. Raises ClusterError."""
        body = json.dumps(options).encode()
        answer = self._send(attempt, "DELETE", path, body=body, timeout_s=timeout_s)
        return _json(attempt, answer)

    def write(
        self,
        attempt: str,
        method: str,
        path: str,
        body: Json,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Json:
        """Send ``body`` as JSON (POST, PUT, PATCH) and return the answer's. Raises ClusterError."""
        answer = self._send(
            attempt,
            method,
            path,
            query=query,
            headers={"Content-Type": content_type},
            body=json.dumps(body).encode(),
            timeout_s=timeout_s,
        )
        return _json(attempt, answer)

    def text(self, attempt: str, path: str, query: Mapping[str, str] | None = None) -> str:
        """GET ``path`` as text, such as a container's log. Raises ClusterError."""
        return self._send(attempt, "GET", path, query=query).decode("utf-8", "replace")

    def proxied(
        self,
        attempt: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> HttpAnswer:
        """Send through a proxy subresource and give back the answer, whatever its status."""
        sent = self._open(attempt, method, path, headers=headers, body=body, timeout_s=timeout_s)
        try:
            data = sent.read()
        except (HTTPError, OSError) as cause:
            raise _broken(attempt, cause, timeout_s) from cause
        found = {name.lower(): value for name, value in sent.headers.items()}
        return HttpAnswer(status=sent.status, headers=found, body=data)

    def lines(
        self, attempt: str, path: str, query: Mapping[str, str], *, seconds: float
    ) -> Iterator[Json]:
        """GET ``path`` and yield each line's JSON as it comes, until the server ends the stream.

        ``seconds`` is what the server was asked to end it after; silence for longer is an error.
        """
        patience = seconds + CALL_TIMEOUT_S
        answer = self._open(attempt, "GET", path, query=query, timeout_s=patience)
        try:
            if answer.status != 200:  # noqa: PLR2004 -- HTTP's own word
                raise _refused(attempt, answer.status, answer.read())
            yield from _split(answer)
        except (HTTPError, OSError) as cause:
            raise _broken(attempt, cause, patience) from cause
        finally:
            # An abandoned stream can't be used for another request: end its connection.
            answer.close()

    def _send(
        self,
        attempt: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> bytes:
        answer = self._open(
            attempt, method, path, query=query, headers=headers, body=body, timeout_s=timeout_s
        )
        try:
            data = answer.read()
        except (HTTPError, OSError) as cause:
            raise _broken(attempt, cause, timeout_s) from cause
        if not 200 <= answer.status < 300:  # noqa: PLR2004 -- HTTP's own range
            raise _refused(attempt, answer.status, data)
        return data

    def _open(
        self,
        attempt: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> BaseHTTPResponse:
        if self.read_only and method != "GET":
            raise ReadOnlyError(attempt, got=f"a {method} in a dry run", expected="reading alone")
        given = {"Accept": "application/json", "Content-Type": "application/json"}
        given.update(headers or {})
        _, url, full, *_ = self._client.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params=given,
            auth_settings=_CREDENTIALS,
        )
        limit = urllib3.Timeout(connect=min(CONNECT_TIMEOUT_S, timeout_s), read=timeout_s)
        pool: urllib3.PoolManager = self._client.rest_client.pool_manager
        try:
            return pool.request(
                method,
                url,
                body=body,
                headers=full,
                timeout=limit,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as cause:
            raise _broken(attempt, cause, timeout_s) from cause


def _split(answer: BaseHTTPResponse) -> Iterator[Json]:
    pending = b""
    for chunk in answer.stream(amt=None):
        *whole, pending = (pending + chunk).split(b"\n")
        yield from (json.loads(line) for line in whole if line)


def _json(attempt: str, data: bytes) -> Json:
    try:
        found: Json = json.loads(data)
    except ValueError as cause:
        raise ClusterError(
            attempt, got=repr(data[:200]), expected="JSON of the Kubernetes API"
        ) from cause
    return found


def _refused(attempt: str, status: int, data: bytes) -> ClusterError:
    try:
        message = str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        message = data[:300].decode("utf-8", "replace")
    kind = _BY_STATUS.get(status, ClusterError)
    return kind(attempt, got=f"HTTP {status}: {message}", mend=_MENDS.get(status, ""))


def _broken(attempt: str, cause: Exception, timeout_s: float) -> ClusterError:
    # urllib3 counts a refused connection among its timeouts.
    slow = isinstance(cause, SlowError) and not isinstance(cause, NewConnectionError)
    return ClusterError(
        attempt,
        got=f"no answer within {timeout_s:g} s" if slow else str(cause),
        expected="an answer of the API server",
        mend="check that the cluster is up and the kubeconfig's server address is right",
    )
