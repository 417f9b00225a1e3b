"""Checks a Chaos Toolkit experiment file before it runs, more strictly than its own validation.

Chaos Toolkit ignores keys it does not know, so a misspelt hypothesis is silently none; it runs
what says ``dry: true``; and it drops the timeout of a Python activity. All are refused here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chaoslib.exceptions import InvalidSource
from chaoslib.loader import parse_experiment_from_file

from seatrial.fault.errors import ExperimentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Raw = dict[str, Any]

# The words of the experiment format, https://chaostoolkit.org/reference/api/experiment/
_EXPERIMENT = {
    *("version", "title", "description", "tags", "contributions", "extensions", "runtime"),
    *("configuration", "secrets", "controls", "steady-state-hypothesis", "method", "rollbacks"),
}
_HYPOTHESIS = {"title", "probes", "controls"}
_ACTIVITY = {"type", "name", "provider", "tolerance", "pauses", "background", "controls", "ref"}
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
    raw = _read(path)
    _keys(path, raw, _EXPERIMENT, "")
    for key in ("title", "description"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            raise _wrong(path, key, raw.get(key), "a text")
    hypothesis = raw.get("steady-state-hypothesis")
    if not isinstance(hypothesis, dict):
        raise _wrong(path, "steady-state-hypothesis", hypothesis, "a hypothesis with probes")
    _keys(path, hypothesis, _HYPOTHESIS, "steady-state-hypothesis.")
    sections = {
        "steady-state-hypothesis.probes": hypothesis.get("probes"),
        "method": raw.get("method"),
        "rollbacks": raw.get("rollbacks"),
    }
    for where, activities in sections.items():
        for at, activity in _activities(path, where, activities):
            _check_activity(path, at, activity)
            if (where.endswith("probes")) != ("tolerance" in activity):
                given = activity.get("tolerance")
                raise _wrong(path, f"{at}.tolerance", given, "one for each hypothesis probe only")


def functions(path: Path) -> tuple[str, ...]:
    """Return what the experiment calls, each once: ``module.function``, or its kind of provider.

    Raises ExperimentError where the file can't be read; `check` says whether it may run.
    """
    raw = _read(path)
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


def _read(path: Path) -> Raw:
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


def _keys(path: Path, raw: Raw, known: set[str], prefix: str) -> None:
    for key in raw:
        if key not in known:
            expected = f"one of {', '.join(sorted(known))}"
            raise _wrong(path, f"{prefix}{key}", raw[key], expected)


def _wrong(path: Path, key: str, got: object, expected: str) -> ExperimentError:
    return ExperimentError(
        f"use {key} in the experiment {path}",
        got="nothing" if got is None else repr(got)[:200],
        expected=expected,
        mend="correct that key, or remove it if it is not one of the format's",
    )
