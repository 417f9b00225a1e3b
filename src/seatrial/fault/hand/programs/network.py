"""Program of a hand: drops a pod's packets on its node, by a table of nftables of its own.

It shares the node's network and runs the node's own ``nft`` in a chroot. The address stands in a
set whose elements time out: the kernel itself ends the drop, though this and all else be killed.
Python's standard library only, 3.9 or newer. Its log has one JSON object a line.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

_NANOSECONDS = 1_000_000_000
_COMMAND_S = 10.0
#: Forwarded packets only, as a NetworkPolicy would have it: the node itself still reaches its pod.
_RULES = """
table inet {table} {{
  counter to_it {{ }}
  counter from_it {{ }}
  set away {{ type {kind}; flags timeout; elements = {{ {address} timeout {seconds}s }} }}
  chain forward {{
    type filter hook forward priority -150; policy accept;
    {family} daddr @away counter name to_it drop
    {family} saddr @away counter name from_it drop
  }}
}}
"""


@dataclass(frozen=True)
class Order:
    """What to do: ``cut`` an address off for ``hold_s``, or ``mend``, which deletes the table.

    ``at_wall_ns`` is when, by the wall clock; 0: now. ``root`` is where the node's files are.
    """

    act: str
    table: str
    address: str = ""
    hold_s: float = 0.0
    at_wall_ns: int = 0
    root: str = "/host"

    def check(self) -> None:
        """Raise LookupError for names that nft could take for something else."""
        if not re.fullmatch("seatrial-[a-z0-9-]{1,60}", self.table):
            raise LookupError(f"{self.table!r} is no name of a table of ours")


def nft(order: Order, *arguments: str, rules: str = "") -> subprocess.CompletedProcess[str]:
    """Run the node's nft. Raises OSError when there is none, or it does not end."""
    try:
        return subprocess.run(
            ["nft", *arguments],  # noqa: S607 -- wherever the node's PATH has it
            input=rules,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
            env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
            preexec_fn=lambda: os.chroot(order.root),
        )
    except subprocess.TimeoutExpired as cause:
        raise OSError(f"nft did not end within {_COMMAND_S:g} s") from cause


def counted(order: Order) -> dict[str, int] | None:
    """Return the packets dropped on the way to the address and from it; None without the table."""
    done = nft(order, "--json", "list", "counters", "table", "inet", order.table)
    if done.returncode != 0:
        return None
    items = (item.get("counter") for item in json.loads(done.stdout)["nftables"])
    return {item["name"]: int(item["packets"]) for item in items if item}


def cut(order: Order) -> dict[str, object]:
    """Drop what is forwarded to the address and from it. Raises OSError when nft refuses."""
    address = ipaddress.ip_address(order.address)
    family, kind = ("ip6", "ipv6_addr") if address.version == 6 else ("ip", "ipv4_addr")  # noqa: PLR2004 -- IPv6
    words = {"family": family, "kind": kind, "address": address, "seconds": int(order.hold_s)}
    instant = now()
    done = nft(order, "--file", "-", rules=_RULES.format(table=order.table, **words))
    if done.returncode != 0:
        raise OSError(f"nft refused the rules: {done.stderr.strip()}")
    return {**instant, "dropped": counted(order)}


def mend(order: Order) -> dict[str, object]:
    """Delete the table, if it is there; say what it had dropped and whether it is gone."""
    dropped = counted(order)
    if dropped is not None:
        nft(order, "delete", "table", "inet", order.table)
    return {"dropped": dropped, "gone": counted(order) is None, **now()}


def now() -> dict[str, object]:
    """Return this instant on both clocks, in ns."""
    return {"wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns()}


def say(event: str, **facts: object) -> None:
    """Write one line to the log."""
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def asked_to_end(seconds: float) -> bool:
    """Wait at most that long; True as soon as a SIGTERM came. It stays blocked all the time."""
    return signal.sigtimedwait({signal.SIGTERM}, max(seconds, 0.0)) is not None


def work(order: Order) -> None:
    """Do what the order says; a cut is held, then mended."""
    order.check()
    if asked_to_end((order.at_wall_ns - time.time_ns()) / _NANOSECONDS):
        say("ended", why="asked to end before the instant")
    elif order.act == "mend":
        say("released", **mend(order))
    else:
        say("acted", **cut(order))
        asked = asked_to_end(order.hold_s)
        say("released", why="asked to" if asked else "time is over", **mend(order))


def main() -> int:
    """Read the order from the command line; nothing ends this but its end, or SIGKILL."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        work(Order(**json.loads(sys.argv[1])))
    except (LookupError, OSError, ValueError) as error:
        say("failed", why=f"{type(error).__name__}: {error}", **now())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
