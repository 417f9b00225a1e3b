"""Loads one context of a kubeconfig into a client, keeping its keys off the disk.

The `kubernetes` package writes a kubeconfig's inline keys into temporary files and removes them
when Python ends in order, so a SIGKILL would leave them there. Here they move to memory at once.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kubernetes.client import ApiClient, Configuration
from kubernetes.config import kube_config
from kubernetes.config.config_exception import ConfigException

from seatrial.cluster import kubectl
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

KUBECTL_TIMEOUT_S = 10.0
_FILES = ("cert_file", "key_file", "ssl_ca_cert")


def client(kubeconfig: Path, context: str) -> ApiClient:
    """Return a client for that context. Raises UsageError when the kubeconfig can't be used."""
    settings = Configuration()
    try:
        # persist_config would rewrite the user's file with a refreshed token.
        kube_config.load_kube_config(  # type: ignore[no-untyped-call]  # it ships no types
            str(kubeconfig), context, client_configuration=settings, persist_config=False
        )
        _to_memory(settings, set(kube_config._temp_files.values()))  # noqa: SLF001 -- no public way
    except ConfigException as cause:
        raise UsageError(
            f"use the context {context!r} of {kubeconfig}",
            got=str(cause),
            expected=f"a whole context; there are {_contexts(kubeconfig)}",
            mend="give one of these with --context",
        ) from cause
    finally:
        kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call]  # noqa: SLF001 -- as above
    if _is_loopback(settings.host):
        # A proxy of the user's environment is not on this machine's loopback; kubectl skips it too.
        settings.proxy = None
    return ApiClient(settings)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _contexts(kubeconfig: Path) -> str:
    listed = ("config", "get-contexts", "--output=name")
    found = kubectl.run(kubeconfig, None, listed, timeout_s=KUBECTL_TIMEOUT_S).split()
    return ", ".join(found) or "none"


def _to_memory(settings: Configuration, temporary: Iterable[str]) -> None:
    """Replace temporary files by anonymous memory that ends with this process."""
    for field in _FILES:
        path = getattr(settings, field)
        if path in temporary:
            descriptor = os.memfd_create(field)
            os.write(descriptor, Path(path).read_bytes())
            setattr(settings, field, f"/proc/self/fd/{descriptor}")
