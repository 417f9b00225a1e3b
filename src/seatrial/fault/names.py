"""Checks what names objects in an activity's arguments: names, label selectors, patterns. Pure."""

from __future__ import annotations

import re

from seatrial.errors import UsageError

#: A DNS name as the API takes it for objects.
_NAME = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"
_KEY = r"([a-zA-Z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
_VALUES = rf"\(\s*{_VALUE}(\s*,\s*{_VALUE})*\s*\)"
_TERM = rf"\s*(!?{_KEY}|{_KEY}\s*(=|==|!=)\s*{_VALUE}|{_KEY}\s+(in|notin)\s+{_VALUES})\s*"
_SELECTOR = rf"({_TERM}(,{_TERM})*)?"

_NAMES = {"namespace", "workload", "autoscaler", "proxy", "service", "node"}
#: "" is whichever of the two has the name.
_KINDS = ("StatefulSet", "Deployment", "")


def problem(argument: str, value: object) -> str:
    """Return what an argument of that name has to be, "" where the value is that.

    What is still to be filled in (``${…}``) is checked once it is, see ``checked``.
    """
    if isinstance(value, str) and "${" in value:
        return ""
    if argument in _NAMES and not (isinstance(value, str) and re.fullmatch(_NAME, value)):
        return "a name as the API has them: lower case letters, digits, '-' and '.'"
    if argument in ("workload_kind", "proxy_kind") and value not in _KINDS:
        return "StatefulSet or Deployment"
    if argument == "selector" and not (isinstance(value, str) and re.fullmatch(_SELECTOR, value)):
        return "a label selector, such as app=mlserver,tier!=canary; empty for none"
    if argument == "name_pattern" and not _compiles(value):
        return "a regular expression that matches the whole name of one replica"
    return ""


def _compiles(value: object) -> bool:
    try:
        re.compile(str(value))
    except re.error:
        return False
    return isinstance(value, str)


def checked(**arguments: object) -> None:
    """Raise UsageError for the first argument that is not what its name says."""
    for name, value in arguments.items():
        expected = problem(name, value)
        if expected or (isinstance(value, str) and "${" in value):
            raise UsageError(
                f"use the argument {name} of an activity",
                got=repr(value),
                expected=expected or "a value in place of what was to be filled in",
                mend="correct it in the experiment, or in the environment that it comes from",
            )
