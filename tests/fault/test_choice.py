"""Which replica is hit: exactly the one that was meant, or none."""

from __future__ import annotations

import time

import pytest

from seatrial.cluster import Pod
from seatrial.errors import UsageError
from seatrial.fault import FaultError
from seatrial.fault.replicas import choose, choose_several, cluster_of
from seatrial.fault.waiting import look_until, wait_for_instant


def _pod(name: str, *, ready: bool = True, terminating: bool = False) -> Pod:
    reason = "" if ready else "ContainersNotReady"
    return Pod(
        name, f"u-{name}", "10.0.0.1", "n", "Running", ready, terminating, 0, {}, "", reason, ()
    )


PODS = [_pod("ml-1"), _pod("ml-10"), _pod("ml-2"), _pod("ml-3", ready=False)]


def _choose(pods: list[Pod], seed: int = 0, pattern: str = "") -> str:
    return choose(pods, seed=seed, name_pattern=pattern, where="here").name


@pytest.mark.parametrize(("seed", "name"), [(0, "ml-1"), (1, "ml-10"), (2, "ml-2"), (3, "ml-1")])
def test_the_seed_chooses_among_the_ready(seed: int, name: str) -> None:
    """The seed counts through the Ready replicas by name, so that a run can be repeated."""
    assert _choose(PODS, seed) == name
    assert _choose(PODS[::-1], seed) == name


def test_a_name_is_matched_whole() -> None:
    """The pattern ``ml-1`` hits ml-1 and not ml-10."""
    assert _choose(PODS, pattern="ml-1") == "ml-1"


@pytest.mark.parametrize(
    ("pods", "pattern", "words"),
    [
        ([], "", "no pods at all"),
        (PODS, "ml-9", "none of 4 pods"),
        (PODS, "ml-.*", "matches ml-1"),
        (PODS, "ml-3", "ContainersNotReady"),
        ([_pod("ml-1", terminating=True)], "ml-1", "Terminating"),
        ([_pod("ml-1", terminating=True)], "", "Terminating"),
    ],
)
def test_nothing_is_hit_by_chance(pods: list[Pod], pattern: str, words: str) -> None:
    """No match, several matches, or one that is not Ready or already going is an error."""
    with pytest.raises(FaultError, match=words):
        _choose(pods, pattern=pattern)


def test_several_are_in_a_row_from_the_seed_on() -> None:
    """The seed gives the first of them, by name; the row begins anew after the last."""
    found = choose_several(PODS, count=2, share=1, seed=2, where="here")
    assert [pod.name for pod in found] == ["ml-2", "ml-1"]


@pytest.mark.parametrize(
    ("count", "share", "words"),
    [(0, 1.0, "at least 1"), (4, 1.0, "4 Ready replicas"), (2, 0.5, "at most 1, a share of 0.5")],
)
def test_never_more_than_may_be_hit(count: int, share: float, words: str) -> None:
    """None at all, more than are Ready, or more than their allowed share is an error."""
    with pytest.raises(FaultError, match=words):
        choose_several(PODS, count=count, share=share, seed=0, where="here")


@pytest.mark.parametrize("given", [None, {}, {"kubeconfig": "x"}, {"context": "x"}])
def test_a_cluster_to_break_is_never_guessed(given: dict[str, str] | None) -> None:
    """Without a kubeconfig and a context the activity fails and says what to export."""
    with pytest.raises(UsageError, match="SEATRIAL_CONTEXT"):
        cluster_of(given)


def test_a_wait_gives_the_last_it_saw() -> None:
    """A wait whose condition never holds ends at its deadline with what it saw last."""
    seen = iter(range(1000))
    started = time.monotonic()
    assert look_until(lambda: next(seen), lambda _: False, deadline_s=0.3) >= 1
    assert time.monotonic() - started < 2


def test_a_wait_ends_when_it_holds() -> None:
    """A wait ends at once when its condition holds."""
    assert look_until(lambda: 7, lambda value: value == 7, deadline_s=60) == 7


def test_an_instant_of_another_clock_is_refused() -> None:
    """An instant that lies hours ahead is refused: it is of another machine's clock."""
    with pytest.raises(UsageError, match="SEATRIAL_FAULT_AT_NS"):
        wait_for_instant(time.monotonic_ns() + 3_600_000_000_000)


def test_an_instant_is_kept() -> None:
    """A wait for an instant does not return before it, and returns at once after it."""
    at = time.monotonic_ns() + 50_000_000
    wait_for_instant(at)
    assert time.monotonic_ns() >= at
    wait_for_instant(0)
