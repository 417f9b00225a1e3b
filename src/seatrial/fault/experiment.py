"""Checks a Chaos Toolkit experiment file before it runs, more strictly than its own validation.

Chaos Toolkit ignores keys it does not know, so a misspelt hypothesis is silently none; it runs
what says ``dry: true``; and it drops the timeout of a Python activity. All are refused here. What
the activities call, and what takes them back, is checked in `activities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chaoslib.exceptions import InvalidSource
from chaoslib.loader import parse_experiment_from_file

from seatrial.fault.activities import (
    OWN,
    function_of,
    namespace_of,
    not_taken_back,
    wrong_with,
)
from seatrial.fault.catalogue import BY_ACTION
from seatrial.fault.errors import ExperimentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.fault.activities import Wrong
    from seatrial.fault.catalogue import Fault

Raw = dict[str, Any]

# The words of the experiment format, https://chaostoolkit.org/reference/api/experiment/
_EXPERIMENT = {
    *("version", "title", "description", "tags", "contributions", "extensions", "runtime"),
    *("configuration", "secrets", "controls", "steady-state-hypothesis", "method", "rollbacks"),
}
_HYPOTHESIS = {"title", "probes", "controls"}
_ACTIVITY = {"type", "name", "provider", "tolerance", "pauses", "background", "controls", "ref"}
_DRY = "see what a fault would hit with `seatrial fault plan KIND`, and remove the key"
_SECRETS = ("env", "vault", "file")
_PROVIDERS = {
    "python": {"type", "module", "func", "arguments", "secrets"},
    "process": {"type", "path", "arguments", "timeout", "secrets"},
    "http": {
        *("type", "url", "method", "headers", "arguments", "timeout", "secrets"),
        *("expected_status", "verify_tls", "max_retries"),
    },
}


def check(path: Path) -> None:
    """Raise ExperimentError naming file and key unless the experiment may run."""
    raw = read(path)
    _keys(path, raw, _EXPERIMENT, "")
    for key in ("title", "description"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            raise _wrong(path, key, raw.get(key), "a text")
    hypothesis = raw.get("steady-state-hypothesis")
    if not isinstance(hypothesis, dict):
        raise _wrong(path, "steady-state-hypothesis", hypothesis, "a hypothesis with probes")
    _keys(path, hypothesis, _HYPOTHESIS, "steady-state-hypothesis.")
    _check_secrets(path, raw.get("secrets") or {})
    _check_section(path, "steady-state-hypothesis.probes", hypothesis.get("probes"))
    for section in ("method", "rollbacks"):
        _check_section(path, section, raw.get(section))
    for item in not_taken_back(raw["method"], raw["rollbacks"]):
        raise _told(path, "", item)


def functions(path: Path) -> tuple[str, ...]:
    """Return what the experiment calls, each once: ``module.function``, or its kind of provider.

    Raises ExperimentError where the file can't be read; `check` says whether it may run.
    """
    raw = read(path)
    hypothesis = raw.get("steady-state-hypothesis") or {}
    listed = [*hypothesis.get("probes", ()), *raw.get("method", ()), *raw.get("rollbacks", ())]
    providers = [item["provider"] for item in listed if "provider" in item]
    return tuple(
        dict.fromkeys(
            f"{item['module']}.{item['func']}"
            if item["type"] == "python"
            else f"the {item['type']} provider"
            for item in providers
        )
    )


def _check_section(path: Path, where: str, raw: object) -> None:
    for at, activity in _activities(path, where, raw):
        _check_activity(path, at, activity)
        if (where.endswith("probes")) != ("tolerance" in activity):
            given = activity.get("tolerance")
            raise _wrong(path, f"{at}.tolerance", given, "one for each hypothesis probe only")


def _check_secrets(path: Path, raw: object) -> None:
    """Refuse a secret that stands in the file itself: the journal would repeat it."""
    for key, given in _leaves("secrets", raw):
        if not (isinstance(given, dict) and given.get("type") in _SECRETS):
            raise ExperimentError(
                f"use {key} in the experiment {path}",
                got="a value that stands in the file (not shown)",
                expected=f"a type of {', '.join(_SECRETS)}",
                mend="put the secret into the environment and name the variable",
            )


def _leaves(key: str, raw: object) -> Iterator[tuple[str, object]]:
    if isinstance(raw, dict) and "type" not in raw:
        for name, item in raw.items():
            yield from _leaves(f"{key}.{name}", item)
    else:
        yield key, raw


def read(path: Path) -> Raw:
    """Return an experiment as its file has it, unchecked. Raises ExperimentError."""
    if not path.is_file():
        raise ExperimentError(
            f"read the experiment {path}",
            got="no such file",
            mend="set fault.experiment in seatrial.toml to an experiment file",
        )
    try:
        raw = parse_experiment_from_file(str(path))
    except InvalidSource as cause:
        raise ExperimentError(
            f"read the experiment {path}", got=str(cause), expected="YAML (.yaml) or JSON (.json)"
        ) from cause
    if not isinstance(raw, dict):
        raise ExperimentError(f"read the experiment {path}", got=repr(raw), expected="a mapping")
    return raw


def variables(path: Path) -> frozenset[str]:
    """Return the environment variables that an experiment reads. Raises ExperimentError."""
    given = (read(path).get("configuration") or {}).values()
    return frozenset(
        str(item["key"]) for item in given if isinstance(item, dict) and item.get("type") == "env"
    )


def kinds_of(path: Path) -> tuple[Fault, ...]:
    """Return the catalogue's rows of what the method does. Raises ExperimentError."""
    called = [
        function_of(item) for item in read(path).get("method") or () if isinstance(item, dict)
    ]
    names = [name.removeprefix(f"{OWN}.") for name in called if name.startswith(f"{OWN}.")]
    return tuple(BY_ACTION[name] for name in names if name in BY_ACTION)


