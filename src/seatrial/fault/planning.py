"""The dry run of an experiment: which objects its action would hit, found out by the action itself.

The action runs up to its first change: it chooses and is refused as it would be in earnest. Its
connection can't write, so an action that does not stop there fails, and changes nothing.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chaoslib import substitute
from chaoslib.configuration import load_configuration
from chaoslib.exceptions import InvalidExperiment

from seatrial.fault import actions, limits
from seatrial.fault.activities import OWN, function_of
from seatrial.fault.errors import ExperimentError
from seatrial.fault.experiment import check, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def preview(experiment: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the experiment's first action would hit, each object in words.

    ``environment`` as for `fault.start`. Raises ExperimentError when the file may not run or its
    first action is not one of this package's; else what the action raises: SeatrialError when
    nothing can be chosen, RefusedError when it would be more than it may.
    """
    check(experiment)
    raw = read(experiment)
    actions_of = (item for item in raw["method"] if item.get("type") == "action")
    action: dict[str, Any] = next(actions_of, {})
    function = function_of(action)
    package, _, name = function.rpartition(".")
    if package != OWN:
        raise ExperimentError(
            f"find out what {experiment} would hit",
            got=function or ("no Python activity" if action else "no action in its method"),
            expected=f"an action of {OWN}: no other can be asked beforehand",
        )
    with _environment(environment), limits.previewing() as found:
        configuration = _configuration(experiment, raw)
        arguments = substitute(action["provider"].get("arguments") or {}, configuration, {})
        getattr(actions, name)(**arguments, configuration=configuration)
    return tuple(found.hit)


def _configuration(experiment: Path, raw: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = load_configuration(raw.get("configuration") or {})
    except InvalidExperiment as cause:
        raise ExperimentError(
            f"fill in the configuration of {experiment}",
            got=str(cause),
            expected="a value for each of its variables",
            mend="export the variable, or name the cluster in seatrial.toml",
        ) from cause
    return found


@contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """Let this process have these variables meanwhile: Chaos Toolkit reads no others."""
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
