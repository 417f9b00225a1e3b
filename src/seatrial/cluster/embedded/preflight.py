"""Checks that this machine can carry a cluster before anything of it is made."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster.embedded import cgroups
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

#: A first start builds Kubernetes and images; a later one only runs them.
FIRST_SPACE_GIB = 12
LATER_SPACE_GIB = 1
_GIB = 1 << 30
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class Feature:
    """A thing the kernel must be able to do, tried inside throw-away namespaces."""

    name: str
    script: str


FEATURES = (
    Feature("a bridge device", "ip link add seatrial0 type bridge"),
    Feature("a veth pair", "ip link add seatrial1 type veth peer name seatrial2"),
    Feature("nftables with connection tracking", "nft add table ip t && nft -f -"),
    Feature(
        "overlayfs",
        "mount -t tmpfs t /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && "
        "mount -t overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w o /mnt/m",
    ),
)
_RULES = (
    "add chain ip t c { type nat hook postrouting priority 100 ; }\n"
    "add rule ip t c ct state established counter masquerade\n"
)


def require_root(attempt: str) -> None:
    """Raise `SeatrialError` unless this is root."""
    if os.geteuid() != 0:
        raise SeatrialError(
            attempt,
            got=f"user id {os.geteuid()}",
            expected="root, since it makes namespaces, mounts and cgroups",
            mend="run the same command with sudo, or judge a cluster that exists (--kubeconfig)",
        )


def check(cache: Path) -> None:
    """Raise `SeatrialError` for the first thing this machine lacks: cgroup controllers, space."""
    if absent := cgroups.missing_controllers(cgroups.hierarchies()):
        raise SeatrialError(
            "find the cgroup controllers the kubelet needs",
            got=f"no {', '.join(sorted(absent))} in {cgroups.MOUNTINFO}",
            expected=", ".join(sorted(cgroups.NEEDED)),
            mend="boot with them enabled, or give this container its cgroups (--cgroupns=host)",
        )
    check_space(cache)


def check_space(cache: Path) -> None:
    """Raise `SeatrialError` if the cache's disk can't hold what this start will write."""
    cache.mkdir(parents=True, exist_ok=True)
    first = not (cache / "stores").is_dir()
    needed = FIRST_SPACE_GIB if first else LATER_SPACE_GIB
    free = shutil.disk_usage(cache).free / _GIB
    if free < needed:
        raise SeatrialError(
            f"find space for a {'first' if first else 'further'} start",
            got=f"{free:.1f} GiB free where {cache} lies",
            expected=f"at least {needed} GiB",
            mend=f"free some, or move the cache: XDG_CACHE_HOME=/elsewhere (it is {cache.parent})",
        )


def check_kernel() -> None:
    """Try each kernel feature for real; `SeatrialError` names the first that is missing.

    The Debian packages must be installed. Everything tried ends with its namespaces.
    """
    for feature in FEATURES:
        done = subprocess.run(
            ["unshare", "--mount", "--net", "sh", "-c", feature.script],  # noqa: S607
            input=_RULES,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise SeatrialError(
                f"try a kernel feature: {feature.name}",
                got=(done.stderr or done.stdout).strip() or f"exit code {done.returncode}",
                expected="it to work inside namespaces of its own",
                mend=f"use a kernel with it (this is {os.uname().release}); "
                "a container must run privileged",
            )
