"""Asking a deployment that is trusted for the answers of a golden set, through the same front.

Each input is asked until every arm has answered it several times; answers that disagree are an
error that names the replicas. It writes no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.golden import (
    ANY_ARM,
    DecodeError,
    Golden,
    GoldenError,
    Input,
    decode,
    difference,
    outputs_in,
)
from seatrial.workload.asking import ask, tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seatrial.cluster import Cluster
    from seatrial.config import Config
    from seatrial.golden import Output, Tolerance
    from seatrial.progress import Progress

ATTEMPT = "record a golden set"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A golden set, and the replicas whose answers it rests on (none where none are named)."""

    golden: Golden
    replicas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """One arm's answer to an input: the first replica that gave it, and how often it was given."""

    outputs: tuple[Output, ...]
    replica: str
    times: int


def record_golden(
    cluster: Cluster | None,
    config: Config,
    requests: Sequence[bytes],
    *,
    tolerance: Tolerance,
    times: int,
    progress: Progress,
) -> Recorded:
    """Return the set of these requests with what every arm answered ``times`` times.

    Without a cluster ``request.url`` is asked. Raises GoldenError for an answer that is not ok, of
    no known arm or no prediction, for two that disagree, and for an arm that does not answer.
    """
    replicas: set[str] = set()
    inputs = []
    with progress.step(f"answers to {len(requests)} inputs"):
        for number, request in enumerate(requests):
            asking = _Asking(cluster, config, number, request, tolerance, times)
            inputs.append(Input(request, asking.answers(replicas)))
    return Recorded(Golden(tolerance, tuple(inputs)), tuple(sorted(replicas - {""})))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asking for one input's answers."""

    cluster: Cluster | None
    config: Config
    number: int
    request: bytes
    tolerance: Tolerance
    times: int

    def answers(self, replicas: set[str]) -> dict[str, tuple[Output, ...]]:
        """Return each arm's outputs; add the replicas that gave them."""
        arms = tuple(self.config.request.arms) or (ANY_ARM,)
        heard: dict[str, _Heard] = {}
        for _ in range(self.times * tries(self.config)):
            arm, replica, outputs = self._once()
            replicas.add(replica)
            heard[arm] = self._agreeing(arm, heard.get(arm), _Heard(outputs, replica, 1))
            if all(name in heard and heard[name].times >= self.times for name in arms):
                return {name: heard[name].outputs for name in arms}
        silent = {name: heard[name].times if name in heard else 0 for name in arms}
        raise GoldenError(
            ATTEMPT,
            got=f"input {self.number}: "
            + ", ".join(f"{count} answers of {name}" for name, count in silent.items()),
            expected=f"{self.times} of each arm",
            mend="check that the split sends each arm its share",
        )

    def _once(self) -> tuple[str, str, tuple[Output, ...]]:
        answer = ask(self.cluster, self.config, self.request)
        who = f"input {self.number}, {answer.replica or 'a replica without a name'}"
        if not answer.ok:
            raise GoldenError(ATTEMPT, got=f"{who}: {answer.status}: {answer.told}", expected="2xx")
        arm = answer.arm if self.config.request.arms else ANY_ARM
        if not arm:
            raise GoldenError(
                ATTEMPT,
                got=f"{who}: an answer that names no arm of request.arms",
                expected=f"one in the header {self.config.request.arm_header}",
            )
        try:
            return arm, answer.replica, decode(outputs_in(answer.body))
        except DecodeError as cause:
            raise GoldenError(ATTEMPT, got=f"{who}: {cause}", expected="a prediction") from cause

    def _agreeing(self, arm: str, before: _Heard | None, now: _Heard) -> _Heard:
        """Return what was heard so far, one answer more; refuse one that disagrees."""
        if before is None:
            return now
        text = difference(before.outputs, now.outputs, self.tolerance)
        if text:
            raise GoldenError(
                ATTEMPT,
                got=f"input {self.number}, {arm}: {now.replica or 'one answer'} disagrees with "
                f"{before.replica or 'another'}: {text}",
                expected="the same answer of every replica",
                mend="find out which of them is right; only that one's answers can be golden",
            )
        return _Heard(before.outputs, before.replica, before.times + 1)
