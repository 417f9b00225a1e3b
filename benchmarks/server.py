"""The benchmark's server: nginx on loopback, on a core of its own, with two answers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_S = 10.0
PREDICTION = (
    '{"model_name":"baseline-predictor","outputs":'
    '[{"name":"predict","shape":[1,1],"datatype":"FP64","data":[%s]}]}'
)
#: What is answered to a body of an even length, and of an odd one.
ANSWERS = (0.5, 0.25)
NGINX = """daemon off; worker_processes 1; pid %(root)s/pid; error_log %(root)s/error.log;
events { worker_connections 4096; }
http {
  map $http_content_length $answer { default '%(even)s'; "~[13579]$" '%(odd)s'; }
  access_log off; keepalive_requests 100000000; keepalive_timeout 600;
  default_type application/json;
  client_body_temp_path %(root)s/body; proxy_temp_path %(root)s/proxy;
  fastcgi_temp_path %(root)s/fastcgi; uwsgi_temp_path %(root)s/uwsgi; scgi_temp_path %(root)s/scgi;
  server { listen 127.0.0.1:%(port)d; location / { return 200 $answer; } }
}
"""


@contextmanager
def nginx(directory: Path, *, real_time: bool) -> Iterator[int]:
    """Run nginx on a free port for a with-block; give the port."""
    binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        raise SeatrialError("run the benchmark", got="no nginx", mend="apt-get install nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    configuration = directory / "nginx.conf"
    even, odd = (PREDICTION % answer for answer in ANSWERS)
    values = {"root": directory, "port": port, "even": even, "odd": odd}
    configuration.write_text(NGINX % values, encoding="utf-8")
    server = subprocess.Popen([binary, "-e", directory / "error.log", "-c", configuration])
    try:
        _await(port)
        for process in (psutil.Process(server.pid), *psutil.Process(server.pid).children()):
            place(process.pid, 0, real_time=real_time)
        yield port
    finally:
        server.terminate()
        server.wait(START_S)


def _await(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def place(pid: int, core: int, *, real_time: bool) -> None:
    """Give a process one core, where there are several, and real-time scheduling if asked."""
    if (os.cpu_count() or 1) > 1:
        psutil.Process(pid).cpu_affinity([core])
    if real_time:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
