"""A Timeline's files: one directory a trial, each part written once, whole or not at all.

``plan.json``, ``declared.json``, ``lease.json``, ``requests.npy``, ``load.json``, ``faults.json``,
``attestation.json`` and one ``*.jsonl`` for each kind of sample. Parts that a trial never wrote
stay absent: judging decides what that means.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from seatrial.errors import UsageError
from seatrial.timeline.attested import Attestation
from seatrial.timeline.proxy import ProxySample
from seatrial.timeline.records import REQUEST
from seatrial.timeline.scaling import AutoscalerSample
from seatrial.timeline.state import Declared, LeaseKept, ObjectSample
from seatrial.timeline.values import (
    EndpointsSample,
    FaultWindow,
    LoadReport,
    Plan,
    ReplicaSample,
    WorkloadSample,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

Value = TypeVar("Value")

SAMPLES: dict[str, type[Any]] = {
    "replicas.jsonl": ReplicaSample,
    "endpoints.jsonl": EndpointsSample,
    "autoscaler.jsonl": AutoscalerSample,
    "workload.jsonl": WorkloadSample,
    "proxy.jsonl": ProxySample,
    "objects.jsonl": ObjectSample,
}


class TimelineError(UsageError):
    """A directory is not a Timeline, or a part of it is damaged."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One trial as it was recorded. ``requests`` has dtype ``REQUEST``, shape ``(recorded,)``.

    ``load`` is None when the load process died before it could report.
    """

    directory: Path
    plan: Plan
    requests: NDArray[Any]
    load: LoadReport | None
    faults: tuple[FaultWindow, ...]
    replicas: tuple[ReplicaSample, ...]
    endpoints: tuple[EndpointsSample, ...]
    autoscaler: tuple[AutoscalerSample, ...]
    workload: tuple[WorkloadSample, ...]
    proxy: tuple[ProxySample, ...] = ()
    objects: tuple[ObjectSample, ...] = ()
    declared: Declared | None = None
    attestation: Attestation | None = None
    lease: LeaseKept | None = None


def save_part(directory: Path, name: str, content: object) -> Path:
    """Write one part atomically: a dataclass or list of them as JSON (``.jsonl``: one a line)."""
    target = directory / name
    partial = target.with_name(f".{name}.{os.getpid()}")
    partial.write_text(_encode(name, content), encoding="utf-8")
    partial.replace(target)
    return target


def _encode(name: str, content: object) -> str:
    if name.endswith(".jsonl"):
        items: Iterable[Any] = content  # type: ignore[assignment]  # callers pass a sequence here
        return "".join(json.dumps(_plain(item)) + "\n" for item in items)
    return json.dumps(_plain(content), indent=2) + "\n"


def _plain(content: object) -> Any:  # noqa: ANN401 -- JSON's own shape
    if isinstance(content, (list, tuple)):
        return [_plain(item) for item in content]
    return asdict(content) if hasattr(content, "__dataclass_fields__") else content  # type: ignore[call-overload]  # narrowed by the attribute


def plan_of(directory: Path) -> Plan:
    """Read a trial's plan, also of one that is under way. Raises TimelineError."""
    path = directory / "plan.json"
    if not path.is_file():
        raise TimelineError(
            f"read the Timeline in {directory}",
            got="no plan.json there",
            expected="a directory that a trial wrote",
            mend="give the path of a trial under reports/",
        )
    return _value(Plan, _json(path), path)


def load(directory: Path) -> Timeline:
    """Read a trial's directory back. Raises TimelineError when the plan or a part can't be read."""
    plan = plan_of(directory)
    samples = {name: _lines(directory / name, kind) for name, kind in SAMPLES.items()}
    return Timeline(
        directory=directory,
        plan=plan,
        requests=_requests(directory / "requests.npy"),
        load=read_part(LoadReport, directory / "load.json"),
        faults=_faults(directory / "faults.json"),
        replicas=samples["replicas.jsonl"],
        endpoints=samples["endpoints.jsonl"],
        autoscaler=samples["autoscaler.jsonl"],
        workload=samples["workload.jsonl"],
        proxy=samples["proxy.jsonl"],
        objects=samples["objects.jsonl"],
        declared=read_part(Declared, directory / "declared.json"),
        attestation=read_part(Attestation, directory / "attestation.json"),
        lease=read_part(LeaseKept, directory / "lease.json"),
    )


