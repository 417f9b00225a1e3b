"""Makes the FaultWindow of a trial's directory: what was hit, when, and the proof of it.

It only reads. Whatever is missing becomes evidence that did not hold, never an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.fault import evidence, instants, journal
from seatrial.fault.changes import changes
from seatrial.fault.errors import FaultError
from seatrial.fault.silence import next_action_ns, of_silence
from seatrial.timeline import Evidence, FaultWindow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from seatrial.fault.instants import Instant
    from seatrial.fault.journal import Journal
    from seatrial.timeline import FaultTarget, ProxySample


#: Written by a trial that has undone, after the experiment's end, whatever records were left.
PUT_BACK = "fault-undone.json"


def window(
    directory: Path,
    requests: NDArray[Any],
    epoch_monotonic_ns: int,
    replicas: Sequence[str] = (),
    proxies: Sequence[ProxySample] = (),
) -> FaultWindow:
    """Return the fault that was injected, or was to be, in the trial in ``directory``.

    ``requests`` has dtype ``timeline.REQUEST``; ``replicas`` is the LoadReport's, ``proxies`` are
    the Timeline's samples. It starts at the instant just before the change, where that is known,
    or else before its activity.
    Raises FaultError only when the directory never saw an experiment.
    """
    passed = instants.read(directory / instants.INSTANTS)
    if not passed:
        raise FaultError(
            f"read the fault of {directory}",
            got=f"no {instants.INSTANTS}",
            expected="the directory of a trial in which an experiment was started",
        )
    try:
        told = journal.read(directory / journal.JOURNAL)
    except FaultError as error:
        undone = (directory / PUT_BACK).is_file()
        return _unproven(passed, epoch_monotonic_ns, error.got, undone=undone)
    return _proven(told, passed, requests, epoch_monotonic_ns, replicas=replicas, proxies=proxies)


def _unproven(passed: Sequence[Instant], epoch_ns: int, why: str, *, undone: bool) -> FaultWindow:
    """Without a journal nothing is known of what was hit; what was changed has its undo records."""
    note = "the experiment's process was killed, or never ran"
    return FaultWindow(
        name=passed[0].activity,
        kind="unknown",
        started_ns=_action_instant(passed) - epoch_ns,
        ended_ns=passed[-1].monotonic_ns - epoch_ns,
        targets=(),
        evidence=(Evidence("experiment left its journal", held=False, detail=why),),
        undone=undone,
        note=f"{note}; the trial put back what was left of it" if undone else note,
    )


def _proven(
    told: Journal,
    passed: Sequence[Instant],
    requests: NDArray[Any],
    epoch_ns: int,
    *,
    replicas: Sequence[str],
    proxies: Sequence[ProxySample],
) -> FaultWindow:
    hit = evidence.hit_of(told)
    started_ns = hit["started_monotonic_ns"] if hit else _action_instant(passed)
    found = evidence.of_experiment(told)
    targets: tuple[FaultTarget, ...] = ()
    if hit is None:
        detail = "no activity told of anything that was hit"
        found += (Evidence("fault injected", held=False, detail=detail),)
    else:
        targets = evidence.targets_of(hit)
        found += evidence.of_activities(told)
        at_ns = started_ns - epoch_ns
        found += evidence.of_traffic(requests, replicas, targets, at_ns, proxies)
        span = (at_ns, next_action_ns(passed) - epoch_ns)
        found += of_silence(hit, targets, requests, replicas, span)
    left = _left_behind(told)
    aborted_ns, why = evidence.abort_of(told)
    return FaultWindow(
        name=told.title,
        kind=hit["kind"] if hit else "unknown",
        started_ns=started_ns - epoch_ns,
        ended_ns=max(passed[-1].monotonic_ns, started_ns) - epoch_ns,
        targets=targets,
        evidence=found,
        undone=not left,
        note="; ".join(part for part in (left, why) if part),
        changes=changes(told),
        aborted_ns=aborted_ns - epoch_ns if aborted_ns else None,
    )


def _left_behind(told: Journal) -> str:
    """Say what keeps the fault from being undone: the rollbacks, and the steady state after it."""
    problems = [activity.problem for activity in told.rollbacks if activity.problem]
    if not told.rollbacks:
        problems.append("no rollback ran")
    if told.after is not None and not told.after.met:
        problems.append(f"not steady again: {told.after.problem}")
    elif told.deviated:
        problems.append("the experiment deviated")
    elif told.after is None:
        problems.append("the steady state was not checked after the fault")
    return "; ".join(problems)


def _action_instant(passed: Sequence[Instant]) -> int:
    """Return the instant before the first action, or else that of the launch."""
    first = (item for item in passed if item.event == instants.BEFORE and item.kind == "action")
    return next(first, passed[0]).monotonic_ns
