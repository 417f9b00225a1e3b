"""Finding, filling and removing cgroups, on trees of ordinary files that look like them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from seatrial.cluster.embedded import cgroups
from seatrial.errors import DeadlineError, SeatrialError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.cluster.embedded.cgroups import Hierarchy

VERSION_1 = """\
30 24 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
31 30 0:27 / {root}/systemd rw,nosuid shared:10 - cgroup cgroup rw,xattr,name=systemd
32 30 0:28 / {root}/cpu,cpuacct rw,nosuid shared:11 - cgroup cgroup rw,cpu,cpuacct
33 30 0:29 / {root}/cpuset rw,nosuid shared:12 - cgroup cgroup rw,cpuset,clone_children
34 30 0:30 / {root}/memory rw,nosuid shared:13 - cgroup cgroup rw,memory
35 30 0:31 / {root}/pids rw,nosuid shared:14 - cgroup cgroup rw,pids
36 30 0:31 / /elsewhere/pids rw,nosuid shared:14 - cgroup cgroup rw,pids
"""
VERSION_2 = "30 24 0:26 / {root} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"


def version_1(tmp_path: Path) -> tuple[Hierarchy, ...]:
    """Give the hierarchies of a version 1 machine, with files where they are read."""
    info = tmp_path / "mountinfo"
    info.write_text(VERSION_1.format(root=tmp_path))
    for name in ("systemd", "cpu,cpuacct", "cpuset", "memory", "pids"):
        (tmp_path / name).mkdir()
    (tmp_path / "cpuset" / "cpuset.cpus").write_text("0-1\n")
    (tmp_path / "cpuset" / "cpuset.mems").write_text("0\n")
    return cgroups.hierarchies(info)


def version_2(tmp_path: Path) -> tuple[Hierarchy, ...]:
    """Give the one hierarchy of a version 2 machine."""
    info = tmp_path / "mountinfo"
    info.write_text(VERSION_2.format(root=tmp_path))
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids rdma misc\n")
    return cgroups.hierarchies(info)


def test_version_1_hierarchies_are_found_once_each(tmp_path: Path) -> None:
    """Every version 1 hierarchy counts once, however often it is mounted, the named one too."""
    found = version_1(tmp_path)
    assert [item.root.name for item in found] == [
        "systemd",
        "cpu,cpuacct",
        "cpuset",
        "memory",
        "pids",
    ]
    assert cgroups.missing_controllers(found) == frozenset()


def test_version_2_has_one_hierarchy_with_all(tmp_path: Path) -> None:
    """A version 2 machine has all controllers in one hierarchy."""
    found = version_2(tmp_path)
    assert len(found) == 1
    assert cgroups.missing_controllers(found) == frozenset()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """A machine without a memory controller is told so."""
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu pids\n")
    info = tmp_path / "mountinfo"
    info.write_text(VERSION_2.format(root=tmp_path))
    assert cgroups.missing_controllers(cgroups.hierarchies(info)) == {"memory"}


def test_a_version_1_group_can_take_processes(tmp_path: Path) -> None:
    """The group's cpuset is filled: the kernel refuses processes while it is empty."""
    cgroups.create("/seatrial-x", version_1(tmp_path))
    for group in ("seatrial-x", "seatrial-x/node"):
        assert (tmp_path / "cpuset" / group / "cpuset.cpus").read_text() == "0-1"
        assert (tmp_path / "cpuset" / group / "cpuset.mems").read_text() == "0"
    assert int((tmp_path / "cpu,cpuacct" / "seatrial-x" / "cpu.shares").read_text()) >= 2048


def test_a_version_2_group_hands_its_controllers_on(tmp_path: Path) -> None:
    """Root and group enable what the kubelet demands, and the group has its weight."""
    cgroups.create("/seatrial-x", version_2(tmp_path))
    for directory in (tmp_path, tmp_path / "seatrial-x"):
        enabled = (directory / "cgroup.subtree_control").read_text().split()
        assert {"+cpu", "+cpuset", "+memory", "+pids"} <= set(enabled)
    assert (tmp_path / "seatrial-x" / "node").is_dir()
    assert 100 <= int((tmp_path / "seatrial-x" / "cpu.weight").read_text()) <= 10_000


def test_a_group_is_given_the_weight_of_so_many_processes(tmp_path: Path) -> None:
    """Three ordinary processes weigh 3 x 1024 on version 1, 3 x 100 on version 2."""
    cgroups.weigh("/seatrial-x", 3, _with_group(version_1(tmp_path)))
    assert (tmp_path / "cpu,cpuacct" / "seatrial-x" / "cpu.shares").read_text() == "3072"
    other = tmp_path / "other"
    other.mkdir()
    cgroups.weigh("/seatrial-x", 3, _with_group(version_2(other)))
    assert (other / "seatrial-x" / "cpu.weight").read_text() == "300"


def _with_group(present: tuple[Hierarchy, ...]) -> tuple[Hierarchy, ...]:
    for hierarchy in present:
        (hierarchy.root / "seatrial-x").mkdir()
    return present


def test_processes_join_the_node_group(tmp_path: Path) -> None:
    """On version 2 a group with children may hold no process: the node has one of its own."""
    present = version_2(tmp_path)
    cgroups.create("/seatrial-x", present)
    cgroups.join("/seatrial-x", present)
    assert (tmp_path / "seatrial-x" / "node" / "cgroup.procs").read_text() == "0"


def test_processes_are_found_at_every_depth(tmp_path: Path) -> None:
    """Whatever the kubelet nests below the group belongs to the cluster."""
    present = version_2(tmp_path)
    deep = tmp_path / "seatrial-x" / "kubepods" / "pod1"
    deep.mkdir(parents=True)
    (deep / "cgroup.procs").write_text("12\n34\n")
    (tmp_path / "seatrial-x" / "cgroup.procs").write_text("0\n56\n")
    assert cgroups.processes("/seatrial-x", present) == {12, 34, 56}


def test_empty_groups_are_removed_bottom_up(tmp_path: Path) -> None:
    """A tree of empty groups goes whole, in every hierarchy."""
    present = version_1(tmp_path)
    for hierarchy in present:
        (hierarchy.root / "seatrial-x" / "kubepods" / "pod1").mkdir(parents=True)
    cgroups.destroy("/seatrial-x", present, deadline_s=1)
    assert cgroups.remains("/seatrial-x", present) == ()


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """Sweeping twice is as good as once."""
    cgroups.destroy("/seatrial-x", version_1(tmp_path), deadline_s=1)


def test_a_process_left_in_the_group_is_killed(tmp_path: Path) -> None:
    """Whoever is still in the group is killed, and told about if even that does not help."""
    present = version_2(tmp_path)
    group = tmp_path / "seatrial-x"
    group.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as left:
        # An ordinary file does not empty when its process dies, so the group can't go.
        (group / "cgroup.procs").write_text(f"{left.pid}\n")
        with pytest.raises(DeadlineError, match=str(left.pid)):
            cgroups.destroy("/seatrial-x", present, deadline_s=0.2)
        assert left.wait(10) == -9


def test_a_hierarchy_that_refuses_is_an_error_with_a_mend(tmp_path: Path) -> None:
    """A machine that does not let the group be made says which, and what to do."""
    present = version_2(tmp_path)
    (tmp_path / "seatrial-x").write_text("in the way")
    with pytest.raises(SeatrialError, match="owns its cgroups"):
        cgroups.create("/seatrial-x", present)
