"""Installs the Debian packages the embedded cluster needs, saying so first.

Only what is missing, and without starting any service: containerd's package brings one, and the
host's containerd is nobody's business here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.cluster.embedded.images.recipe import DEBIAN_PACKAGES
from seatrial.cluster.embedded.settings import CNI_PLUGINS
from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from seatrial.progress import Progress

_TIMEOUT_S = 900
_SYSTEMD = Path("/run/systemd/system")
#: Package scripts start services only where this directory exists. Hiding it in a mount namespace
#: of apt's own leaves nothing behind, whatever dies; a policy-rc.d file would.
_WITHOUT_SYSTEMD = 'mount -t tmpfs tmpfs /run/systemd && exec "$@"'


@dataclass(frozen=True, slots=True)
class Tool:
    """A file the node needs and the Debian package that has it."""

    package: str
    #: A command on PATH, or an absolute path.
    file: str

    def present(self) -> bool:
        """Look whether the file is there."""
        if self.file.startswith("/"):
            return Path(self.file).exists()
        return shutil.which(self.file) is not None


TOOLS = (
    Tool("containerd", "containerd"),
    Tool("containerd", "ctr"),
    Tool("runc", "runc"),
    Tool("containernetworking-plugins", f"{CNI_PLUGINS}/ptp"),
    Tool("iproute2", "ip"),
    Tool("nftables", "nft"),
    Tool("iptables", "iptables"),
    Tool("util-linux", "unshare"),
    Tool("util-linux", "nsenter"),
    Tool("mount", "mount"),
    *(
        Tool(name, f"/usr/share/doc/{name}" if name.endswith("keyring") else name)
        for name in DEBIAN_PACKAGES
    ),
)


def missing() -> tuple[str, ...]:
    """List the packages of which a file is missing."""
    return tuple(sorted({tool.package for tool in TOOLS if not tool.present()}))


def ensure(progress: Progress) -> None:
    """Install what is missing, as root; `SeatrialError` with apt-get's words if it can't be."""
    names = missing()
    if not names:
        return
    if shutil.which("apt-get") is None:
        raise SeatrialError(
            "install Debian packages",
            got=f"no apt-get on PATH, and {', '.join(names)} missing",
            expected="Debian 12, or these packages' programs on PATH",
            mend="install them by this system's own means",
        )
    progress.note(f"Debian packages will be installed with apt-get: {', '.join(names)}")
    with progress.step("install Debian packages"):
        _run("apt-get", "update")
        _run("apt-get", "install", "--yes", "--no-install-recommends", *names)
    if still := missing():
        raise SeatrialError(
            f"install the Debian packages {', '.join(still)}",
            got="apt-get installed them, and their programs are still not there",
            expected="each of them to bring its program",
            mend="check PATH; /usr/sbin must be on it",
        )


def _run(*argv: str) -> None:
    if _SYSTEMD.is_dir():
        argv = ("unshare", "--mount", "sh", "-c", _WITHOUT_SYSTEMD, "sh", *argv)
    # Another apt may be at work: wait for it rather than fail.
    options = ("-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
    try:
        done = subprocess.run(
            [*argv, *options],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(argv, f"no end within {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise _failed(argv, (done.stderr or done.stdout).strip()[-1500:])


def _failed(argv: tuple[str, ...], got: str) -> SeatrialError:
    return SeatrialError(
        f"run {' '.join(argv)}",
        got=got,
        expected="the packages from Debian's archive",
        mend="run the same command by hand, mend what it says, then bring the cluster up again",
    )
