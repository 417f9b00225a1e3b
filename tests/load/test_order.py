"""The load order: what can't be sent is refused before anything starts, secrets stay out of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.config import LoadShape, Request
from seatrial.errors import UsageError
from seatrial.load import LoadOrder, Stage, order_for, start
from seatrial.load.message import request_bytes
from seatrial.load.order import ORDER_FILE
from seatrial.load.process import read_token

if TYPE_CHECKING:
    from tests.load.conftest import MakeOrder

VARIABLE = "MODEL_TOKEN"


def test_an_order_survives_its_file(order: MakeOrder) -> None:
    """What is written is what is read, a binary body included."""
    made = order(8080, bodies=(bytes(range(256)), b""), arms=("a", "b"))
    assert LoadOrder.read(made.save()) == made


def test_an_order_follows_the_configuration(tmp_path: Path) -> None:
    """Arrivals, headers, arms and deadline come from seatrial.toml's values, rates from stages."""
    made = order_for(
        Request(),
        LoadShape(seed=3),
        url="http://10.0.0.1",
        bodies=(b"{}",),
        stages=(Stage(10, 7), Stage(5, 20)),
        epoch_monotonic_ns=5,
        directory=tmp_path,
    )
    assert (made.seconds, made.seed, made.arrivals, made.planned) == (15, 3, "poisson", 170)
    assert made.arms == ("baseline-predictor", "enhanced-predictor")
    assert made.headers["seldon-model"] == "financial-ab-test.experiment"
    assert made.port == 80


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://host"},
        {"url": "http://"},
        {"url": "http://host/path"},
        {"url": "http://user:secret@host"},
        {"url": "http://host:notaport"},
        {"path": "v2/models"},
        {"path": "/v2/a b"},
        {"path": "/v2\r\nX: y"},
        {"directory": Path("relative")},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"Content-Length": "3"}},
        {"headers": {"Accept-Encoding": "gzip"}},
        {"headers": {"Expect": "100-continue"}},
        {"headers": {"X-A": "b\r\nX-C: d"}},
        {"headers": {"X A": "b"}},
    ],
    ids=str,
)
def test_what_can_not_be_sent_is_refused(order: MakeOrder, change: dict[str, object]) -> None:
    """An address, path or header that would break or falsify the requests is a usage error."""
    with pytest.raises(UsageError):
        order(8080, **change)


def test_a_damaged_order_is_named(tmp_path: Path) -> None:
    """A file that is no order is an error that names the file."""
    file = tmp_path / ORDER_FILE
    file.write_text(json.dumps({"url": "http://x"}), encoding="utf-8")
    with pytest.raises(UsageError, match=ORDER_FILE):
        LoadOrder.read(file)


def test_the_token_is_sent_and_never_written(order: MakeOrder) -> None:
    """A token reaches the request by its variable's name; the order's file doesn't hold it."""
    made = order(8080, token_env=VARIABLE)
    token = read_token(made, {"MODEL_TOKEN": "s3cret"})
    assert b"\r\nAuthorization: Bearer s3cret\r\n" in request_bytes(made, token, b"{}")
    assert "s3cret" not in made.save().read_text(encoding="utf-8")


@pytest.mark.parametrize("environment", [{}, {"MODEL_TOKEN": " "}, {"MODEL_TOKEN": "a\nb"}])
def test_without_its_token_no_load_starts(order: MakeOrder, environment: dict[str, str]) -> None:
    """A missing or unusable token is an error that names the variable, before any process."""
    made = order(8080, token_env=VARIABLE)
    with pytest.raises(UsageError, match="MODEL_TOKEN"):
        start(made, env=environment)
    assert list(made.directory.iterdir()) == []


def test_an_epoch_may_lie_ahead(order: MakeOrder) -> None:
    """An order for later is as good as one for now."""
    later = time.monotonic_ns() + 10**12
    assert order(8080, epoch_monotonic_ns=later).epoch_monotonic_ns == later
