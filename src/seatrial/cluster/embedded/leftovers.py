"""What of a fault may be left in a node where the API does not show it: stopped processes, rules.

Looks only. How a process is stopped or a packet dropped is `fault`'s.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from seatrial.errors import SeatrialError

#: Packet-drop rules of seatrial's stand in tables of their own, whose names begin so.
TABLE_PREFIX = "seatrial"
#: A pod's cgroup ends with its UID.
_POD = re.compile(r"/pod([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)", re.MULTILINE)
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, order=True)
class Stopped:
    """A process that was stopped (state T): its command's name, and its pod's UID, "" for none."""

    command: str
    pod_uid: str


def stopped_processes(node_pid: int) -> tuple[Stopped, ...]:
    """Return the stopped processes of a node, whose PID 1 is ``node_pid``; sorted.

    Raises SeatrialError when that process is gone.
    """
    try:
        inside = psutil.Process(node_pid).children(recursive=True)
    except psutil.NoSuchProcess as cause:
        raise SeatrialError(
            "look for stopped processes in the node",
            got=f"its process {node_pid} is gone",
            expected="a node that is up",
            mend="seatrial cluster status",
        ) from cause
    return tuple(sorted(found for item in inside if (found := _stopped(item)) is not None))


def _stopped(process: psutil.Process) -> Stopped | None:
    try:
        if process.status() != psutil.STATUS_STOPPED:
            return None
        groups = Path(f"/proc/{process.pid}/cgroup").read_text(encoding="utf-8")
        return Stopped(process.name(), pod_of(groups))
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        # It ended meanwhile: it is not left.
        return None


def pod_of(cgroups: str) -> str:
    """Return the UID of the pod whose process has these cgroups (``/proc/PID/cgroup``), or ""."""
    found = _POD.search(cgroups)
    return found[1] if found else ""


def drop_tables(node_pid: int) -> tuple[str, ...]:
    """Return seatrial's own nftables tables in a node's network namespace, as ``inet NAME``.

    Raises SeatrialError when nft can't tell.
    """
    attempt = "list the packet rules in the node"
    # Debian's nsenter and nft, wherever PATH has them.
    command = ["nsenter", "--target", str(node_pid), "--net", "nft", "--json", "list", "tables"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise SeatrialError(attempt, got=str(cause), expected="an answer of nft") from cause
    if done.returncode != 0:
        raise SeatrialError(attempt, got=done.stderr.strip(), expected="an answer of nft")
    tables = [item["table"] for item in json.loads(done.stdout)["nftables"] if "table" in item]
    ours = [item for item in tables if item["name"].startswith(TABLE_PREFIX)]
    return tuple(sorted(f"{item['family']} {item['name']}" for item in ours))
