"""`seatrial golden` against real servers: what all replicas say is recorded, and nothing else."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from seatrial.cli import app
from seatrial.errors import UsageError
from seatrial.golden import read

if TYPE_CHECKING:
    from pathlib import Path

Answer = Callable[[int, int], float | None]
Front = Callable[[Answer], str]
ARMS = ("one", "two")
CONFIGURATION = """
[request]
url = "{url}"
arms = {{ one = 50.0, two = 50.0 }}
"""


class _Front(ThreadingHTTPServer):
    """A front with two arms and three replicas, each asked in turn."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked = itertools.count()


class _Handler(BaseHTTPRequestHandler):
    server: _Front

    def do_POST(self) -> None:
        """Answer input x of arm a, from replica r, with what the test says."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        turn = next(self.server.asked)
        arm, replica = turn % 2, turn % 3
        value = self.server.answer(request["x"] + arm * 10, replica)
        tensor = {"name": "p", "datatype": "FP64", "shape": [1], "data": [value]}
        body = json.dumps({"outputs": [tensor]}).encode()
        self.send_response(200 if value is not None else 503)
        self.send_header("x-seldon-route", f":{ARMS[arm]}_1:")
        self.send_header("x-seatrial-replica", f"10.0.0.{replica}:8080")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 -- the base class's
        """Say nothing."""


@pytest.fixture
def front() -> Iterator[Front]:
    """Start fronts that last as long as the test; return a front's URL."""
    with ExitStack() as stack:

        def start(answer: Answer) -> str:
            server = stack.enter_context(_Front(answer))
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join, 10)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def _record(folder: Path, url: str, *options: str) -> Result:
    (folder / "seatrial.toml").write_text(CONFIGURATION.format(url=url), encoding="utf-8")
    inputs = folder / "inputs.json"
    inputs.write_text(json.dumps([{"x": number} for number in (1, 2, 3)]), encoding="utf-8")
    command = ["golden", "record", str(folder / "golden.json"), "--inputs", str(inputs)]
    return CliRunner().invoke(app, [*command, "--config", str(folder / "seatrial.toml"), *options])


def test_what_every_replica_answers_is_recorded(tmp_path: Path, front: Front) -> None:
    """Each arm's answer to each input is written, and the file passes its check."""
    done = _record(tmp_path, front(lambda value, _: float(value)))
    assert done.exit_code == 0, done.exception
    assert "3 inputs, answers of one, two" in done.stdout
    assert "from 3 named replicas" in done.stdout
    found = read(tmp_path / "golden.json")
    answers = [[found.expected(number, arm) for arm in ARMS] for number in range(3)]
    assert [[out[0].data for out in row if out] for row in answers] == [
        [(float(x),), (float(x + 10),)] for x in (1, 2, 3)
    ]
    command = ["golden", "check", str(tmp_path / "golden.json")]
    checked = CliRunner().invoke(app, [*command, "--config", str(tmp_path / "seatrial.toml")])
    assert checked.exit_code == 0


def test_replicas_that_disagree_are_named(tmp_path: Path, front: Front) -> None:
    """One replica's other answer is an error with its name, the input and both values."""
    url = front(lambda value, replica: value + (0.5 if replica == 2 else 0.0))
    done = _record(tmp_path, url, "--times", "6")
    assert isinstance(done.exception, UsageError)
    assert "10.0.0.2:8080" in str(done.exception)
    assert "input 0" in str(done.exception)
    assert not (tmp_path / "golden.json").exists()


def test_an_error_is_never_golden(tmp_path: Path, front: Front) -> None:
    """An answer that is not 2xx ends the recording and says whose it was."""
    done = _record(tmp_path, front(lambda value, replica: None if replica == 1 else float(value)))
    assert isinstance(done.exception, UsageError)
    assert "10.0.0.1:8080: 503" in str(done.exception)


def test_a_model_that_never_looks_is_refused(tmp_path: Path, front: Front) -> None:
    """Answers that are all alike make no golden set, however well the replicas agree."""
    done = _record(tmp_path, front(lambda _, __: 1.0))
    assert isinstance(done.exception, UsageError)
    assert "alike" in str(done.exception)


def test_a_recorded_set_is_not_overwritten_by_chance(tmp_path: Path, front: Front) -> None:
    """A file that is there stays, unless --replace is given."""
    url = front(lambda value, _: float(value))
    assert _record(tmp_path, url).exit_code == 0
    again = _record(tmp_path, url)
    assert isinstance(again.exception, UsageError)
    assert "--replace" in str(again.exception)
    assert _record(tmp_path, url, "--replace").exit_code == 0
