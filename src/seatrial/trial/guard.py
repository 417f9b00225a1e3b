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

    from seatrial.config import Config
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
        return
    raise UsageError(
        f"run {scenario.experiment.name} in the cluster {context}",
        got=f"fault.allowed_context = {config.fault.allowed_context!r}",
        expected=f"the name of this very context, {context!r}",
        mend="set fault.allowed_context in seatrial.toml if replicas of it may be killed",
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
def exclusive(config: Config) -> Iterator[None]:
    """Hold the workload for one trial: a second one on this machine is refused at once.

    The lock ends with its holder, however that dies.
    """
    choice = config.cluster
    place = f"{choice.context or choice.embedded}-{config.target.namespace}".replace(os.sep, "-")
    cache = cache_root()
    cache.mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache / f"trial-{place}.lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout as cause:
        raise UsageError(
            f"hold a trial of {config.target.namespace} in {choice.context or choice.embedded}",
            got="another trial of it under way on this machine",
            expected="one at a time: each would judge the other's fault",
            mend=f"wait for it, or see who has {lock.lock_file} open (fuser -v)",
        ) from cause
    with held:
        yield
