"""HTTP answers, however they are cut into pieces, and what counts as a prediction."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.load.message import Answer, ProtocolError, outputs_of

BODY = b'{"outputs":[{"name":"predict","data":[0.5]}]}'
FRAMED = b"HTTP/1.1 200 OK\r\nContent-Length: 45\r\nX-Seldon-Route: a\r\n\r\n" + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\n" + BODY[:5] + b"\r\n28\r\n" + BODY[5:] + b"\r\n0\r\nX-Trailer: t\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + FRAMED


@given(wire=st.sampled_from([FRAMED, CHUNKED, INTERIM]), cuts=st.sets(st.integers(1, 150)))
def test_an_answer_reads_the_same_however_it_is_cut(wire: bytes, cuts: set[int]) -> None:
    """Pieces of any length give the same whole answer, complete at its last byte and not before."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]
    read = Answer()
    for start, end in itertools.pairwise(edges):
        assert not read.complete
        read.feed(memoryview(wire[start:end]))
    assert read.complete
    assert (read.status, read.body, read.reusable) == (200, BODY, True)


def test_header_names_are_read_in_any_case() -> None:
    """A header is found by its lower-case name."""
    read = Answer()
    read.feed(memoryview(FRAMED))
    assert read.headers[b"x-seldon-route"] == b"a"


@pytest.mark.parametrize(
    "wire",
    [
        FRAMED.replace(b"\r\nX-", b"\r\nConnection: close\r\nX-"),
        FRAMED.replace(b"1.1", b"1.0"),
        FRAMED + b"HTTP/1.1 200 OK\r\n\r\n",
        FRAMED + b"garbage",
    ],
)
def test_a_connection_is_reused_only_where_that_is_safe(wire: bytes) -> None:
    """Connection: close, HTTP/1.0 and surplus bytes each end the connection, not the answer."""
    read = Answer()
    read.feed(memoryview(wire))
    assert read.complete
    assert read.body == BODY
    assert not read.reusable


def test_the_end_of_the_stream_completes_only_an_unframed_answer() -> None:
    """A close finishes an answer without a length; a promised length must come."""
    unframed = Answer()
    unframed.feed(memoryview(b"HTTP/1.1 200 OK\r\n\r\n" + BODY))
    unframed.end_of_stream()
    assert unframed.complete
    for wire in (FRAMED[:-1], CHUNKED[:-1], b"", b"HTTP/1.1 200 OK\r\nX: y"):
        cut = Answer()
        cut.feed(memoryview(wire))
        cut.end_of_stream()
        assert not cut.complete, wire


@pytest.mark.parametrize("wire", [b"garbage\r\n\r\n", b"\x16\x03\x01\x00", b"HTTP/9 200\r\n\r\n"])
def test_what_is_no_answer_is_an_error(wire: bytes) -> None:
    """Other protocols' bytes are a protocol error."""
    with pytest.raises(ProtocolError):
        Answer().feed(memoryview(wire))


def test_a_switch_of_protocols_is_an_answer_and_no_success() -> None:
    """101 ends the request with its status, and the connection with it."""
    read = Answer()
    read.feed(memoryview(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" + FRAMED))
    assert (read.complete, read.status, read.reusable) == (True, 101, False)


@pytest.mark.parametrize(
    ("body", "good"),
    [
        (BODY, True),
        (b'{"outputs":[{"data":[1]},{"data":[2]}]}', True),
        (b'{"outputs":[{"data":[1]},{"data":[]}]}', False),
        (b'{"outputs":{"data":[1]}}', False),
        (b'{"outputs":[{"data":[1]}]', False),
        (b'"outputs"', False),
        (b"\xff\xfe", False),
        (b"[" * 100_000, False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_prediction_has_outputs_with_data(body: bytes, good: bool) -> None:  # noqa: FBT001 -- a parameter
    """Only JSON with a list of outputs, each with data, is a prediction."""
    assert (outputs_of(body) is not None) is good
