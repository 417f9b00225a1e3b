"""Makes, fills and removes the cluster's own cgroup in every hierarchy, of version 1 and 2.

The group is also how everything that belongs to a cluster is found again, whoever died. What the
kubelet makes below it is the kubelet's; here it is only removed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import DeadlineError, SeatrialError

MOUNTINFO = Path("/proc/self/mountinfo")
#: What the kubelet demands of each group it manages.
NEEDED = frozenset({"cpu", "cpuset", "memory", "pids"})
#: The node's own processes: on version 2 a group that has children may hold no process itself.
NODE_GROUP = "node"
#: cpu.shares of one ordinary process, of a group that nobody gave another, and of one core's worth
#: of pods.
SHARES_OF_ONE = 1024
#: cpu.shares of the cluster, for each core: it stands for many processes.
SHARES_PER_CORE = 2048
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """One mounted hierarchy: where it is mounted, its version and its controllers."""

    root: Path
    version: int
    controllers: frozenset[str]


def hierarchies(mountinfo: Path = MOUNTINFO) -> tuple[Hierarchy, ...]:
    """List the mounted hierarchies, each once. Format: proc_pid_mountinfo(5)."""
    found: dict[str, Hierarchy] = {}
    for line in mountinfo.read_text().splitlines():
        before, _, after = line.partition(" - ")
        _, _, device, _, mount_point = before.split()[:5]
        kind, _, options = after.split()[:3]
        if kind == "cgroup2":
            root = Path(mount_point)
            found.setdefault(device, Hierarchy(root, 2, _version_2_controllers(root)))
        elif kind == "cgroup":
            controllers = frozenset(options.split(",")) - {"rw", "ro", "xattr", "clone_children"}
            found.setdefault(device, Hierarchy(Path(mount_point), 1, controllers))
    return tuple(found.values())


def missing_controllers(present: tuple[Hierarchy, ...]) -> frozenset[str]:
    """Give the controllers the kubelet needs that no hierarchy has."""
    return NEEDED - {name for hierarchy in present for name in hierarchy.controllers}


def create(group: str, present: tuple[Hierarchy, ...]) -> None:
    """Make ``group`` (such as ``/seatrial-dev``) and its node group in every hierarchy."""
    for hierarchy in present:
        top = _directory(hierarchy, group)
        try:
            top.mkdir(exist_ok=True)
            if hierarchy.version == 1:
                _copy_cpuset(hierarchy, top)
            else:
                # The group must exist with all controllers, or the kubelet ends with "missing
                # controllers".
                _enable_controllers(hierarchy.root, hierarchy.controllers)
                _enable_controllers(top, hierarchy.controllers)
            _set_weight(hierarchy, top)
            node = top / NODE_GROUP
            node.mkdir(exist_ok=True)
            _copy_cpuset(hierarchy, node)
        except OSError as error:
            raise SeatrialError(
                f"make the cgroup {top}",
                got=str(error),
                expected="a cgroup hierarchy that root may write",
                mend="run on the host itself, or in a container that owns its cgroups",
            ) from error


def weigh(group: str, processes: int, present: tuple[Hierarchy, ...]) -> None:
    """Give ``group`` the CPU weight of so many ordinary processes."""
    for hierarchy in present:
        if "cpu" in hierarchy.controllers:
            _set_shares(hierarchy, _directory(hierarchy, group), SHARES_OF_ONE * processes)


def join(group: str, present: tuple[Hierarchy, ...]) -> None:
    """Move the calling process into the node group of ``group``. 0 means the writer itself."""
    for hierarchy in present:
        (_directory(hierarchy, group) / NODE_GROUP / "cgroup.procs").write_text("0")


def processes(group: str, present: tuple[Hierarchy, ...]) -> frozenset[int]:
    """List the pids in ``group`` and below, over all hierarchies."""
    found: set[int] = set()
    for hierarchy in present:
        for directory, _, _ in os.walk(_directory(hierarchy, group)):
            # A group may vanish while it is looked at: then it holds nothing.
            with contextlib.suppress(OSError):
                text = Path(directory, "cgroup.procs").read_text()
                found.update(int(pid) for pid in text.split())
    return frozenset(found - {0})


def remains(group: str, present: tuple[Hierarchy, ...]) -> tuple[Path, ...]:
    """List the directories of ``group`` that exist."""
    tops = (_directory(hierarchy, group) for hierarchy in present)
    return tuple(top for top in tops if top.is_dir())


def destroy(group: str, present: tuple[Hierarchy, ...], *, deadline_s: float) -> None:
    """Kill what is left in ``group`` and remove it; `DeadlineError` with what would not go."""
    until = time.monotonic() + deadline_s
    while remains(group, present):
        alive = processes(group, present)
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not alive:
            _remove(group, present)
        if time.monotonic() > until:
            raise DeadlineError(
                f"remove the cgroup {group}",
                got=f"pids {sorted(alive)} in {[str(path) for path in remains(group, present)]}",
                expected=f"no process and no directory within {deadline_s:g} s",
                mend="look at these processes (a state D in `ps` is the kernel's), then try again",
            )
        time.sleep(_POLL_S)


def _remove(group: str, present: tuple[Hierarchy, ...]) -> None:
    """Remove the directories bottom-up. One that is busy for a moment stays for the next round."""
    for hierarchy in present:
        for directory, _, _ in os.walk(_directory(hierarchy, group), topdown=False):
            with contextlib.suppress(OSError):
                Path(directory).rmdir()


def _directory(hierarchy: Hierarchy, group: str) -> Path:
    return hierarchy.root / group.removeprefix("/")


def _version_2_controllers(root: Path) -> frozenset[str]:
    return frozenset((root / "cgroup.controllers").read_text().split())


def _enable_controllers(directory: Path, controllers: frozenset[str]) -> None:
    wanted = controllers & (NEEDED | {"io", "hugetlb"})
    if wanted:
        text = " ".join(f"+{name}" for name in sorted(wanted))
        (directory / "cgroup.subtree_control").write_text(text)


def _copy_cpuset(hierarchy: Hierarchy, directory: Path) -> None:
    """Version 1 lets no process into a group whose cpuset is still empty."""
    if hierarchy.version == 1 and "cpuset" in hierarchy.controllers:
        for name in ("cpuset.cpus", "cpuset.mems"):
            (directory / name).write_text((directory.parent / name).read_text().strip())


def _set_weight(hierarchy: Hierarchy, top: Path) -> None:
    if "cpu" in hierarchy.controllers:
        _set_shares(hierarchy, top, SHARES_PER_CORE * (os.cpu_count() or 1))


def _set_shares(hierarchy: Hierarchy, top: Path, shares: int) -> None:
    if hierarchy.version == 1:
        (top / "cpu.shares").write_text(str(shares))
    else:
        # Version 2 calls 100 what version 1 calls 1024.
        (top / "cpu.weight").write_text(str(min(10_000, shares * 100 // 1024)))