def keeps_records(path: Path, namespace: str) -> bool:
    """Tell whether undo records in ``namespace`` tell of all that the method may change.

    Actions of others keep none: what became of their change nobody knows once the process is dead.
    """
    actions = [item for item in read(path)["method"] if item.get("type") == "action"]
    return all(
        function_of(item).rpartition(".")[0] == OWN
        and (namespace_of(item) == namespace or "${" in str(namespace_of(item)))
        for item in actions
    )


def _activities(path: Path, where: str, raw: object) -> Iterator[tuple[str, Raw]]:
    if not isinstance(raw, list) or not raw:
        raise _wrong(path, where, raw, "a list with at least one activity")
    for index, item in enumerate(raw):
        if not isinstance(item, dict):
            raise _wrong(path, f"{where}[{index}]", item, "an activity")
        yield f"{where}[{index}]", item


def _check_activity(path: Path, at: str, raw: Raw) -> None:
    _keys(path, raw, _ACTIVITY, f"{at}.")
    if "ref" in raw:
        return
    provider = raw.get("provider")
    if not isinstance(provider, dict) or provider.get("type") not in _PROVIDERS:
        raise _wrong(path, f"{at}.provider", provider, f"a type of {', '.join(_PROVIDERS)}")
    _keys(path, provider, _PROVIDERS[provider["type"]], f"{at}.provider.")
    for item in wrong_with(raw):
        raise _told(path, f"{at}.", item)


def _keys(path: Path, raw: Raw, known: set[str], prefix: str) -> None:
    for key in raw:
        if key == "dry":
            raise _wrong(
                path, f"{prefix}dry", raw[key], "no such key: it would run all the same", _DRY
            )
        if key not in known:
            expected = f"one of {', '.join(sorted(known))}"
            raise _wrong(path, f"{prefix}{key}", raw[key], expected)


def _told(path: Path, prefix: str, item: Wrong) -> ExperimentError:
    return _wrong(path, f"{prefix}{item.key}", item.got, item.expected, item.mend)


def _wrong(path: Path, key: str, got: object, expected: str, mend: str = "") -> ExperimentError:
    return ExperimentError(
        f"use {key} in the experiment {path}",
        got="nothing" if got is None else repr(got)[:200],
        expected=expected,
        mend=mend or "correct that key, or remove it if it is not one of the format's",
    )
