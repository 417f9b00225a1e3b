"""HTTP/1.1 as the engine speaks it: the bytes of the one request, and an answer read piecewise.

It holds no socket and no clock. Framing is left to httptools (llhttp, Node.js's parser).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

if TYPE_CHECKING:
    from seatrial.load.order import LoadOrder

FIRST_FINAL_STATUS = 200
SWITCHING_PROTOCOLS = 101
FIRST_REDIRECT_STATUS = 300


class ProtocolError(Exception):
    """What came is not an HTTP/1.1 answer."""


def request_bytes(order: LoadOrder, token: str | None, body: bytes) -> bytes:
    """Return the whole request, head and body: one ``send`` each, and the same each time."""
    headers = {"Host": order.parts.netloc, "Accept": "application/json"}
    if body:
        headers["Content-Type"] = "application/json"
    names = {name.lower(): name for name in headers}
    for name, value in order.headers.items():
        headers[names.get(name.lower(), name)] = value
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    headers["Content-Length"] = str(len(body))
    lines = [f"{order.method} {order.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def outputs_of(body: bytes) -> list[dict[str, object]] | None:
    """Return the outputs of an Open Inference Protocol answer, each with data; None: it is none.

    The JSON is parsed in full for each answer (2 µs for 180 bytes): a sample would let a
    broken answer pass.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    outputs = content.get("outputs") if isinstance(content, dict) else None
    if not isinstance(outputs, list) or not outputs:
        return None
    whole = all(isinstance(item, dict) and item.get("data") for item in outputs)
    return outputs if whole else None


class Answer:
    """One answer as it arrives. Read ``status``, ``headers`` and ``body`` once ``complete``.

    The methods named ``on_…`` are httptools' callbacks.
    """

    __slots__ = ("_parser", "_pieces", "complete", "headers", "reusable", "status")

    def __init__(self) -> None:
        """Start before the first byte."""
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self.complete = False
        self.headers: dict[bytes, bytes] = {}
        self.reusable = False
        self.status = 0

    @property
    def body(self) -> bytes:
        """The body so far, chunks joined."""
        return b"".join(self._pieces)

    def feed(self, data: memoryview) -> None:
        """Take the next bytes. Raises ProtocolError where they can't belong to an answer."""
        parser = self._parser
        if parser is None:
            raise ProtocolError("bytes after the answer's end")
        try:
            parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as cause:
            # A whole answer stands; what follows it only forbids to reuse the connection.
            self.reusable = False
            if not self.complete:
                raise ProtocolError(str(cause)) from cause
        if self.complete:
            self.drop_parser()

    def drop_parser(self) -> None:
        """Part from the parser, which refers back: a cycle that only the collector could free."""
        self._parser = None

    def end_of_stream(self) -> None:
        """Take the end of the stream: it completes an answer that is delimited by nothing else."""
        framed = b"content-length" in self.headers or b"transfer-encoding" in self.headers
        if self.status >= FIRST_FINAL_STATUS and not framed:
            self.complete = True

    def on_message_begin(self) -> None:
        """A second message on the wire was not asked for; an interim one may precede the answer."""
        if self.complete:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the answer, its name in lower case."""
        if not self.complete:
            self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """Take the status, and whether the connection may be used again."""
        if not self.complete and self._parser is not None:
            self.status = self._parser.get_status_code()
            self.reusable = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        if not self.complete:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """Finish the answer, or forget an interim one (1xx) and go on."""
        if self.status < FIRST_FINAL_STATUS and self.status != SWITCHING_PROTOCOLS:
            self.headers = {}
            self.status = 0
        else:
            self.complete = True
