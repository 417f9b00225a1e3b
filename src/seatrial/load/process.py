"""What the launcher and the Locust file agree on: variables, files, exit codes, the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.load.order import LoadOrder

#: Names the order's file, and the descriptor of the pipe whose end means that the launcher died.
ORDER_VARIABLE = "SEATRIAL_LOAD_ORDER"
LIFELINE_VARIABLE = "SEATRIAL_LOAD_LIFELINE"
#: How the engine is to be scheduled, one of the two below.
PRIORITY_VARIABLE = "SEATRIAL_LOAD_PRIORITY"
REAL_TIME = "real-time"
UNCHANGED = "unchanged"
#: The process's own report; the launcher adds the exit code and makes it ``load.json``.
REPORT_FILE = "generator.json"
LOG_FILE = "load.log"

EXIT_ENGINE = 4
EXIT_PARENT_DIED = 5


def read_token(order: LoadOrder, environment: Mapping[str, str]) -> str | None:
    """Return the bearer token that the order names, None where it names none.

    Raises UsageError where the variable is empty or can't be one header line.
    """
    if order.token_env is None:
        return None
    token = environment.get(order.token_env, "").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise UsageError(
            "send the requests' bearer token",
            got=f"nothing usable in the environment variable {order.token_env}",
            expected="a token of printable ASCII characters",
            mend=f"export {order.token_env}, or remove request.token_env from seatrial.toml",
        )
    return token
