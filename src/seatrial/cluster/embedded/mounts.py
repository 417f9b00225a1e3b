"""Mounts what the node needs inside its own mount namespace, where no host path may change.

Only the node's PID 1 calls this, after `unshare` has made every mount private. Each mount ends
with the namespace; nothing here is ever undone by hand.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from seatrial.errors import SeatrialError

#: Where components write whatever their settings say. Each becomes a tmpfs of the node's own.
TMPFS = (
    "/run",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log/pods",
    "/var/log/containers",
    "/usr/libexec/kubernetes",
)

#: The kubelet sets these, and they are the whole machine's: kernel.panic_on_oops, say. It leaves
#: a value alone that is right already, so it is shown a private file that says so.
KERNEL_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}

_MS_RDONLY = 1
_MS_REMOUNT = 32
_MS_BIND = 4096
_MS_REC = 16384


def isolate_paths() -> None:
    """Cover every path of `TMPFS`, and the kernel settings the kubelet would change."""
    for path in TMPFS:
        _cover(Path(path))
    shown = Path("/run/kernel-settings")
    shown.mkdir()
    for name, value in KERNEL_SETTINGS.items():
        target = Path("/proc/sys", name)
        if target.exists():
            file = shown / name.replace("/", ".")
            file.write_text(f"{value}\n")
            bind(file, target)


def bind(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Show ``source`` at ``target``, which must exist."""
    _mount(str(source), target, "", _MS_BIND | _MS_REC)
    if read_only:
        _mount("", target, "", _MS_BIND | _MS_REMOUNT | _MS_RDONLY)


def _cover(path: Path) -> None:
    """Mount a tmpfs over ``path``; where it does not exist, make it without touching the host."""
    if not path.is_dir():
        existing = next(parent for parent in path.parents if parent.is_dir())
        _make_writable(existing)
        path.mkdir(parents=True)
    _mount("tmpfs", path, "tmpfs", 0, "mode=0755")


def _make_writable(directory: Path) -> None:
    """Put a tmpfs in the place of ``directory`` that shows the same entries."""
    original = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        _mount("tmpfs", directory, "tmpfs", 0, "mode=0755")
        source = Path(f"/proc/self/fd/{original}")
        for entry in source.iterdir():
            shown = directory / entry.name
            if entry.is_symlink():
                shown.symlink_to(entry.readlink())
            elif entry.is_dir():
                shown.mkdir()
                bind(entry, shown)
            else:
                shown.touch()
                bind(entry, shown)
    finally:
        os.close(original)


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.mount(
        source.encode(),
        str(target).encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )
    if result != 0:
        code = ctypes.get_errno()
        raise SeatrialError(
            f"mount {kind or source} at {target}, inside the node",
            got=os.strerror(code),
            expected="a mount in the node's own namespace",
            mend="check that this machine lets root mount (a container may forbid it)",
        )
