"""Carries bytes between a listener of the host's loopback and the API server inside the node.

The listener was made in the host's network namespace and keeps it; this process runs in the
node's, so what it dials is the node's own loopback. It knows nothing of TLS or Kubernetes.
Run as ``python -m seatrial.cluster.embedded.relay LISTENER_FD PORT``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys

_CHUNK = 1 << 16


async def serve(listener: socket.socket, port: int) -> None:
    """Relay every connection that ``listener`` accepts to ``port`` of loopback, until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _relay(reader, writer, port)

    server = await asyncio.start_server(connected, sock=listener)
    async with server:
        await server.serve_forever()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry one connection both ways until both ends have closed, or one has broken."""
    try:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        # The client sees its connection closed; the log has the cause.
        sys.stderr.write(f"the API server refused a connection: {error}\n")
        await _close(writer)
        return
    try:
        await asyncio.gather(_pump(reader, upstream_writer), _pump(upstream_reader, writer))
    finally:
        await _close(upstream_writer)
        await _close(writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction, and the end of it: a half-closed connection stays half open."""
    # Whichever end is gone by now: that is the connection's end, and no error of the relay's.
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            return
    writer.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def main() -> None:
    """Serve the inherited listener."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.settimeout(0)
    asyncio.run(serve(listener, int(sys.argv[2])))


if __name__ == "__main__":
    main()
