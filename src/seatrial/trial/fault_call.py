"""One fault as a test asks for it: which kind, which replica, how long, how hard, under what load.

Values alone. Two calls that are equal are one trial.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from seatrial.errors import UsageError
from seatrial.fault.catalogue import of_kind
from seatrial.fault.experiment import variables
from seatrial.load import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seatrial.config import Config
    from seatrial.config.model import Nightly

_PREFIX = "SEATRIAL_FAULT_"
_PHASES = ("settle", "baseline", "fault", "recovery")


@dataclass(frozen=True, slots=True)
class LoadCall:
    """The load plan of a fault's trial; 0 stands for what ``[nightly]`` says.

    ``rate`` in requests/s, each phase's length in seconds.
    """

    rate: float = 0.0
    settle_s: float = 0.0
    baseline_s: float = 0.0
    fault_s: float = 0.0
    recovery_s: float = 0.0

    def phases(self, table: Nightly) -> tuple[tuple[str, Stage], ...]:
        """Return the phases in order, each with its rate; ``table`` fills what is not said here."""
        rate = self.rate or table.rate
        lengths: dict[str, float] = {
            name: getattr(self, f"{name}_s") or getattr(table, f"{name}_s") for name in _PHASES
        }
        return tuple((name, Stage(seconds, rate)) for name, seconds in lengths.items())


@dataclass(frozen=True, slots=True)
class FaultCall:
    """A kind of the catalogue with its parameters, and the load it is held under.

    ``seconds`` 0: ``fault.hold_s``. ``replica`` is a pattern for the whole name of the one to hit;
    "": the seed's. ``more``: what else the experiment takes, by the ends of its variables' names
    (``count`` for SEATRIAL_FAULT_COUNT).
    """

    kind: str
    seconds: float = 0.0
    replica: str = ""
    more: tuple[tuple[str, str], ...] = ()
    load: LoadCall = LoadCall()

    @classmethod
    def of(cls, kind: str, given: Mapping[str, object], load: Mapping[str, object]) -> FaultCall:
        """Return the call with a test's keyword arguments. Raises UsageError for a wrong one."""
        of_kind(kind)
        unknown = set(load) - {field.name for field in fields(LoadCall)}
        if unknown:
            raise UsageError(
                f"hold {kind} under a load with {', '.join(sorted(unknown))}",
                got="no such part of a load plan",
                expected=f"one of {', '.join(field.name for field in fields(LoadCall))}",
            )
        rest = {key: str(value) for key, value in given.items() if key not in _NAMED}
        return cls(
            kind,
            _seconds("seconds", given.get("seconds", 0)),
            str(given.get("replica", "")),
            tuple(sorted(rest.items())),
            LoadCall(**{key: _seconds(key, value) for key, value in load.items()}),
        )

    @property
    def name(self) -> str:
        """The trial's name: the kind, and a digest of whatever else is asked for."""
        if self == FaultCall(self.kind):
            return self.kind
        text = json.dumps(asdict(self), sort_keys=True)
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """The variables that tell it to the experiment."""
        named = (("NAME", self.replica), ("S", repr(self.seconds) if self.seconds else ""))
        more = ((key.upper(), value) for key, value in self.more)
        return tuple((f"{_PREFIX}{key}", value) for key, value in (*named, *more) if value)

    def phases(self, table: Nightly) -> tuple[tuple[str, Stage], ...]:
        """Return its load plan's phases; a fault that replaces every replica has a longer one."""
        if of_kind(self.kind).rolls:
            table = table.model_copy(update={"fault_s": table.rollout_s})
        return self.load.phases(table)

    def check(self, config: Config) -> None:
        """Raise UsageError where the experiment takes no such parameter, or the fault is too long.

        It has to be undone within its phase: what follows is judged without it.
        """
        experiment = config.path(config.fault.experiment).parent / of_kind(self.kind).file
        taken = variables(experiment)
        for name, value in self.environment:
            if name not in taken:
                offered = [item.removeprefix(_PREFIX) for item in taken if item.startswith(_PREFIX)]
                raise UsageError(
                    f"hold {self.kind} with {name.removeprefix(_PREFIX).lower()} = {value}",
                    got=f"{experiment.name} does not read {name}",
                    expected=f"one of {', '.join(sorted(offered)).lower()}",
                )
        held = self.seconds or config.fault.hold_s
        phase = self.load.fault_s or config.nightly.fault_s
        if of_kind(self.kind).timed and held >= phase:
            raise UsageError(
                f"hold {self.kind} for {held:g} s",
                got=f"a fault phase of {phase:g} s",
                expected="a longer phase: the fault is undone within it",
                mend="give the load a longer fault_s",
            )


_NAMED = ("seconds", "replica")


def _seconds(name: str, value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e6:  # noqa: PLR2004 -- no bound of anything, merely finite
        return float(value)
    raise UsageError(f"use {name} of a fault", got=repr(value), expected="a number, 0 or more")
