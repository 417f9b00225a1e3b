"""The promises are kept by the replicas, not by the proxies' second attempts."""

import pytest

from fixtures.outcomes import keep
from seatrial.slo import Verdict

pytestmark = pytest.mark.production


@pytest.mark.promise("first-attempt")
def test_answers_come_at_the_first_attempt(verdict: Verdict) -> None:
    """The share of requests that need no retry at the proxy is as promised."""
    keep(verdict)


@pytest.mark.promise("proxy-retries")
def test_the_proxies_seldom_try_again(verdict: Verdict) -> None:
    """By their own count the proxies make no more retries than promised."""
    keep(verdict)


@pytest.mark.promise("ejections")
def test_no_replica_is_left_out(verdict: Verdict) -> None:
    """The proxies leave no more replicas out for their errors than promised."""
    keep(verdict)


@pytest.mark.promise("proxy-overflows")
def test_the_proxies_limits_forbid_nothing(verdict: Verdict) -> None:
    """No attempt meets a limit of the proxies' own."""
    keep(verdict)
