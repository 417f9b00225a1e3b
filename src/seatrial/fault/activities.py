"""Checks the activities of an experiment: what they call, with what, and what takes them back.

Chaos Toolkit finds a misspelt argument only when the fault is under way, and never asks whether a
change has a rollback. No activity may be a program: what it does could not be bounded.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.fault import names
from seatrial.fault.catalogue import BY_ACTION, UNDO_ALL
from seatrial.fault.foreign import TRAPS, UNDOES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Raw = dict[str, Any]

OWN = "seatrial.fault.actions"
_OFFERED = (OWN, "seatrial.fault.probes")
#: What Chaos Toolkit itself gives to a function that asks for it.
_GIVEN = {"configuration", "secrets"}
_READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with an activity: at which key, what stands there, what should."""

    key: str
    got: object
    expected: str
    mend: str = ""


def function_of(activity: Mapping[str, Any]) -> str:
    """Return the dotted path of a Python activity, "" for any other."""
    provider = activity.get("provider") or {}
    if provider.get("type") != "python":
        return ""
    return f"{provider.get('module')}.{provider.get('func')}"


def wrong_with(activity: Raw) -> Iterator[Wrong]:
    """Say what is wrong with one activity's provider; nothing where it may run."""
    provider = activity["provider"]
    if provider["type"] == "process":
        expected = "a Python activity: no program is run, and no shell"
        yield Wrong("provider.type", "process", expected, "write an action or probe in Python")
    elif provider["type"] == "http":
        yield from _of_http(activity)
    else:
        yield from _of_python(provider)


def _of_http(activity: Raw) -> Iterator[Wrong]:
    method = str(activity["provider"].get("method", "GET")).upper()
    if activity.get("type") != "probe" or method not in _READING:
        got = f"{method} as {activity.get('type')}"
        yield Wrong("provider.method", got, f"a probe with {', '.join(sorted(_READING))}")


def _of_python(provider: Raw) -> Iterator[Wrong]:
    module, name = str(provider.get("module")), str(provider.get("func"))
    trap = TRAPS.get(f"{module}.{name}")
    if trap is not None:
        yield Wrong("provider.func", f"{module}.{name}: {trap.why}", trap.instead, trap.instead)
    elif module.partition(".")[0] in sys.stdlib_module_names:
        expected = "a module of activities; Python's own can run any program"
        yield Wrong("provider.module", module, expected, "write an action or probe for it")
    elif module.partition(".")[0] == "seatrial":
        yield from _of_own(module, name, provider.get("arguments") or {})


def _of_own(module: str, name: str, arguments: Mapping[str, Any]) -> Iterator[Wrong]:
    if module not in _OFFERED:
        yield Wrong("provider.module", module, f"one of {', '.join(_OFFERED)}")
        return
    offered = importlib.import_module(module)
    if name not in offered.__all__:
        yield Wrong("provider.func", name, f"one of {', '.join(sorted(offered.__all__))}")
        return
    yield from _of_arguments(getattr(offered, name), arguments)


def _of_arguments(function: Callable[..., object], arguments: Mapping[str, Any]) -> Iterator[Wrong]:
    taken = {
        key: item
        for key, item in inspect.signature(function).parameters.items()
        if key not in _GIVEN
    }
    for key, value in arguments.items():
        if key not in taken:
            expected = f"one of {', '.join(taken)}"
            yield Wrong(f"provider.arguments.{key}", value, expected)
        elif problem := names.problem(key, value):
            yield Wrong(f"provider.arguments.{key}", value, problem)
    for key, item in taken.items():
        if item.default is inspect.Parameter.empty and key not in arguments:
            yield Wrong(f"provider.arguments.{key}", None, "a value: it has no default")


def not_taken_back(method: Sequence[Raw], rollbacks: Sequence[Raw]) -> Iterator[Wrong]:
    """Say which actions of the method have nothing in the rollbacks that takes them back."""
    undoing = [item for item in rollbacks if item.get("type") == "action"]
    for place, item in enumerate(method):
        function = function_of(item)
        if item.get("type") != "action" or "ref" in item:
            continue
        if function.rpartition(".")[0] == OWN:
            yield from _own_not_taken_back(method, rollbacks, place)
        elif function in UNDOES:
            back = UNDOES[function]
            if back not in map(function_of, undoing):
                yield Wrong("rollbacks", "no action that undoes it", f"{back}, for {function}")
        elif not undoing:
            expected = f"an action that takes back what {item.get('name')} changes"
            yield Wrong("rollbacks", "probes only", expected)


def _own_not_taken_back(
    method: Sequence[Raw], rollbacks: Sequence[Raw], place: int
) -> Iterator[Wrong]:
    row = BY_ACTION.get(function_of(method[place]).rpartition(".")[2])
    if row is None or not row.record:
        return
    where = namespace_of(method[place])
    # In the method too: what is wrong with an undo in the rollbacks alone is seen by nobody.
    for key, later in (("method", method[place + 1 :]), ("rollbacks", rollbacks)):
        undone = [item for item in later if function_of(item) == f"{OWN}.{UNDO_ALL}"]
        if where not in map(namespace_of, undone):
            expected = f"the action {OWN}.{UNDO_ALL} for namespace {where}, after {row.action}"
            yield Wrong(key, "nothing that undoes it", expected)


def namespace_of(activity: Raw) -> object:
    """Return the argument that names the namespace, None where there is none."""
    return (activity["provider"].get("arguments") or {}).get("namespace")