def read_part(kind: type[Value], path: Path) -> Value | None:
    """Return the one value that a file holds, None where there is none. Raises TimelineError."""
    raw = _json(path)
    return None if raw is None else _value(kind, raw, path)


def _requests(path: Path) -> NDArray[Any]:
    if not path.is_file():
        return np.empty(0, dtype=REQUEST)
    try:
        # Mapped, not read: what no objective looks at is never in memory.
        requests = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as cause:
        raise TimelineError(f"read {path}", got=str(cause), expected="a .npy file") from cause
    if requests.dtype != REQUEST or requests.ndim != 1:
        raise TimelineError(
            f"read {path}", got=f"dtype {requests.dtype}", expected=f"dtype {REQUEST}, one axis"
        )
    return np.asarray(requests)


def _faults(path: Path) -> tuple[FaultWindow, ...]:
    found = _json(path)
    if found is not None and not isinstance(found, list):
        raise TimelineError(f"read {path}", got=repr(found)[:200], expected="a list")
    return tuple(_value(FaultWindow, item, path) for item in found or ())


def _json(path: Path) -> Any:  # noqa: ANN401 -- JSON's own shape
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as cause:
        raise TimelineError(f"read {path}", got=str(cause), expected="JSON") from cause


def _lines(path: Path, kind: type[Any]) -> tuple[Any, ...]:
    """Read samples. What follows the last end of line was never whole: its writer was killed."""
    if not path.is_file():
        return ()
    try:
        *whole, _torn = path.read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in whole]
    except (ValueError, OSError) as cause:
        raise TimelineError(f"read {path}", got=str(cause), expected="one JSON a line") from cause
    return tuple(_value(kind, row, path) for row in rows)


def _value(kind: type[Value], raw: Any, path: Path) -> Value:  # noqa: ANN401 -- JSON's own shape
    """Build a dataclass from JSON, names checked; nested dataclasses and tuples are built too."""
    hints = _hints(kind)  # type: ignore[arg-type]  # mypy misses that a class is hashable
    if not isinstance(raw, dict) or not raw.keys() <= hints.keys():
        raise TimelineError(f"read {path}", got=repr(raw)[:200], expected=f"keys {sorted(hints)}")
    try:
        return kind(**{name: _convert(hints[name], item, path) for name, item in raw.items()})
    except TypeError as cause:
        raise TimelineError(
            f"read {path}", got=str(cause), expected=f"a {kind.__name__}"
        ) from cause


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """Return the types of a dataclass's fields by name; thousands of samples share them."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _convert(hint: Any, raw: Any, path: Path) -> Any:  # noqa: ANN401 -- JSON's own shape
    """Build one field's value. Raises TypeError where JSON holds another type than the field."""
    if get_origin(hint) is tuple:
        if not isinstance(raw, list):
            raise TypeError(f"{raw!r} is no list")
        return tuple(_convert(get_args(hint)[0], item, path) for item in raw)
    if get_origin(hint) is Mapping:
        if not isinstance(raw, dict):
            raise TypeError(f"{raw!r} is no object")
        return {key: _convert(get_args(hint)[1], item, path) for key, item in raw.items()}
    if get_origin(hint) in (Union, UnionType):
        if raw is None:
            return None
        hint = next(item for item in get_args(hint) if item is not NoneType)
    if hasattr(hint, "__dataclass_fields__"):
        return _value(hint, raw, path)
    # JSON writes a whole float like an int, and Python takes a bool for an int: we don't.
    accepted = (int, float) if hint is float else hint
    if not isinstance(raw, accepted) or (isinstance(raw, bool) and hint is not bool):
        raise TypeError(f"{raw!r} is no {hint.__name__}")
    return raw
