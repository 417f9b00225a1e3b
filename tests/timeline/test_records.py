"""One request's record: its size, its arithmetic, its names."""

from __future__ import annotations

import numpy as np

from seatrial import timeline


def test_a_record_is_32_bytes() -> None:
    """The documented dtype is what files hold."""
    assert timeline.REQUEST.itemsize == 32
    assert timeline.REQUEST.names is not None
    assert timeline.REQUEST.names[:3] == ("intended", "sent", "end")


def test_latency_counts_from_the_intended_start() -> None:
    """A request that left 5 ms late and took 2 ms cost its client 7 ms."""
    requests = np.zeros(1, dtype=timeline.REQUEST)
    requests["intended"], requests["sent"], requests["end"] = 1_000_000, 6_000_000, 8_000_000
    assert timeline.latency_ms(requests).tolist() == [7.0]
    assert timeline.send_lag_ms(requests).tolist() == [5.0]


def test_a_request_that_was_never_sent_has_no_send_lag() -> None:
    """-1 is no instant: it must not make the lag look small."""
    requests = np.zeros(2, dtype=timeline.REQUEST)
    requests["sent"] = [-1, 3_000_000]
    assert timeline.send_lag_ms(requests).tolist() == [3.0]


def test_codes_that_saved_records_use_keep_their_meaning() -> None:
    """The kinds of error are append-only: their positions are in files."""
    assert timeline.ERROR_KINDS[:10] == (
        "none",
        "status",
        "connect",
        "reset",
        "protocol",
        "body",
        "deadline",
        "gateway-timeout",
        "aborted",
        "descriptors",
    )
    assert timeline.error_name(3) == "reset"
    assert timeline.error_name(200) == "error 200"
    assert [item.value for item in timeline.Outcome] == [0, 1, 2, 3]
