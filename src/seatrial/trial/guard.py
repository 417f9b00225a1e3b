"""What must hold before a trial begins: consent for the very cluster, inputs that can be used."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from seatrial import fault, load
from seatrial.cache import cache_root
from seatrial.errors import UsageError
from seatrial.trial.body import bodies_of, golden_of
from seatrial.trial.plan import phases, stages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from seatrial.config import Config
    from seatrial.progress import Progress
    from seatrial.trial.scenario import Scenario


def check(config: Config, scenario: Scenario) -> None:
    """Raise UsageError for what would stop the trial later, after minutes of setting it up."""
    config = scenario.settings(config)
    _check_consent(config, scenario)
    if scenario.experiment is not None:
        fault.check(scenario.experiment)
    _check_load(config, scenario)
    overlay = config.path(config.target.overlay)
    if config.manage and not (overlay / "kustomization.yaml").is_file():
        raise UsageError(
            f"apply the overlay {overlay}",
            got="no kustomization.yaml there",
            expected="a kustomize folder",
            mend=f"correct the overlay of the scenario {scenario.name} in seatrial.toml",
        )


def _check_consent(config: Config, scenario: Scenario) -> None:
    """Refuse to break an existing cluster whose name the configuration does not repeat."""
    context = config.cluster.context
    if scenario.experiment is None or context is None:
        return
    if config.fault.allowed_context == context:
        _check_named(config, scenario.experiment)
        return
    raise UsageError(
        f"run {scenario.experiment.name} in the cluster {context}",
        got=f"fault.allowed_context = {config.fault.allowed_context!r}",
        expected=f"the name of this very context, {context!r}",
        mend="set fault.allowed_context in seatrial.toml if replicas of it may be killed",
    )


def _check_named(config: Config, experiment: Path) -> None:
    """Refuse what reaches beyond the workload's namespace and was not allowed by its name.

    How many pods are hit, and whose budgets that takes, the fault asks when it chooses them.
    """
    beyond = [row.kind for row in fault.kinds_of(experiment) if row.consent]
    missing = [kind for kind in beyond if kind not in config.fault.allow]
    if missing:
        raise UsageError(
            f"run {experiment.name} in the cluster {config.cluster.context}",
            got=f"fault.allow = {list(config.fault.allow)}",
            expected=f"{', '.join(missing)} in it: it reaches beyond the workload's namespace",
            mend="allow it in seatrial.toml if the cluster may be hit there",
        )


def _check_load(config: Config, scenario: Scenario) -> None:
    order = load.order_for(
        config.request,
        config.load,
        # Which address the workload has is known once it is deployed.
        url=config.request.url or "http://127.0.0.1",
        bodies=bodies_of(config, golden_of(config)),
        stages=stages(phases(config.load, scenario)),
        epoch_monotonic_ns=0,
        directory=Path.cwd(),
    )
    load.read_token(order, os.environ)


@contextmanager
def exclusive(config: Config, progress: Progress) -> Iterator[None]:
    """Hold the workload for one trial on this machine; a second one waits as it is configured to.

    The Lease does that between machines. This lock is for what comes before there is an API to
    keep one in: of two runs one brings the embedded cluster up, and takes it down under the other.
    It ends with its holder, however that dies. Raises UsageError when it was waited for in vain.
    """
    choice = config.cluster
    place = f"{choice.context or choice.embedded}-{config.target.namespace}".replace(os.sep, "-")
    cache = cache_root()
    cache.mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache / f"trial-{place}.lock")
    wait_s = config.target.free_deadline_s
    try:
        held = _at_once(lock, wait_s, progress) or lock.acquire(timeout=wait_s)
    except Timeout as cause:
        raise UsageError(
            f"hold a trial of {config.target.namespace} in {choice.context or choice.embedded}",
            got=f"after {wait_s:g} s another trial of it is under way on this machine",
            expected="one at a time: each would judge the other's fault",
            mend="wait for it (target.free_deadline_s says how long), or see who has "
            f"{lock.lock_file} open (fuser -v)",
        ) from cause
    with held:
        yield


def _at_once(
    lock: FileLock, wait_s: float, progress: Progress
) -> AbstractContextManager[object] | None:
    """Take the lock if it is free; say that it will be waited for, if it will."""
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        if not wait_s:
            raise
        progress.note(
            f"waiting for another trial on this machine ({lock.lock_file}), {wait_s:g} s at most"
        )
        return None
