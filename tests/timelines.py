"""One synthetic trial for every test: healthy, in memory or on disk, to be damaged in one way.

``Trial`` has every part of a Timeline as an attribute; a part added to Timeline is there by itself.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seatrial import timeline
from seatrial.timeline.store import SAMPLES
from tests import healthy as parts
from tests import proxies
from tests.healthy import BACK, END, EVERY, KILL, RATE, SECOND, WATCHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BACK", "END", "EVERY", "KILL", "RATE", "SECOND", "WATCHED", "Trial", "healthy"]


class Trial:
    """A trial that can be changed. ``requests`` is the test's own copy."""

    plan: timeline.Plan
    requests: NDArray[Any]
    load: timeline.LoadReport | None
    faults: tuple[timeline.FaultWindow, ...]
    replicas: tuple[timeline.ReplicaSample, ...]
    endpoints: tuple[timeline.EndpointsSample, ...]
    autoscaler: tuple[timeline.AutoscalerSample, ...]
    workload: tuple[timeline.WorkloadSample, ...]
    proxy: tuple[timeline.ProxySample, ...]
    objects: tuple[timeline.ObjectSample, ...]
    declared: timeline.Declared | None
    attestation: timeline.Attestation | None
    lease: timeline.LeaseKept | None

    kill_ns = KILL
    second = SECOND

    def __init__(self, recorded: timeline.Timeline) -> None:
        """Take every part of a Timeline."""
        for field in fields(recorded):
            setattr(self, field.name, getattr(recorded, field.name))

    def timeline(self) -> timeline.Timeline:
        """Return the trial as the judge gets it."""
        names = [field.name for field in fields(timeline.Timeline)]
        return timeline.Timeline(**{name: getattr(self, name) for name in names})

    def save(self, directory: Path) -> None:
        """Write every part as a run does; a load process that died (None) leaves no report."""
        directory.mkdir(parents=True, exist_ok=True)
        for name in SAMPLES:
            timeline.save_part(directory, name, getattr(self, name.removesuffix(".jsonl")))
        timeline.save_part(directory, "plan.json", self.plan)
        timeline.save_part(directory, "faults.json", list(self.faults))
        if self.declared is not None:
            timeline.save_part(directory, "declared.json", self.declared)
        if self.attestation is not None:
            timeline.save_part(directory, "attestation.json", self.attestation)
        if self.lease is not None:
            timeline.save_part(directory, "lease.json", self.lease)
        if self.load is not None:
            timeline.save_part(directory, "load.json", self.load)
        np.save(directory / "requests.npy", self.requests)

    def at(self, start_s: float, end_s: float) -> NDArray[np.int64]:
        """Return the indices of the requests whose intended start lies in these seconds."""
        starts = self.requests["intended"]
        return np.flatnonzero((starts >= start_s * SECOND) & (starts < end_s * SECOND))

    def fail(self, which: Any, kind: str = "reset", status: int = 0) -> None:  # noqa: ANN401 -- any index
        """Make requests end as errors (or timeouts, for ``deadline``), without arm and replica."""
        late = kind in ("deadline", "gateway-timeout")
        self.requests["outcome"][which] = (
            timeline.Outcome.TIMEOUT if late else timeline.Outcome.ERROR
        )
        self.requests["error"][which] = timeline.ERROR_KINDS.index(kind)
        self.requests["status"][which] = status
        self.requests["arm"][which] = timeline.NO_ARM
        self.requests["replica"][which] = timeline.NO_REPLICA

    def slow(self, which: Any, ms: float) -> None:  # noqa: ANN401 -- any index
        """Make requests take so many ms from their intended start."""
        self.requests["end"][which] = self.requests["intended"][which] + round(ms * 1e6)

    def report(self, **changes: Any) -> None:  # noqa: ANN401 -- any field of the report
        """Change what the load process reports."""
        assert self.load is not None
        self.load = replace(self.load, **changes)

    def fault(self, **changes: Any) -> None:  # noqa: ANN401 -- any field of the window
        """Change the one fault window."""
        self.faults = (replace(self.faults[0], **changes),)

    def sample(self, name: str, index: int, **changes: Any) -> None:  # noqa: ANN401 -- any field of a sample
        """Change one sample of an instrument."""
        found = list(getattr(self, name))
        found[index] = replace(found[index], **changes)
        setattr(self, name, tuple(found))


def healthy() -> Trial:
    """Return a healthy trial: a replica killed, nobody hurt, everything watched."""
    return Trial(
        timeline.Timeline(
            directory=Path("/trial"),
            plan=parts.plan(),
            requests=parts.requests(),
            load=parts.load(),
            faults=(parts.fault(),),
            replicas=parts.replicas(),
            endpoints=parts.endpoints(),
            autoscaler=parts.autoscaler(),
            workload=parts.workload(),
            proxy=proxies.proxy(),
            objects=parts.objects(),
            declared=parts.declared(),
            attestation=parts.attestation(),
            lease=parts.lease(),
        )
    )
