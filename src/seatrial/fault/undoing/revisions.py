"""Undoes rollouts: the template as it was, and every replica of that revision again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from seatrial.cluster import ConflictError, NotFoundError, writing
from seatrial.errors import DeadlineError
from seatrial.fault.revisions import Rolled, Template
from seatrial.fault.waiting import look_until
from seatrial.undo import Undone

if TYPE_CHECKING:
    from collections.abc import Callable

    from seatrial.cluster import Cluster
    from seatrial.undo import Record


def undo_restart(cluster: Cluster, record: Record) -> Undone:
    """Take the mark away and await the roll back; proves that the new revision was in effect."""
    return _undo(_template(cluster, record), "the new revision was in effect", _all_marked)


def undo_broken(cluster: Cluster, record: Record) -> Undone:
    """Take the broken version away; proves that it never became Ready."""
    return _undo(
        _template(cluster, record), "the broken version never became Ready", lambda seen: seen.stuck
    )


def _all_marked(seen: Rolled) -> bool:
    return seen.in_template and len(seen.marked) == len(seen.pods) > 0


def _template(cluster: Cluster, record: Record) -> Template:
    before = record.before
    return Template(
        cluster, before["kind"], record.namespace, before["name"], before["uid"], record.id
    )


def _undo(template: Template, proof: str, in_effect: Callable[[Rolled], bool]) -> Undone:
    words = f"{template.kind} {template.name} in {template.namespace}"
    try:
        seen = template.look()
    except NotFoundError:
        return Undone(f"{words} is gone: nothing to put back", ((proof, False, "it is gone"),))
    proofs = ((proof, in_effect(seen), seen.words),)
    if seen.in_template:
        template.remove()
    _await_clear(template, words)
    return Undone(f"{words}: the pod template as it was, every replica of it", proofs)


def _await_clear(template: Template, words: str) -> None:
    """Wait until every replica is of the earlier revision again, and Ready."""
    deadline_s = template.deadline_s()

    def look() -> Rolled:
        seen = template.look()
        _free(template, seen)
        return seen

    seen = look_until(look, lambda found: found.clear, deadline_s=deadline_s)
    if not seen.clear:
        raise DeadlineError(
            f"see every replica of {words} of its earlier revision, and Ready",
            got=f"after {deadline_s:g} s {seen.words}",
            expected=f"{seen.workload.spec_replicas} Ready, none of the new revision",
            mend="see what keeps them: kubectl describe",
        )


def _free(template: Template, seen: Rolled) -> None:
    """Delete what a StatefulSet waits for in vain: it does not replace a pod that is not Ready.

    Its controller would wait for it forever (OrderedReady), though the template is mended.
    """
    if template.kind != "StatefulSet" or seen.in_template or not seen.observed:
        return
    for pod in seen.pods:
        if pod.name in seen.marked and not pod.ready and not pod.terminating:
            with suppress(NotFoundError, ConflictError):
                writing.delete(template.cluster, "Pod", template.namespace, pod.name, uid=pod.uid)
